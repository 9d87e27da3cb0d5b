package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tidings/internal/issue"
	"tidings/internal/newsletter"
)

// Target is where Move puts an issue: at a position, counted from 1, or before
// or after another issue, named by its slug. One of them is set.
type Target struct {
	Position      int
	Before, After string
}

// Find returns the newsletter and the slug of an issue that a person names by
// its file or as newsletter/slug. Its file may be gone by now, or broken.
func (p *Publisher) Find(ctx context.Context, arg string) (*newsletter.Newsletter, string, error) {
	file, n, err := p.config.Site.IssuePath(arg)
	if err != nil {
		return p.findByName(arg, err)
	}
	i, err := issue.Read(p.config.Site.FS(), file, n)
	if err == nil {
		return n, i.Slug, nil
	}
	rows, failed := p.config.Store.Queue(ctx, n.ID)
	if failed != nil {
		return nil, "", failed
	}
	for _, q := range rows {
		if q.File == file {
			return n, q.Slug, nil
		}
	}
	return nil, "", err
}

// findByName reads newsletter/slug, or returns the error.
func (p *Publisher) findByName(arg string, err error) (*newsletter.Newsletter, string, error) {
	id, slug, ok := strings.Cut(arg, "/")
	if !ok || strings.Contains(slug, "/") {
		return nil, "", err
	}
	n, unknown := p.config.Site.Newsletter(id)
	if unknown != nil {
		return nil, "", err
	}
	return n, slug, nil
}

// Add puts an issue at the end of its queue, whatever its status says.
// newsletter.ErrConflict: it is there already, or was published.
func (p *Publisher) Add(ctx context.Context, n *newsletter.Newsletter, file string) (*newsletter.Issue, error) {
	return p.add(ctx, n, file, time.Time{})
}

// AddAt queues an issue that goes out at a time of its own, over its send_at.
// If it is in the queue, it stays at its place. newsletter.ErrInvalid: the time
// has passed. newsletter.ErrConflict: a person holds it, and has to let it go.
func (p *Publisher) AddAt(ctx context.Context, n *newsletter.Newsletter, file string, at time.Time) (*newsletter.Issue, error) {
	if !at.After(p.config.Now()) {
		return nil, newsletter.Hint(fmt.Errorf("%w time: %s has passed", newsletter.ErrInvalid, at.In(n.Zone).Format(time.RFC3339)), "to send it now use --now")
	}
	return p.add(ctx, n, file, at)
}

