package publish

import (
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
	slots *schedule.Schedule
	zone  *time.Location
	local bool
}

func newRhythm(n *newsletter.Newsletter) (rhythm, error) {
	r := rhythm{zone: n.Zone, local: n.LocalTime}
	zone := n.Zone
	if r.local {
		zone = firstZone
	}
	var err error
	r.slots, err = schedule.Parse(n.Schedule, zone)
	return r, err
}

// next is the first slot after an instant; the zero time if there is none.
func (r rhythm) next(after time.Time) time.Time { return r.slots.Next(after) }

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
