package newsletter

import "time"

// Pause is a time in which nothing of a newsletter's queue goes out by the
// clock. Its slots pass, each with a note.
type Pause struct {
	Newsletter string
	From       time.Time
	Until      time.Time // the first instant after it; zero: until somebody ends it
	Reason     string    // for people; may be empty
	By         string    // who asked for it
}

// Covers says whether an instant lies in the pause.
func (p *Pause) Covers(at time.Time) bool {
	return !at.Before(p.From) && (p.Until.IsZero() || at.Before(p.Until))
}
