package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
	"tidings/internal/store"
)

const (
	maxMissed = 10_000 // missed slots looked at one by one; a line that fires each minute misses more in a week
	maxListed = 20     // missed slots that are named in what staff are told
)

// setBack is how far the machine's clock must have been set back for slots that
// were dealt with in a future that did not come to count as new.
const setBack = time.Hour

// slots accounts for each slot since the last one that was dealt with.
func (r *round) slots(ctx context.Context) error {
	if len(r.newsletter.Schedule) == 0 {
		return nil
	}
	r.next = earlier(r.next, r.times.slots.Next(r.now))
	until, err := r.since(ctx)
	if err != nil {
		return err
	}
	var passed []time.Time
	for slot := range r.times.slots.Between(until, r.now) {
		if pause := r.times.paused(slot); pause != nil {
			if err := r.pausedSlot(ctx, slot, pause); err != nil {
				return err
			}
			continue
		}
		if passed = append(passed, slot); len(passed) > maxMissed {
			passed = passed[1:]
		}
	}
	if passed, err = r.unused(ctx, passed, until); err != nil {
		return err
	}
	var missed []string
	for _, v := range schedule.CatchUp(r.newsletter.CatchUp, passed, r.now, r.newsletter.MaxLateness) {
		became, err := r.slot(ctx, v)
		if errors.Is(err, newsletter.ErrConflict) { // another process was first: fine
			continue
		}
		if err != nil {
			return err
		}
		if r.now.Sub(v.Slot) > punctual {
			missed = append(missed, r.times.shown(v.Slot).Format("Mon 2 Jan 15:04")+": "+became)
		}
	}
	return r.tellMissed(ctx, missed)
}

// unused is slots without those that sent something by a clock that was ahead:
// nothing is due at them, and nothing was missed.
func (r *round) unused(ctx context.Context, passed []time.Time, since time.Time) ([]time.Time, error) {
	if len(passed) == 0 {
		return nil, nil
	}
	used, err := r.clock.publisher.config.Store.UsedSlots(ctx, r.newsletter.ID, since)
	return slices.DeleteFunc(passed, func(slot time.Time) bool { return slices.ContainsFunc(used, slot.Equal) }), err
}

// pausedSlot notes a slot that a pause of the queue left out.
func (r *round) pausedSlot(ctx context.Context, slot time.Time, pause *newsletter.Pause) error {
	err := r.closeSlot(ctx, slot, store.SlotPaused, "")
	if errors.Is(err, newsletter.ErrConflict) {
		return nil // dealt with before
	}
	if err != nil {
		return err
	}
	at := r.times.shown(slot)
	r.clock.publisher.config.Log.Info("slot passed while the queue is paused",
		slog.String("newsletter", r.newsletter.ID), slog.Time("slot", at), slog.String("reason", pause.Reason))
	return r.tell(ctx, "paused "+pause.From.Format(time.RFC3339), slog.LevelInfo, fmt.Sprintf(
		"%s is paused: nothing went out at %s. %s", r.newsletter.ID, at.Format(minute), r.goesOn(pause)))
}

// goesOn says who paused the queue, and when that is over.
func (r *round) goesOn(pause *newsletter.Pause) string {
	who := "The queue was paused by " + pause.By
	if pause.Reason != "" {
		who += " (" + oneLine(pause.Reason) + ")"
	}
	if pause.Until.IsZero() {
		return who + ". To let it go on: tidings queue resume " + r.newsletter.ID
	}
	return who + " until " + pause.Until.In(r.times.zone).Format(minute)
}

// minute is how times are told in a sentence.
const minute = "15:04 on Monday, 2 January"

// since is when the slots begin that were not dealt with. A clock that was far
// ahead and is right again has some to deal with once more.
func (r *round) since(ctx context.Context) (time.Time, error) {
	db := r.clock.publisher.config.Store
	until, err := db.Clock(ctx, r.newsletter.ID, r.now)
	if err != nil || until.Sub(r.now) < setBack {
		return until, err
	}
	if err := db.Rewind(ctx, r.newsletter.ID, r.now); err != nil {
		return until, err
	}
	return r.now, r.tell(ctx, "clock "+until.Format(time.RFC3339), slog.LevelWarn, fmt.Sprintf(
		"The clock of this machine was ahead by at least %s and was set back. Slots that went out are not run again, the others come when they are due",
		until.Sub(r.now).Round(time.Minute)))
}

