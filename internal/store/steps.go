package store

import (
	"context"
	"time"
)

// stepRows is how many deliveries, or subscriptions on the way to them, one
// transaction works on: enough to share a commit,
// few enough that nobody waits over a tenth of a second who signs up or leaves
// meanwhile (rule R2).
const stepRows = 2000

// breath is how long the database is left to others between two such
// transactions. They look for it more often than that.
const breath = 3 * time.Millisecond

// inSteps does long work in short transactions. Each is told where the one before
// it came to, 0 at first, and says how far it came; 0: that was all. What was done
// stays when ctx ends in between.
func (s *Store) inSteps(ctx context.Context, step func(t *tx, after int64) (next int64, err error)) error {
	for after := int64(0); ; {
		var next int64
		err := s.update(ctx, func(t *tx) (err error) {
			next, err = step(t, after)
			return err
		})
		if err != nil || next == 0 {
			return err
		}
		after = next
		if err := breathe(ctx); err != nil {
			return err
		}
	}
}

// breathe waits for a breath, or until ctx ends.
func breathe(ctx context.Context) error {
	select {
	case <-time.After(breath):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
