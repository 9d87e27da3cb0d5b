package schedule

import (
	"time"

	"tidings/internal/newsletter"
)

// Decision is what becomes of a slot that has passed.
type Decision string

// The decisions. Whichever is taken, the slot is reported.
const (
	Run        Decision = "run"        // its issue goes out now
	TooLate    Decision = "too-late"   // it would run, but later than max_lateness: its issue is held
	Superseded Decision = "superseded" // passed over, because a later slot has passed as well
	Declined   Decision = "declined"   // passed over, because catch_up is none
)

// Verdict is the decision on one slot.
type Verdict struct {
	Slot     time.Time
	Decision Decision
}

// onTime is how late a slot may be and still count as punctual: nothing was
// missed, so that no policy speaks against it.
const onTime = time.Minute

// CatchUp decides on slots that have passed and were not yet run, given oldest
// first, and returns one verdict for each in the same order. A slot that is
// still to come at now gets none. An empty policy means latest.
func CatchUp(policy newsletter.CatchUp, missed []time.Time, now time.Time, maxLateness time.Duration) []Verdict {
	for len(missed) > 0 && missed[len(missed)-1].After(now) {
		missed = missed[:len(missed)-1]
	}
	verdicts := make([]Verdict, len(missed))
	for i, slot := range missed {
		last := i == len(missed)-1
		verdicts[i] = Verdict{slot, decide(policy, now.Sub(slot), last, maxLateness)}
	}
	return verdicts
}

// decide is the verdict on one slot that is late by that much.
func decide(policy newsletter.CatchUp, late time.Duration, last bool, maxLateness time.Duration) Decision {
	switch {
	case last && late <= onTime:
		return Run
	case policy == newsletter.CatchUpNone:
		return Declined
	case policy != newsletter.CatchUpAll && !last:
		return Superseded
	case late > maxLateness:
		return TooLate
	}
	return Run
}
