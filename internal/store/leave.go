package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"tidings/internal/newsletter"
)

// Confirm moves a pending subscription to confirmed, together with those that
// were asked for in the same mail, and returns where it stands then: a second
// confirmation changes nothing, and whoever left since stays away. What only
// their own word can end, such as an earlier unsubscribe, ends.
//
// In the same transaction the mail that welcomes to a newsletter, by its ID, is put on
// the road to whoever begins to read it by this; nil: none.
func (s *Store) Confirm(
	ctx context.Context, newsletterID string, subscriberID int64, p newsletter.Proof, welcome map[string]*newsletter.Mail,
) (newsletter.SubscriptionState, error) {
	return s.change(ctx, newsletterID, subscriberID, func(t *tx) error {
		names, err := t.askedTogether(newsletterID, subscriberID)
		if err != nil || len(names) == 0 {
			return err
		}
		var key string
		if err := t.row(`SELECT email_key FROM subscriber WHERE id = $1`, []any{subscriberID}, &key); err != nil {
			return fmt.Errorf("find subscriber: %w", err)
		}
		for _, name := range names {
			if err := t.lift(key, name); err != nil {
				return err
			}
			if err := t.move(name, subscriberID, `state = 'confirmed', confirmed_at = $3
				WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'pending'`, micros(t.now)); err != nil {
				return err
			}
			if err := t.keepConsent(subscriberID, name, newsletter.ConsentConfirmed, p); err != nil {
				return err
			}
			if m := welcome[name]; m != nil {
				if err := t.notify(m, subscriberID); err != nil {
					return err
				}
			}
		}
		return t.settle(subscriberID, key)
	})
}

// AskedTogether lists the newsletters that the confirmation of one of them is
// for; none where nothing is waiting.
func (s *Store) AskedTogether(ctx context.Context, newsletterID string, subscriberID int64) (names []string, err error) {
	rows, err := s.read.QueryContext(ctx, askedTogether, newsletterID, subscriberID)
	if err != nil {
		return nil, fmt.Errorf("find what was asked: %w", plain(err))
	}
	err = eachRow(rows, scanNames(&names))
	return names, plain(err)
}

const askedTogether = `SELECT p.newsletter FROM subscription p JOIN subscription q ON q.subscriber_id = p.subscriber_id
	WHERE q.newsletter = $1 AND q.subscriber_id = $2 AND q.state = 'pending' AND p.state = 'pending'
		AND (p.newsletter = q.newsletter OR p.asked_at = q.asked_at AND p.asked_at > 0)
	ORDER BY p.newsletter`

// askedTogether lists the pending subscriptions that one mail asked to confirm,
// by one of them; none where that one is not pending.
func (t *tx) askedTogether(newsletterID string, subscriberID int64) (names []string, err error) {
	err = t.rows(askedTogether, []any{newsletterID, subscriberID}, scanNames(&names))
	if err != nil {
		return nil, fmt.Errorf("find what was asked: %w", err)
	}
	return names, nil
}

// Unsubscribe ends a subscription, or with "" all of a person's, and takes them
// out of every send of it that is running, in one transaction: when it returns,
// no mail of these newsletters begins its way to them. It returns which ended:
// leaving twice changes nothing. newsletter.ErrNotFound: they never signed up.
func (s *Store) Unsubscribe(ctx context.Context, newsletterID string, subscriberID int64, p newsletter.Proof) (ended []string, err error) {
	err = s.update(ctx, func(t *tx) error {
		ended = []string{}
		var names []string
		err := t.rows(`SELECT newsletter FROM subscription WHERE subscriber_id = $1 AND ($2 = '' OR newsletter = $2) ORDER BY newsletter`,
			[]any{subscriberID, newsletterID}, scanNames(&names))
		if err != nil {
			return fmt.Errorf("list subscriptions: %w", err)
		}
		if len(names) == 0 {
			return newsletter.ErrNotFound
		}
		for _, name := range names {
			left, err := t.leave(name, subscriberID)
			if err != nil {
				return err
			}
			if !left {
				continue
			}
			ended = append(ended, name)
			if err := t.keepConsent(subscriberID, name, newsletter.ConsentLeft, p); err != nil {
				return err
			}
		}
		return nil
	})
	return ended, err
}

