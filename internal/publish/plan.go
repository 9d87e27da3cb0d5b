package publish

import (
	"time"

	"tidings/internal/newsletter"
)

// plan gives each issue of a queue its time: the next free slot, its own time,
// or none while it is held or its file is gone. No slot is given twice.
func plan(n *newsletter.Newsletter, r rhythm, queue []Entry, now time.Time) {
	slot := now
	for i := range queue {
		e := &queue[i]
		switch own := e.ownTime(); {
		case e.State == newsletter.QueueHeld:
			e.Standing = Held
		case e.State == newsletter.QueueSending:
			e.Standing, e.Slot, e.At = Sending, e.SlotAt, e.GoesAt.In(n.Zone)
		case e.Standing == Missing:
		case !own.IsZero():
			e.Fixed, e.At = true, own.In(n.Zone)
			e.stand(n)
			switch {
			case e.Remark != "":
			case !own.After(e.SeenAt):
				e.Remark = "its send_at had passed when it came into the queue: it will be held"
			case r.pausedAt(own) != nil:
				e.Remark = "the queue is paused at that time: it will be held"
			}
		default:
			if !slot.IsZero() {
				slot = r.next(slot)
			}
			if !slot.IsZero() {
				e.Slot, e.At = slot, r.shown(slot)
			}
			e.stand(n)
		}
	}
}

// stand says where an issue stands that waits for its time.
func (e *Entry) stand(n *newsletter.Newsletter) {
	switch {
	case e.Standing == Broken:
		return
	case n.Approval == newsletter.ApprovalRequired && e.Approval == nil:
		e.Standing = Ready
	case n.Approval == newsletter.ApprovalRequired:
		e.Standing = Approved
	case e.At.IsZero() && len(n.Schedule) > 0:
		e.Standing = Paused
	case e.At.IsZero():
		e.Standing = Ready
	default:
		e.Standing = Scheduled
	}
	if e.Remark == "" && !e.At.IsZero() && e.Issue != nil && !e.Issue.SendBy.IsZero() && e.At.After(e.Issue.SendBy) {
		e.Remark = "its send_by comes before: it will be held"
	}
}

// ownTime is the time at which an issue goes out whatever the slots are; zero
// if it takes a slot.
func (e *Entry) ownTime() time.Time {
	if !e.SendAt.IsZero() || e.Issue == nil {
		return e.SendAt
	}
	return e.Issue.SendAt
}

// expired says whether the time is over by which an issue had to be sent.
func (e *Entry) expired(now time.Time) bool {
	return e.Issue != nil && !e.Issue.SendBy.IsZero() && now.After(e.Issue.SendBy)
}
