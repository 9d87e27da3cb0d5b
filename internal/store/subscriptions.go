package store

import (
	"context"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// SubscribeParams is one person who asks for a newsletter.
type SubscribeParams struct {
	Newsletter string
	Subscriber newsletter.Subscriber // ID and CreatedAt are not looked at
	Key        string                // of the address, as newsletter.ParseAddress makes it
	Source     string                // how consent came
	// Direct makes a new reader count at once. Whoever left before must confirm
	// all the same.
	Direct bool
	Ask    Ask
}

// Ask is the mail that asks a pending reader to confirm, and how often it may.
type Ask struct {
	Mail  *newsletter.Mail // nil: nobody is asked
	Every time.Duration    // one person is asked once in that time for one newsletter …
	Most  int              // … and that often for all newsletters
}

// Subscribed is what came of Subscribe.
type Subscribed struct {
	Subscriber int64
	State      newsletter.SubscriptionState
	Asked      bool // the confirmation is on its way
}

// Subscribe records that somebody asked for a newsletter, and puts the mail
// that asks them to confirm on the road in the same transaction. A confirmed
// reader stays as they are and gets nothing. What is known of a person changes
// only as long as they confirmed nothing: anybody can type any address.
func (s *Store) Subscribe(ctx context.Context, p SubscribeParams) (Subscribed, error) {
	var done Subscribed
	err := s.update(ctx, func(t *tx) error {
		id, err := t.person(p.Subscriber, p.Key)
		if err != nil {
			return err
		}
		done = Subscribed{Subscriber: id}
		done.State, err = t.want(p, id)
		if err != nil || done.State == newsletter.SubscriptionConfirmed || p.Ask.Mail == nil {
			return err
		}
		done.Asked, err = t.ask(p.Newsletter, id, p.Ask)
		return err
	})
	return done, err
}

// person finds the subscriber with that key, or makes them.
func (t *tx) person(s newsletter.Subscriber, key string) (int64, error) {
	fields, err := fieldsJSON(s.Fields)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(`INSERT INTO subscriber (email, email_key, name, first_name, tags, fields, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
		ON CONFLICT (email_key) DO UPDATE SET updated_at = excluded.updated_at,
			name = CASE WHEN excluded.name = '' THEN subscriber.name ELSE excluded.name END,
			first_name = CASE WHEN excluded.first_name = '' THEN subscriber.first_name ELSE excluded.first_name END,
			tags = CASE WHEN excluded.tags = '' THEN subscriber.tags ELSE excluded.tags END,
			fields = CASE WHEN excluded.fields = '{}' THEN subscriber.fields ELSE excluded.fields END
		WHERE NOT EXISTS (SELECT 1 FROM subscription p WHERE p.subscriber_id = subscriber.id AND p.state <> 'pending')`,
		s.Email, key, s.Name, s.FirstName, joinTags(s.Tags), fields, micros(t.now))
	if err != nil {
		return 0, fmt.Errorf("keep subscriber: %w", err)
	}
	var id int64
	if err := t.row(`SELECT id FROM subscriber WHERE email_key = $1`, []any{key}, &id); err != nil {
		return 0, fmt.Errorf("find subscriber: %w", err)
	}
	return id, nil
}

// want moves a subscription to where a sign-up leads, and returns its state.
func (t *tx) want(p SubscribeParams, id int64) (newsletter.SubscriptionState, error) {
	var (
		state newsletter.SubscriptionState
		left  int64
	)
	err := t.row(`SELECT state, unsubscribed_at FROM subscription WHERE newsletter = $1 AND subscriber_id = $2`,
		[]any{p.Newsletter, id}, &state, &left)
	switch {
	case notFound(err):
		return t.begin(p, id)
	case err != nil:
		return "", fmt.Errorf("find subscription: %w", err)
	case state == newsletter.SubscriptionUnsubscribed:
		return newsletter.SubscriptionPending, t.move(p.Newsletter, id, `state = 'pending', source = $3, confirmed_at = 0
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'unsubscribed'`, p.Source)
	case state == newsletter.SubscriptionPending && p.Direct && left == 0:
		return newsletter.SubscriptionConfirmed, t.move(p.Newsletter, id, `state = 'confirmed', source = $3, confirmed_at = $4
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'pending'`, p.Source, micros(t.now))
	}
	return state, nil
}

// begin makes a subscription.
func (t *tx) begin(p SubscribeParams, id int64) (newsletter.SubscriptionState, error) {
	state, confirmed := newsletter.SubscriptionPending, int64(0)
	if p.Direct {
		state, confirmed = newsletter.SubscriptionConfirmed, micros(t.now)
	}
	_, err := t.exec(`INSERT INTO subscription (newsletter, subscriber_id, state, source, created_at, confirmed_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, p.Newsletter, id, state, p.Source, micros(t.now), confirmed)
	if err != nil {
		return "", fmt.Errorf("make subscription: %w", err)
	}
	return state, nil
}

// move changes one subscription. change is the text after SET, whose arguments
// begin at $3.
func (t *tx) move(newsletterID string, subscriberID int64, change string, args ...any) error {
	_, err := t.moved(newsletterID, subscriberID, change, args...)
	return err
}

// moved is move, and says whether the subscription stood where it moves from.
func (t *tx) moved(newsletterID string, subscriberID int64, change string, args ...any) (bool, error) {
	n, err := t.exec(`UPDATE subscription SET `+change, append([]any{newsletterID, subscriberID}, args...)...)
	if err != nil {
		return false, fmt.Errorf("move subscription: %w", err)
	}
	return n == 1, nil
}

// ask sends the confirmation, unless this person was asked often enough.
func (t *tx) ask(newsletterID string, subscriberID int64, a Ask) (bool, error) {
	ok, err := t.moved(newsletterID, subscriberID, `asked_at = $3
		WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'pending' AND asked_at <= $4
			AND (SELECT count(*) FROM subscription a WHERE a.subscriber_id = $2 AND a.asked_at > $4) < $5`,
		micros(t.now), micros(t.now.Add(-a.Every)), a.Most)
	if err != nil || !ok {
		return false, err
	}
	return true, t.notify(a.Mail, newsletterID, subscriberID)
}

// Confirm moves a pending subscription to confirmed and returns where it stands
// then: a second confirmation changes nothing, and whoever left since stays
// away.
func (s *Store) Confirm(ctx context.Context, newsletterID string, subscriberID int64) (newsletter.SubscriptionState, error) {
	return s.change(ctx, newsletterID, subscriberID, func(t *tx) error {
		return t.move(newsletterID, subscriberID, `state = 'confirmed', confirmed_at = $3
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'pending'`, micros(t.now))
	})
}

// Unsubscribe ends a subscription and takes its reader out of every send that
// is running, in one transaction: when it returns, no mail of this newsletter
// begins its way to them. Leaving twice changes nothing.
func (s *Store) Unsubscribe(ctx context.Context, newsletterID string, subscriberID int64) error {
	_, err := s.change(ctx, newsletterID, subscriberID, func(t *tx) error {
		return t.leave(newsletterID, subscriberID)
	})
	return err
}

// leave ends a subscription and skips the mails that wait for it.
func (t *tx) leave(newsletterID string, subscriberID int64) error {
	left, err := t.moved(newsletterID, subscriberID, `state = 'unsubscribed', unsubscribed_at = $3
		WHERE newsletter = $1 AND subscriber_id = $2 AND state IN ('pending', 'confirmed')`, micros(t.now))
	if err != nil || !left {
		return err
	}
	return t.skipOpen(newsletterID, subscriberID)
}

// Resubscribe undoes an Unsubscribe that happened within the given time and
// returns where the subscription stands then. Issues that were skipped stay
// skipped.
func (s *Store) Resubscribe(
	ctx context.Context, newsletterID string, subscriberID int64, within time.Duration,
) (newsletter.SubscriptionState, error) {
	return s.change(ctx, newsletterID, subscriberID, func(t *tx) error {
		return t.move(newsletterID, subscriberID, `unsubscribed_at = 0,
				state = CASE WHEN confirmed_at > 0 THEN 'confirmed' ELSE 'pending' END
			WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'unsubscribed' AND unsubscribed_at >= $3`,
			micros(t.now.Add(-within)))
	})
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