// slot deals with one slot that has come, and says what became of it.
func (r *round) slot(ctx context.Context, v schedule.Verdict) (became string, err error) {
	log := r.clock.publisher.config.Log.With(slog.String("newsletter", r.newsletter.ID), slog.Time("slot", r.times.shown(v.Slot)))
	switch v.Decision {
	case schedule.Superseded, schedule.Declined:
		log.Warn("slot missed while Tidings was down: passed over", slog.String("catch_up", string(r.newsletter.CatchUp)))
		return "passed over, as catch_up says", r.closeSlot(ctx, v.Slot, store.SlotPassed, "")
	case schedule.TooLate:
		return r.tooLate(ctx, v.Slot, log)
	case schedule.Run:
	}
	head, err := r.head(ctx)
	if err != nil {
		return "", err
	}
	if head == nil {
		log.Info("slot passed with an empty queue")
		return "the queue was empty", r.closeSlot(ctx, v.Slot, store.SlotEmpty, "")
	}
	return r.run(ctx, v.Slot, head, log)
}

// tooLate holds the issue whose slot passed too long ago.
func (r *round) tooLate(ctx context.Context, slot time.Time, log *slog.Logger) (became string, err error) {
	log.Warn("slot missed while Tidings was down, and too late to run",
		slog.Duration("late", r.now.Sub(slot).Round(time.Second)), slog.Duration("max_lateness", r.newsletter.MaxLateness))
	head, err := r.head(ctx)
	if err != nil {
		return "", err
	}
	if head == nil {
		return "too late, and the queue was empty", r.closeSlot(ctx, slot, store.SlotLate, "")
	}
	if err := r.closeSlot(ctx, slot, store.SlotLate, head.Slug); err != nil {
		return "", err
	}
	return "too late, " + head.Ref() + " is held", r.hold(ctx, head, fmt.Sprintf("its slot of %s was missed by %s, and max_lateness is %s",
		r.times.shown(slot).Format("Mon 2 Jan 15:04"), brief(r.now.Sub(slot)), brief(r.newsletter.MaxLateness)))
}

// run sends an issue at its slot. One that cannot go stays where it is, and is
// said aloud; the slot is not used for another.
func (r *round) run(ctx context.Context, slot time.Time, head *Entry, log *slog.Logger) (became string, err error) {
	if err = r.launch(ctx, head, slot, slot); err == nil {
		return head.Ref() + " goes out late", nil
	}
	if r.passing(ctx, err) {
		return "", err
	}
	cause, reason := err, oneLine(err.Error())
	log.Error("issue held at its slot: mend it, and it goes at the next one", slog.String("issue", head.Ref()), slog.String("error", reason))
	if err := r.closeSlot(ctx, slot, store.SlotHeld, head.Slug); err != nil {
		return "", err
	}
	if err := r.change(ctx, head, func(q *newsletter.QueueEntry) { q.Reason = reason }); err != nil {
		return "", err
	}
	return head.Ref() + " could not go", r.tell(ctx, "held "+head.Slug+" "+slot.UTC().Format(time.RFC3339), slog.LevelWarn, fmt.Sprintf(
		"%s did not go out at its slot of %s: %s. %s", head.Ref(), r.times.shown(slot).Format("Mon 2 Jan 15:04"), reason, wayOut(cause, head)))
}

// wayOut says what a person can do for an issue that could not go at its slot.
func wayOut(err error, e *Entry) string {
	if errors.Is(err, errNotApproved) {
		return "It goes at the next slot if somebody looks at it, and then: tidings approve " + e.Ref()
	}
	return "Mend it, and it goes at the next slot"
}

// head is the first issue of the queue that takes a slot, or nil. One whose
// send_by has passed is held on the way.
func (r *round) head(ctx context.Context) (*Entry, error) {
	for i := range r.queue {
		e := &r.queue[i]
		switch {
		case e.State != newsletter.QueueWaiting || e.Standing == Missing || !e.ownTime().IsZero():
		case e.expired(r.now):
			if err := r.hold(ctx, e, "its send_by has passed"); err != nil {
				return nil, err
			}
		default:
			return e, nil
		}
	}
	return nil, nil //nolint:nilnil // an empty queue is no error
}

func (r *round) closeSlot(ctx context.Context, slot time.Time, outcome store.SlotOutcome, slug string) error {
	return r.clock.publisher.config.Store.CloseSlot(ctx, r.newsletter.ID, slot, outcome, slug)
}

// tellMissed reports the slots that passed while nothing ran.
func (r *round) tellMissed(ctx context.Context, missed []string) error {
	if len(missed) == 0 {
		return nil
	}
	list := missed[max(0, len(missed)-maxListed):]
	text := fmt.Sprintf("%d slots were missed while Tidings was down or its clock jumped. %s", len(missed), strings.Join(list, "; "))
	if len(missed) == 1 {
		text = "A slot was missed while Tidings was down or its clock jumped. " + list[0]
	}
	return r.tell(ctx, "missed "+r.now.UTC().Format(time.RFC3339), slog.LevelWarn, text)
}

// brief is a duration without seconds of no weight.
func brief(d time.Duration) string {
	d = d.Round(time.Second)
	if d >= time.Hour {
		d = d.Round(time.Minute)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