// leave ends a subscription and skips the mails that wait for it. One that is
// suppressed stays so, and ends when that does.
func (t *tx) leave(newsletterID string, subscriberID int64) (left bool, err error) {
	left, err = t.moved(newsletterID, subscriberID, `unsubscribed_at = $3, left_because = '',
			state = CASE WHEN state = 'suppressed' THEN state ELSE 'unsubscribed' END
		WHERE newsletter = $1 AND subscriber_id = $2 AND state <> 'unsubscribed'
			AND NOT (state = 'suppressed' AND unsubscribed_at > confirmed_at)`, micros(t.now))
	if err != nil || !left {
		return false, err
	}
	return true, t.skipOpen(newsletterID, subscriberID)
}

// LeftBecause keeps why a person left a newsletter, in their words, after they
// did. newsletter.ErrNotFound: they have not left.
func (s *Store) LeftBecause(ctx context.Context, newsletterID string, subscriberID int64, because string) error {
	return s.update(ctx, func(t *tx) error {
		ok, err := t.moved(newsletterID, subscriberID, `left_because = $3
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'unsubscribed'`, because)
		if err == nil && !ok {
			return newsletter.ErrNotFound
		}
		return err
	})
}

// Resubscribe undoes an Unsubscribe that happened within the given time and
// returns where the subscription stands then. Issues that were skipped stay
// skipped.
func (s *Store) Resubscribe(
	ctx context.Context, newsletterID string, subscriberID int64, within time.Duration, p newsletter.Proof,
) (newsletter.SubscriptionState, error) {
	return s.change(ctx, newsletterID, subscriberID, func(t *tx) error {
		back, err := t.moved(newsletterID, subscriberID, `unsubscribed_at = 0, left_because = '',
				state = CASE WHEN confirmed_at > 0 THEN 'confirmed' ELSE 'pending' END
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'unsubscribed' AND unsubscribed_at >= $3`,
			micros(t.now.Add(-within)))
		if err != nil || !back {
			return err
		}
		return t.keepConsent(subscriberID, newsletterID, newsletter.ConsentReturned, p)
	})
}

// ResubscribeAll undoes the last Unsubscribe of a person, of one newsletter or
// of several at once, if it happened within the given time, and returns which
// came back.
func (s *Store) ResubscribeAll(ctx context.Context, subscriberID int64, within time.Duration, p newsletter.Proof) (back []string, err error) {
	err = s.update(ctx, func(t *tx) error {
		back = []string{}
		err := t.rows(`UPDATE subscription SET unsubscribed_at = 0, left_because = '',
				state = CASE WHEN confirmed_at > 0 THEN 'confirmed' ELSE 'pending' END
			WHERE subscriber_id = $1 AND state = 'unsubscribed' AND unsubscribed_at >= $2
				AND unsubscribed_at = (SELECT max(unsubscribed_at) FROM subscription WHERE subscriber_id = $1)
			RETURNING newsletter`, []any{subscriberID, micros(t.now.Add(-within))}, func(r *sql.Rows) error {
			var name string
			err := r.Scan(&name)
			back = append(back, name)
			return err
		})
		if err != nil {
			return fmt.Errorf("take back: %w", err)
		}
		slices.Sort(back)
		for _, name := range back {
			if err := t.keepConsent(subscriberID, name, newsletter.ConsentReturned, p); err != nil {
				return err
			}
		}
		return nil
	})
	return back, err
}

// change runs fn and reads where the subscription stands after it.
// newsletter.ErrNotFound: there is none.
func (s *Store) change(
	ctx context.Context, newsletterID string, subscriberID int64, fn func(*tx) error,
) (newsletter.SubscriptionState, error) {
	var state newsletter.SubscriptionState
	err := s.update(ctx, func(t *tx) error {
		if err := fn(t); err != nil {
			return err
		}
		err := t.row(`SELECT state FROM subscription WHERE newsletter = $1 AND subscriber_id = $2`,
			[]any{newsletterID, subscriberID}, &state)
		if err != nil {
			return fmt.Errorf("find subscription: %w", err)
		}
		return nil
	})
	return state, err
}
