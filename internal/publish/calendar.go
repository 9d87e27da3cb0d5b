package publish

import (
	"context"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
)

// Calendar lists what a newsletter is about to send: its next slots, so many,
// each with the issue that will take it, and issues with a time of their own.
func (p *Publisher) Calendar(ctx context.Context, n *newsletter.Newsletter, slots int) ([]schedule.Event, error) {
	queue, _, err := p.Queue(ctx, n)
	if err != nil {
		return nil, err
	}
	r, err := p.rhythm(ctx, n, p.config.Now())
	if err != nil {
		return nil, err
	}
	var events []schedule.Event
	taken := map[int64]string{}
	for _, e := range queue {
		switch {
		case e.At.IsZero():
		case e.Fixed || e.State == newsletter.QueueSending:
			events = append(events, schedule.Event{UID: n.ID + "-" + e.Slug + "@tidings", At: e.At, Summary: n.Title + ": " + e.title()})
		default:
			taken[e.Slot.Unix()] = e.title()
		}
	}
	for _, slot := range r.coming(p.config.Now(), slots) {
		summary := n.Title + ": nothing queued"
		if title, ok := taken[slot.Unix()]; ok {
			summary = n.Title + ": " + title
		} else if r.paused(slot) != nil {
			summary = n.Title + ": paused"
		}
		events = append(events, schedule.Event{UID: n.ID + "-" + slot.UTC().Format("20060102T150405Z") + "@tidings", At: r.shown(slot), Summary: summary})
	}
	return events, nil
}

// Coming is a slot to come.
type Coming struct {
	At     time.Time // as the newsletter's own zone knows it, see Shown
	Paused bool      // it lies in a pause of the queue, and passes without an issue
}

// Next lists the slots of a newsletter that come after an instant, so many. Where
// readers get issues in their own time, a slot has come as soon as it did anywhere,
// though the newsletter's zone may show it as yet to come. Pauses are those of its
// queue, and used what the store knows as UsedSlots.
func Next(n *newsletter.Newsletter, pauses []newsletter.Pause, used []time.Time, after time.Time, count int) ([]Coming, error) {
	r, err := newRhythm(n, pauses, used)
	if err != nil {
		return nil, err
	}
	slots := make([]Coming, 0, count)
	for _, slot := range r.coming(after, count) {
		slots = append(slots, Coming{At: r.shown(slot), Paused: r.paused(slot) != nil})
	}
	return slots, nil
}

// title is what people know an issue by.
func (e *Entry) title() string {
	if e.Issue == nil {
		return e.Slug
	}
	return e.Issue.Title
}

// Shown is a slot of a newsletter as its own zone knows it. It differs from the
// instant at which the slot begins where readers get it in their own time.
func Shown(n *newsletter.Newsletter, slot time.Time) time.Time {
	return rhythm{zone: n.Zone, local: n.LocalTime}.shown(slot)
}
