// Package schedule is in charge of when: it turns cron lines and a time zone
// into slots, the instants at which a newsletter's next issue goes out, and
// says what becomes of slots that passed while nothing was running. It reads no
// clock and keeps nothing.
//
// A cron line speaks of wall time, and wall time jumps. One rule covers every
// jump: the slot of a wall time is the first instant at which the zone's clocks
// show that time or a later one. So a time that a jump leaves out has its slot
// right after the jump, a time that comes twice has it the first time, and
// times that share an instant share one slot.
package schedule

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is when a newsletter's issues go out: one or more cron lines read in
// one time zone. It never changes and may be used by several goroutines.
type Schedule struct {
	zone  *time.Location
	specs []cron.Schedule // in naive wall time, carried as UTC
}

// Parse reads cron lines of five fields (minute, hour, day of month, month, day
// of week), or @hourly, @daily, @weekly, @monthly, @yearly, as wall time in
// zone. A mistake is an error that names the line and what was expected. No
// lines make a schedule without slots.
func Parse(lines []string, zone *time.Location) (*Schedule, error) {
	if zone == nil {
		return nil, errors.New("schedule without a time zone")
	}
	s := &Schedule{zone: zone}
	for _, line := range lines {
		spec, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("cron line %q: %w", line, err)
		}
		s.specs = append(s.specs, spec)
	}
	return s, nil
}

// Zone is where the schedule's wall times are read.
func (s *Schedule) Zone() *time.Location { return s.zone }

// Next returns the first slot strictly after that instant, in the schedule's
// zone. It is the zero time only when the schedule has no lines.
func (s *Schedule) Next(after time.Time) time.Time {
	var next time.Time
	shown := latestShown(after, s.zone)
	for _, spec := range s.specs {
		wall := nextWall(spec, shown)
		if wall.IsZero() {
			continue
		}
		if slot := Instant(wall, s.zone); next.IsZero() || slot.Before(next) {
			next = slot
		}
	}
	return next
}

// Between yields the slots after one instant and not after the other, oldest
// first: those that were missed when nothing ran from after to until.
func (s *Schedule) Between(after, until time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for slot := s.Next(after); !slot.IsZero() && !slot.After(until); slot = s.Next(slot) {
			if !yield(slot) {
				return
			}
		}
	}
}
