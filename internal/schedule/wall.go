package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"tidings/internal/newsletter"
)

// farthest is more than any zone's clocks were ever ahead of or behind UTC: the
// record is held by Manila before 1845 with 15 h 56 min.
const farthest = 16 * time.Hour

// Instant returns the first instant at which the clocks of zone show that wall
// time or a later one, in zone. Of wall only year to nanosecond count, not its
// zone.
func Instant(wall time.Time, zone *time.Location) time.Time {
	naive := asUTC(wall)
	// Here every zone's clocks show less than wall. From period to period of
	// unchanging offset, the first that reaches wall has the instant.
	t := naive.Add(-farthest).In(zone)
	for {
		reached := naive.Add(-offset(t)).In(zone)
		if reached.Before(t) {
			return t // the clocks were put ahead, past wall
		}
		end := periodEnd(t)
		if end.IsZero() || reached.Before(end) {
			return reached
		}
		t = end.In(zone)
	}
}

// Moment reads a time as people write it: with its offset (RFC 3339), or without
// one, as "2026-11-24 09:00", as wall time in zone under the rule of Instant.
func Moment(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.In(zone), nil
	}
	local := strings.Replace(text, "T", " ", 1)
	for _, layout := range []string{"2006-01-02 15:04", time.DateTime} {
		if wall, err := time.Parse(layout, local); err == nil {
			return Instant(wall, zone), nil
		}
	}
	return time.Time{}, newsletter.Hint(fmt.Errorf("%.40q is not a time, expected a local one or RFC 3339", text),
		`such as "2026-11-24 09:00" or "2026-11-24T09:00:00-08:00"`)
}

// latestShown returns the latest wall time that the clocks of zone have shown
// up to that instant, as UTC. It is what they show, except in the hours after
// they were put back, when it is what they showed just before.
func latestShown(at time.Time, zone *time.Location) time.Time {
	latest := asUTC(at.In(zone))
	// Clocks were never put back by more than a day, so what they showed two
	// days ago counts no more.
	for t := at.Add(-48 * time.Hour).In(zone); ; {
		end := periodEnd(t)
		if end.IsZero() || end.After(at) {
			return latest
		}
		if before := end.UTC().Add(offset(t) - 1); before.After(latest) {
			latest = before
		}
		t = end.In(zone)
	}
}

// periodEnd is when the clocks of t's zone may next be put ahead or back; the
// zero time if never. Package time ends the last day of a leap year after 2037
// before it begins; no clock was ever put anywhere around a new year, so there
// the end is that of a day later.
func periodEnd(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		_, end = t.Add(24 * time.Hour).ZoneBounds()
	}
	return end
}

// nextWall returns the first wall time after that one which spec names, both as
// UTC, or the zero time. The search of cron gives up after five years, but 29
// February can be eight years away.
func nextWall(spec cron.Schedule, after time.Time) time.Time {
	for range 3 {
		if wall := spec.Next(after); !wall.IsZero() {
			return wall
		}
		after = after.AddDate(4, 0, 0)
	}
	return time.Time{}
}

// asUTC returns the instant at which clocks in UTC show what t's clocks show.
// Wall times are carried so, since UTC has no jumps.
func asUTC(t time.Time) time.Time {
	return t.UTC().Add(offset(t))
}

// offset is how far t's clocks are ahead of UTC.
func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
