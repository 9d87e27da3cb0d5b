package publish

import (
	"context"
	"slices"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
)

// firstZone is the zone whose clocks are ahead of all others: a newsletter in
// its readers' own time begins when a slot's wall time comes there.
var firstZone = time.FixedZone("UTC+14", 14*60*60)

// rhythm is when the slots of a newsletter begin, and which time each of them
// is for people.
type rhythm struct {
	slots  *schedule.Schedule
	zone   *time.Location
	local  bool
	pauses []newsletter.Pause // oldest first
	used   []time.Time        // slots to come that sent something already, by a clock that was ahead
}

// rhythm is that of a newsletter, with all pauses of its queue and what was used
// up of the time after now.
func (p *Publisher) rhythm(ctx context.Context, n *newsletter.Newsletter, now time.Time) (rhythm, error) {
	pauses, err := p.config.Store.Pauses(ctx, n.ID, time.Time{})
	if err != nil {
		return rhythm{}, err
	}
	used, err := p.config.Store.UsedSlots(ctx, n.ID, now)
	if err != nil {
		return rhythm{}, err
	}
	return newRhythm(n, pauses, used)
}

// newRhythm is the rhythm of a newsletter with these pauses and used slots.
func newRhythm(n *newsletter.Newsletter, pauses []newsletter.Pause, used []time.Time) (r rhythm, err error) {
	r = rhythm{zone: n.Zone, local: n.LocalTime, pauses: pauses, used: used}
	zone := n.Zone
	if r.local {
		zone = firstZone
	}
	r.slots, err = schedule.Parse(n.Schedule, zone)
	return r, err
}

// coming lists the slots after an instant that were not used, those in a pause
// among them, so many.
func (r rhythm) coming(after time.Time, count int) []time.Time {
	var slots []time.Time
	for len(slots) < count {
		if after = r.slots.Next(after); after.IsZero() {
			break
		}
		if !slices.ContainsFunc(r.used, after.Equal) {
			slots = append(slots, after)
		}
	}
	return slots
}

// next is the first slot after an instant that is in no pause and was not used;
// the zero time if there is none, or none that is known.
func (r rhythm) next(after time.Time) time.Time {
	slot := r.unpaused(after)
	for slices.ContainsFunc(r.used, slot.Equal) {
		slot = r.unpaused(slot)
	}
	return slot
}

// unpaused is the first slot after an instant that is in no pause.
func (r rhythm) unpaused(after time.Time) time.Time {
	slot := r.slots.Next(after)
	for pause := r.paused(slot); pause != nil; pause = r.paused(slot) {
		if pause.Until.IsZero() {
			return time.Time{}
		}
		over := pause.Until.Add(-1)
		if r.local {
			over = over.Add(-aroundTheWorld)
		}
		if slot.After(over) {
			over = slot
		}
		slot = r.slots.Next(over)
	}
	return slot
}

// aroundTheWorld is more than a slot in readers' own time begins before the
// newsletter's zone shows it.
const aroundTheWorld = 27 * time.Hour

// paused is the pause in which a slot lies, by the time that it has for people;
// nil if none.
func (r rhythm) paused(slot time.Time) *newsletter.Pause {
	if slot.IsZero() {
		return nil
	}
	return r.pausedAt(r.shown(slot))
}

// pausedAt is the pause in which an instant lies; nil if none.
func (r rhythm) pausedAt(at time.Time) *newsletter.Pause {
	i := slices.IndexFunc(r.pauses, func(p newsletter.Pause) bool { return p.Covers(at) })
	if i < 0 {
		return nil
	}
	return &r.pauses[i]
}

// wall is the wall time at which each reader gets what begins at a slot, as if
// in UTC; the zero time where all get it at once.
func (r rhythm) wall(slot time.Time) time.Time {
	if !r.local || slot.IsZero() {
		return time.Time{}
	}
	_, ahead := slot.In(firstZone).Zone()
	return slot.UTC().Add(time.Duration(ahead) * time.Second)
}

// shown is a slot as the newsletter's own zone knows it.
func (r rhythm) shown(slot time.Time) time.Time {
	if wall := r.wall(slot); !wall.IsZero() {
		return schedule.Instant(wall, r.zone)
	}
	return slot.In(r.zone)
}
