package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// round is one look of the clock at one newsletter.
type round struct {
	clock      *Clock
	newsletter *newsletter.Newsletter
	times      rhythm
	queue      []Entry // in order; those that leave it are marked
	now        time.Time
	next       time.Time // when something of it is due again; zero: not known
}

// punctual is how late something may be and still count as on time.
const punctual = time.Minute

// errDraft stops an issue whose writer took it back.
var errDraft = errors.New("its status is draft again")

// sending freezes the issues whose last minutes are over. One whose file or
// approval has changed since is held.
func (r *round) sending(ctx context.Context) error {
	for i := range r.queue {
		e := &r.queue[i]
		if e.State != newsletter.QueueSending {
			continue
		}
		if e.GoesAt.After(r.now) {
			r.next = earlier(r.next, e.GoesAt)
			continue
		}
		if err := r.freeze(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// freeze sends an issue whose last minutes are over.
func (r *round) freeze(ctx context.Context, e *Entry) error {
	if r.times.pausedAt(r.now) != nil { // the pause began in its last minutes
		return r.change(ctx, e, func(q *newsletter.QueueEntry) {
			q.State, q.SlotAt, q.GoesAt = newsletter.QueueWaiting, time.Time{}, time.Time{}
		})
	}
	late := r.now.Sub(e.GoesAt)
	if e.expired(r.now) || late > punctual && late > r.newsletter.MaxLateness {
		return r.hold(ctx, e, "Tidings was down when it was to go out, and it is too late now")
	}
	draft, err := r.draft(ctx, e)
	if err == nil {
		how := store.Publication{Slot: e.SlotAt, Taken: true, From: newsletter.QueueSending}
		if e.ownTime().IsZero() {
			how.Wall = r.times.wall(e.SlotAt)
		}
		err = r.publish(ctx, e, draft, how)
	}
	if err != nil && !r.passing(ctx, err) {
		return r.hold(ctx, e, err.Error())
	}
	return err
}

// fixedTimes sends the issues whose own time has come.
func (r *round) fixedTimes(ctx context.Context) error {
	for i := range r.queue {
		e := &r.queue[i]
		at := e.ownTime()
		switch {
		case e.State != newsletter.QueueWaiting || at.IsZero() || e.Standing == Missing:
		case at.After(r.now) && !e.expired(r.now):
			r.next = earlier(r.next, at)
		default:
			if err := r.fixedTime(ctx, e, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// fixedTime sends an issue whose own time has come, or holds it.
func (r *round) fixedTime(ctx context.Context, e *Entry, at time.Time) error {
	switch {
	case e.expired(r.now):
		return r.hold(ctx, e, "its send_by has passed")
	case r.times.pausedAt(at) != nil || r.times.pausedAt(r.now) != nil:
		return r.hold(ctx, e, "the queue was paused when its time came")
	case !at.After(e.SeenAt):
		return r.hold(ctx, e, "its send_at had passed when it came into the queue")
	case r.now.Sub(at) > max(r.newsletter.MaxLateness, punctual):
		return r.hold(ctx, e, "its send_at passed too long ago, while Tidings was down")
	}
	err := r.launch(ctx, e, time.Time{}, at)
	if err != nil && !r.passing(ctx, err) {
		return r.hold(ctx, e, err.Error())
	}
	return err
}

// launch sends an issue whose time has come. Where the newsletter leaves time
// to stop it, it stands as sending until then.
func (r *round) launch(ctx context.Context, e *Entry, slot, at time.Time) error {
	draft, err := r.draft(ctx, e)
	if err != nil {
		return err
	}
	if r.newsletter.Undo > 0 {
		return r.announce(ctx, e, slot, at)
	}
	return r.publish(ctx, e, draft, store.Publication{
		Slot: at, Taken: slot.IsZero(), From: newsletter.QueueWaiting, Wall: r.times.wall(slot),
	})
}

// announce starts an issue's last minutes. Where it is late, they begin now.
func (r *round) announce(ctx context.Context, e *Entry, slot, at time.Time) error {
	goes := at.Add(r.newsletter.Undo)
	if r.now.Sub(at) > punctual {
		goes = r.now.Add(r.newsletter.Undo)
	}
	if err := r.clock.publisher.config.Store.Announce(ctx, e.Newsletter, e.Slug, slot, at, goes); err != nil {
		return err
	}
	e.State, e.SlotAt, e.GoesAt = newsletter.QueueSending, at, goes
	r.next = earlier(r.next, goes)
	r.clock.publisher.config.Log.Info("issue goes out soon",
		slog.String("issue", e.Ref()), slog.Duration("in", goes.Sub(r.now).Round(time.Second)), slog.String("to_stop_it", "tidings queue hold "+e.Ref()))
	return nil
}

// draft makes an issue ready to be sent, as its file is now.
func (r *round) draft(ctx context.Context, e *Entry) (*Draft, error) {
	draft, err := r.clock.publisher.Prepare(ctx, r.newsletter, e.File)
	if err != nil {
		return nil, err
	}
	if err := r.clock.publisher.single(r.newsletter, draft.Issue); err != nil {
		return nil, err
	}
	if draft.Issue.Status == newsletter.IssueDraft && !e.ByHand {
		return nil, errDraft
	}
	if err := allowed(draft, e.Approval); err != nil {
		return nil, errors.Join(err, r.lose(ctx, e, draft.SHA256))
	}
	for _, w := range draft.Warnings {
		if r.clock.first(w.String()) {
			r.clock.publisher.config.Log.Warn("check", slog.String("problem", w.String()))
		}
	}
	return draft, nil
}

func (r *round) publish(ctx context.Context, e *Entry, d *Draft, how store.Publication) error {
	count, err := r.clock.publisher.freeze(ctx, d, how)
	if err != nil {
		return err
	}
	e.State = newsletter.QueueRemoved
	r.clock.publisher.config.Log.Info("issue published", slog.String("issue", e.Ref()), slog.Int("audience", count))
	return nil
}

// hold takes an issue's slot away until a person releases it or mends its file,
// and says so.
func (r *round) hold(ctx context.Context, e *Entry, reason string) error {
	reason = oneLine(reason)
	err := r.change(ctx, e, func(q *newsletter.QueueEntry) {
		q.State, q.ByClock, q.Reason = newsletter.QueueHeld, true, reason
		q.SlotAt, q.GoesAt = time.Time{}, time.Time{}
	})
	if err != nil {
		return err
	}
	return r.tell(ctx, "held "+e.Slug+" "+reason, slog.LevelWarn, fmt.Sprintf(
		"%s is held: %s. It keeps its place and takes no slot. %s", e.Ref(), reason, r.wayOn(e)))
}

// wayOn says what a person can do for an issue that is held.
func (r *round) wayOn(e *Entry) string {
	if own := e.ownTime(); e.expired(r.now) || !own.IsZero() && !own.After(r.now) {
		return "Give it another time in its file, or send it now: tidings publish " + e.Ref() + " --now"
	}
	return "To let it go at the next one: tidings queue release " + e.Ref()
}

// oneLine makes one line of the problems of a file, which have a line each.
func oneLine(s string) string { return strings.ReplaceAll(s, "\n", "; ") }

// change changes an issue in the queue, unless a person did so meanwhile.
func (r *round) change(ctx context.Context, e *Entry, change func(*newsletter.QueueEntry)) error {
	is := e.QueueEntry
	err := r.clock.publisher.config.Store.ChangeQueue(ctx, e.Newsletter, func(q []newsletter.QueueEntry) ([]newsletter.QueueEntry, error) {
		for i := range q {
			if q[i].Slug == e.Slug && q[i].State == e.State {
				change(&q[i])
				is = q[i]
				break
			}
		}
		return q, nil
	})
	if err == nil {
		e.QueueEntry = is
	}
	return err
}

// passing says whether an error is no fault of the issue: it is tried again
// with the next look, or somebody else was first.
func (r *round) passing(ctx context.Context, err error) bool {
	return errors.Is(err, newsletter.ErrConflict) || errors.Is(err, newsletter.ErrUnavailable) || ctx.Err() != nil
}
