package store

import (
	"fmt"

	"tidings/internal/newsletter"
)

// tally gathers how many deliveries moved into a state, and out of it, by
// issue, so that a transaction of many moves touches each issue's row once.
type tally map[int64]*newsletter.Tally

// moved notes that n deliveries of an issue went from one state to another. An
// empty from means that they are new.
func (t tally) moved(issue int64, from, to newsletter.DeliveryState, n int) {
	d, ok := t[issue]
	if !ok {
		d = &newsletter.Tally{}
		t[issue] = d
	}
	if from == "" {
		d.Audience += n
	} else {
		*counter(d, from) -= n
	}
	*counter(d, to) += n
}

// counter is the field of a tally that counts a state.
func counter(t *newsletter.Tally, s newsletter.DeliveryState) *int {
	switch s {
	case newsletter.Queued:
		return &t.Queued
	case newsletter.Attempting:
		return &t.Attempting
	case newsletter.Deferred:
		return &t.Deferred
	case newsletter.Sent:
		return &t.Sent
	case newsletter.Failed:
		return &t.Failed
	case newsletter.Unknown:
		return &t.Unknown
	case newsletter.Skipped:
		return &t.Skipped
	}
	panic("store: no such delivery state: " + string(s))
}

// addTally writes what was gathered to the issues' rows, and closes the issues
// that have no open delivery left.
func (t *tx) addTally() error {
	for issue, d := range t.tally {
		_, err := t.exec(`UPDATE issue SET audience = audience + $2, queued = queued + $3, attempting = attempting + $4,
			deferred = deferred + $5, sent = sent + $6, failed = failed + $7, unknown = unknown + $8, skipped = skipped + $9
			WHERE id = $1`,
			issue, d.Audience, d.Queued, d.Attempting, d.Deferred, d.Sent, d.Failed, d.Unknown, d.Skipped)
		if err != nil {
			return fmt.Errorf("count deliveries: %w", err)
		}
		if err := t.finish(issue); err != nil {
			return err
		}
	}
	return nil
}

// finish marks an issue sent when nothing of it is open any more, even if a person
// paused it while the last answers came in. One that was paused for a reason waits for
// somebody to look into that.
func (t *tx) finish(issue int64) error {
	_, err := t.exec(`UPDATE issue SET state = 'sent', finished_at = $2
		WHERE id = $1 AND (state = 'sending' OR state = 'paused' AND reason = '' AND expanded = 0) AND queued + attempting + deferred = 0`, issue, micros(t.now))
	if err != nil {
		return fmt.Errorf("finish issue: %w", err)
	}
	return nil
}