func (p *Publisher) add(ctx context.Context, n *newsletter.Newsletter, file string, at time.Time) (*newsletter.Issue, error) {
	i, err := readIssue(p.config.Site.FS(), file, n)
	if err != nil {
		return nil, err
	}
	published, err := p.config.Store.Published(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	if published[i.Slug] {
		return nil, newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s was published before", i.Ref()), "a second issue needs its own slug")
	}
	if err := p.single(n, i); err != nil {
		return nil, err
	}
	fresh := arrived(i, p.config.Now())
	fresh.ByHand, fresh.SendAt = true, at.UTC().Truncate(time.Microsecond)
	if at.IsZero() {
		fresh.SendAt = time.Time{}
	}
	return i, p.config.Store.ChangeQueue(ctx, n.ID, func(q []newsletter.QueueEntry) ([]newsletter.QueueEntry, error) {
		return added(q, fresh)
	})
}

// added is a queue with one more issue at its end. An issue that is there
// already stays where it is if it is given a time.
func added(q []newsletter.QueueEntry, fresh newsletter.QueueEntry) ([]newsletter.QueueEntry, error) {
	at := slices.IndexFunc(q, func(e newsletter.QueueEntry) bool { return e.Slug == fresh.Slug })
	switch {
	case at < 0:
		return append(q, fresh), nil
	case q[at].State == newsletter.QueueRemoved:
		return append(slices.Delete(q, at, at+1), fresh), nil
	case q[at].State == newsletter.QueueSending || fresh.SendAt.IsZero():
		return nil, newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s is in the queue already", fresh.Ref()), "see: tidings queue "+fresh.Newsletter)
	case q[at].State == newsletter.QueueHeld && !q[at].ByClock:
		return nil, heldBack(&q[at])
	}
	fresh.Place = q[at].Place
	q[at] = fresh
	return q, nil
}

// Move changes the place of an issue in its queue.
func (p *Publisher) Move(ctx context.Context, n *newsletter.Newsletter, slug string, to Target) error {
	return p.edit(ctx, n, slug, func(q []newsletter.QueueEntry, at int) ([]newsletter.QueueEntry, error) {
		if q[at].State == newsletter.QueueSending {
			return nil, goingOut(&q[at])
		}
		return moved(q, at, to)
	})
}

// moved is a queue in which the issue at an index has another place.
func moved(q []newsletter.QueueEntry, from int, to Target) ([]newsletter.QueueEntry, error) {
	e := q[from]
	if to.Before == e.Slug || to.After == e.Slug {
		return nil, newsletter.Hint(newsletter.Refuse(newsletter.ErrInvalid, "%s cannot stand before or after itself", e.Ref()), "see: tidings queue "+e.Newsletter)
	}
	q = slices.Delete(q, from, from+1)
	at, found, position := len(q), to.Position > 0, 0
	for i := range q {
		if q[i].State == newsletter.QueueRemoved {
			continue
		}
		position++
		if position == to.Position || q[i].Slug == to.Before {
			at, found = i, true
			break
		}
		if q[i].Slug == to.After {
			at, found = i+1, true
			break
		}
	}
	if !found {
		return nil, notQueued(e.Newsletter, to.Before+to.After)
	}
	e.Place = 0
	return slices.Insert(q, at, e), nil
}

// Remove takes an issue out of its queue. Its file does not bring it back until
// it changes; Add does.
func (p *Publisher) Remove(ctx context.Context, n *newsletter.Newsletter, slug string) error {
	return p.edit(ctx, n, slug, func(q []newsletter.QueueEntry, at int) ([]newsletter.QueueEntry, error) {
		q[at].State, q[at].Reason, q[at].SendAt = newsletter.QueueRemoved, "", time.Time{}
		q[at].ByHand, q[at].ByClock = false, false
		return q, nil
	})
}

// Hold keeps an issue at its place without a slot until Release. An issue whose
// time has come is stopped. Held once more without a reason, it keeps the first.
func (p *Publisher) Hold(ctx context.Context, n *newsletter.Newsletter, slug, reason string) error {
	return p.edit(ctx, n, slug, func(q []newsletter.QueueEntry, at int) ([]newsletter.QueueEntry, error) {
		hold(&q[at], reason)
		return q, nil
	})
}

// Cancel holds an issue that is in its last minutes, as Hold does: whoever cancels
// then has no time to learn another word. Of one that only waits there is nothing to
// cancel: newsletter.ErrConflict.
func (p *Publisher) Cancel(ctx context.Context, n *newsletter.Newsletter, slug, reason string) error {
	return p.edit(ctx, n, slug, func(q []newsletter.QueueEntry, at int) ([]newsletter.QueueEntry, error) {
		if e := &q[at]; e.State != newsletter.QueueSending {
			err := newsletter.Refuse(newsletter.ErrConflict, "%s waits in the queue, and cancel is for what goes out already", e.Ref())
			return nil, newsletter.Hint(err, "tidings queue remove "+e.Ref()+" takes it out, tidings queue hold "+e.Ref()+" keeps it back")
		}
		hold(&q[at], reason)
		return q, nil
	})
}

func hold(e *newsletter.QueueEntry, reason string) {
	if e.State != newsletter.QueueHeld || reason != "" {
		e.Reason = oneLine(reason)
	}
	e.State, e.ByClock = newsletter.QueueHeld, false
	e.SlotAt, e.GoesAt = time.Time{}, time.Time{}
}

// Release lets a held issue wait for its slot again. newsletter.ErrConflict: it
// is not held, or the time of its own has passed.
func (p *Publisher) Release(ctx context.Context, n *newsletter.Newsletter, slug string) error {
	now := p.config.Now()
	files := p.shelf.look(p.config.Site.FS(), n)
	return p.edit(ctx, n, slug, func(q []newsletter.QueueEntry, at int) ([]newsletter.QueueEntry, error) {
		e := Entry{QueueEntry: q[at], Issue: files.issues[slug]}
		own := e.ownTime()
		switch {
		case e.State != newsletter.QueueHeld:
			return nil, newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s is %s, not held", e.Ref(), e.State), "see: tidings queue "+n.ID)
		case !own.IsZero() && !own.After(now), e.expired(now):
			return nil, newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s has its time behind it", e.Ref()),
				"write another send_at or send_by, or send it now: tidings publish "+e.Ref()+" --now")
		}
		q[at].State, q[at].Reason, q[at].ByClock = newsletter.QueueWaiting, "", false
		return q, nil
	})
}

// edit changes a queue around one of its issues, after a look at the files.
func (p *Publisher) edit(ctx context.Context, n *newsletter.Newsletter, slug string,
	change func(q []newsletter.QueueEntry, at int) ([]newsletter.QueueEntry, error),
) error {
	if _, _, err := p.sync(ctx, n, p.config.Now()); err != nil {
		return err
	}
	return p.config.Store.ChangeQueue(ctx, n.ID, func(q []newsletter.QueueEntry) ([]newsletter.QueueEntry, error) {
		at := slices.IndexFunc(q, func(e newsletter.QueueEntry) bool {
			return e.Slug == slug && e.State != newsletter.QueueRemoved
		})
		if at < 0 {
			return nil, notQueued(n.ID, slug)
		}
		return change(q, at)
	})
}

// heldBack says that somebody holds an issue, and why.
func heldBack(e *newsletter.QueueEntry) error {
	why := ""
	if e.Reason != "" {
		why = ": " + e.Reason
	}
	return newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s is held%s", e.Ref(), why),
		"to let it go first: tidings queue release "+e.Ref()+"; to begin anew: tidings queue remove "+e.Ref())
}

func notQueued(newsletterID, slug string) error {
	return newsletter.Hint(newsletter.Refuse(newsletter.ErrNotFound, "%s/%s is not in the queue", newsletterID, slug), "see: tidings queue "+newsletterID)
}

func goingOut(e *newsletter.QueueEntry) error {
	return newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s is going out", e.Ref()), "stop it with: tidings queue hold "+e.Ref())
}
