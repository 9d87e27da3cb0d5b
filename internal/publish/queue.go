package publish

import (
	"context"
	"slices"
	"time"

	"tidings/internal/newsletter"
)

// Entry is an issue in the queue, with what its file and its newsletter's
// schedule make of it.
type Entry struct {
	newsletter.QueueEntry
	Issue    *newsletter.Issue    // nil: its file is gone or cannot be read
	Standing Standing             // in one word
	Fixed    bool                 // At is a time of its own and no slot
	Slot     time.Time            // the slot it will take; zero: none
	At       time.Time            // when it goes out, in the newsletter's zone; zero: not known
	Approval *newsletter.Approval // the one that holds; nil: none
	Remark   string               // what staff should know of it; may be empty
	Errors   int                  // what stops it; Review counts them
}

// Standing is where an issue stands on its way to readers.
type Standing string

// The standings of an issue in the queue.
const (
	Ready     Standing = "ready"     // waits for approval, or for a schedule
	Approved  Standing = "approved"  // somebody approved it as it is
	Scheduled Standing = "scheduled" // goes out at At
	Paused    Standing = "paused"    // takes a slot once the pause of its queue is over
	Sending   Standing = "sending"   // goes out at GoesAt unless somebody stops it
	Held      Standing = "held"      // takes no slot until it is released
	Missing   Standing = "missing"   // its file is gone: takes no slot until it is back
	Broken    Standing = "broken"    // its file cannot be read: holds its slot until it is mended
)

// Queue brings the queue of a newsletter up to date with its files and lists
// it, each issue with the slot it will take, together with what is wrong with
// files beside it.
func (p *Publisher) Queue(ctx context.Context, n *newsletter.Newsletter) ([]Entry, newsletter.Problems, error) {
	now := p.config.Now()
	rows, files, err := p.sync(ctx, n, now)
	if err != nil {
		return nil, nil, err
	}
	approved, err := p.config.Store.Approved(ctx, n.ID)
	if err != nil {
		return nil, nil, err
	}
	r, err := p.rhythm(ctx, n, now)
	if err != nil {
		return nil, nil, err
	}
	entries := entries(rows, files, approved)
	plan(n, r, entries, now)
	return entries, files.problems, nil
}

// sync takes new ready files into the queue, in the order of their dates and
// after what is there, and takes note of files that have changed.
func (p *Publisher) sync(ctx context.Context, n *newsletter.Newsletter, now time.Time) ([]newsletter.QueueEntry, *listing, error) {
	published, err := p.config.Store.Published(ctx, n.ID)
	if err != nil {
		return nil, nil, err
	}
	files := p.shelf.look(p.config.Site.FS(), n)
	rows, err := p.config.Store.Queue(ctx, n.ID)
	if err != nil || slices.Equal(rows, synced(slices.Clone(rows), files, published, now)) {
		return rows, files, err
	}
	err = p.config.Store.ChangeQueue(ctx, n.ID, func(q []newsletter.QueueEntry) ([]newsletter.QueueEntry, error) {
		return synced(q, files, published, now), nil
	})
	if err != nil {
		return nil, nil, err
	}
	rows, err = p.config.Store.Queue(ctx, n.ID)
	return rows, files, err
}

// synced is a queue after a look at the files. An issue whose file is gone stays
// for as long as it may come back, as it does when a branch is changed.
func synced(rows []newsletter.QueueEntry, files *listing, published map[string]bool, now time.Time) []newsletter.QueueEntry {
	known := map[string]bool{}
	var queue, again []newsletter.QueueEntry
	for _, q := range rows {
		file := files.of(&q)
		switch {
		case published[q.Slug]:
			continue
		case file == nil:
		case file.Status == newsletter.IssueDraft && !q.ByHand && q.State == newsletter.QueueWaiting:
			continue
		case file.SHA256 != q.SHA256:
			if q = changed(q, file, now); q.State == newsletter.QueueWaiting && !q.ByHand && file.Status == newsletter.IssueDraft {
				continue
			}
		default:
			q.File = file.File
		}
		known[q.Slug] = true
		if q.Place == 0 {
			again = append(again, q)
		} else {
			queue = append(queue, q)
		}
	}
	queue = append(queue, again...)
	for _, i := range files.order {
		if i.Status == newsletter.IssueReady && !known[i.Slug] && !published[i.Slug] {
			queue = append(queue, arrived(i, now))
		}
	}
	return queue
}

// arrived is an issue that comes to the end of its queue.
func arrived(i *newsletter.Issue, now time.Time) newsletter.QueueEntry {
	return newsletter.QueueEntry{
		Newsletter: i.Newsletter, Slug: i.Slug, File: i.File, State: newsletter.QueueWaiting,
		SHA256: i.SHA256, SeenAt: now.UTC().Truncate(time.Microsecond),
	}
}

// changed is an issue after its file was edited: what the schedule held waits
// again, and what a person removed comes back if the file says ready. A Place
// of 0 sends it to the end.
func changed(q newsletter.QueueEntry, i *newsletter.Issue, now time.Time) newsletter.QueueEntry {
	q.File, q.SHA256, q.SeenAt = i.File, i.SHA256, now.UTC().Truncate(time.Microsecond)
	switch q.State {
	case newsletter.QueueRemoved:
		if i.Status == newsletter.IssueReady {
			q = arrived(i, now)
		}
	case newsletter.QueueHeld:
		if q.ByClock {
			q.State, q.ByClock, q.Reason = newsletter.QueueWaiting, false, ""
		}
	case newsletter.QueueWaiting:
		q.Reason = ""
	case newsletter.QueueSending:
	}
	return q
}

// entries joins the rows of a queue with their files and approvals. Removed
// issues are left out.
func entries(rows []newsletter.QueueEntry, files *listing, approved map[string]newsletter.Approval) []Entry {
	all := make([]Entry, 0, len(rows))
	for _, q := range rows {
		if q.State == newsletter.QueueRemoved {
			continue
		}
		e := Entry{QueueEntry: q, Issue: files.of(&q), Remark: q.Reason}
		if a, ok := approved[q.Slug]; ok {
			e.Approval = &a
		}
		if e.Issue == nil {
			e.Standing, e.Remark = Missing, "the file "+q.File+" is gone"
			if problem := files.broken[q.File]; problem != "" {
				e.Standing, e.Remark = Broken, problem
			}
		}
		all = append(all, e)
	}
	return all
}
