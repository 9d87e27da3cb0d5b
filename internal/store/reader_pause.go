package store

import (
	"context"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// PauseReader lets a confirmed reader get nothing of a newsletter until a time, from
// now on and in every send that is running; a time that is past ends the pause.
// It returns where the subscription stands. newsletter.ErrNotFound: there is
// none.
func (s *Store) PauseReader(
	ctx context.Context, newsletterID string, subscriberID int64, until time.Time, p newsletter.Proof,
) (newsletter.Subscription, error) {
	err := s.update(ctx, func(t *tx) error {
		var before int64
		err := t.row(`SELECT paused_until FROM subscription WHERE newsletter = $1 AND subscriber_id = $2`, []any{newsletterID, subscriberID}, &before)
		if err != nil {
			return fmt.Errorf("find subscription: %w", plain(err))
		}
		act := newsletter.ConsentPaused
		if !until.After(t.now) {
			act, until = newsletter.ConsentResumed, time.Time{}
			if before <= micros(t.now) {
				return nil // it was over already
			}
		}
		moved, err := t.moved(newsletterID, subscriberID, `paused_until = $3
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'confirmed'`, micros(until))
		if err != nil || !moved {
			return err
		}
		if act == newsletter.ConsentPaused {
			if err := t.skipOpen(newsletterID, subscriberID); err != nil {
				return err
			}
		}
		return t.keepConsent(subscriberID, newsletterID, act, p)
	})
	if err != nil {
		return newsletter.Subscription{}, err
	}
	return s.Subscription(ctx, newsletterID, subscriberID)
}
