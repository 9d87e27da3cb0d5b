package newsletter

import "time"

// Health is how sending goes at one moment, for people who wait for it.
type Health struct {
	At        time.Time `json:"at"`         // when it was so
	PerSecond float64   `json:"per_second"` // messages that relays took, over the last ten seconds at most
	HeldUp    []HeldUp  `json:"held_up"`    // what waits, the most pressing first; empty: nothing
}

// healthLasts is how long a report says anything: who sends renews it sooner.
const healthLasts = time.Minute

// Fresh returns the report, or an empty one where it is so old that nobody can
// be sending any more.
func (h Health) Fresh(now time.Time) Health {
	if now.Sub(h.At) > healthLasts {
		return Health{HeldUp: []HeldUp{}}
	}
	return h
}

// HeldUp is something that makes mail wait.
type HeldUp struct {
	What  string    `json:"what"`           // "relay primary", or the domain of readers
	Why   string    `json:"why"`            // one line
	Until time.Time `json:"until,omitzero"` // when it is tried again; zero: as soon as it can be
}

// TimeLeft is how long what is open of a tally takes at the present rate, but for
// those deliveries that come later, at a time chosen for their readers; zero
// where nobody can say.
func (h Health) TimeLeft(t Tally, later int) time.Duration {
	due := t.Open() - later
	if h.PerSecond <= 0 || due <= 0 {
		return 0
	}
	return time.Duration(float64(due) / h.PerSecond * float64(time.Second)).Round(time.Second)
}
