package store

import (
	"context"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// askAgain is how soon nobody asks for a second change of address: the links of
// two of them are told apart by the second in which they were made.
const askAgain = 2 * time.Second

// AddressChange is a person who wants to get their letters at another address.
type AddressChange struct {
	Subscriber int64
	Email, Key string           // as newsletter.ParseAddress makes them
	Ask        *newsletter.Mail // to the new address: is it theirs
	Taken      *newsletter.Mail // to whoever has that address already
	Limit      Limit            // for either, for one person and for one address
}

// AskAddress remembers that a person wants to change to another address and
// writes to it. Nothing else changes. Where a reader has that address already,
// it is they who are told; whoever signed up with it and never confirmed has
// nothing yet. An address that is suppressed for good gets nothing. What is
// remembered is the same in every case: the person sees it.
// newsletter.ErrNotFound: the person is not there.
func (s *Store) AskAddress(ctx context.Context, c AddressChange) error {
	return s.update(ctx, func(t *tx) error {
		other, known, err := t.owner(c.Key)
		if err != nil || other == c.Subscriber {
			return err
		}
		soon, often, err := t.askedOften(c)
		if err != nil || soon {
			return err
		}
		written := false
		if known {
			written, err = t.write(other, "", c.Taken, c.Limit)
		} else if !often {
			written, err = t.askNew(c)
		}
		if err != nil {
			return err
		}
		// Asked once too often for one address, they keep the link that they have.
		_, err = t.exec(`INSERT INTO address_change (subscriber_id, email, email_key, asked_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (subscriber_id) DO UPDATE SET email = excluded.email, email_key = excluded.email_key, asked_at = excluded.asked_at
			WHERE $5 OR address_change.email_key <> excluded.email_key`,
			c.Subscriber, c.Email, c.Key, micros(t.now), written)
		if err != nil {
			return fmt.Errorf("remember new address: %w", err)
		}
		return nil
	})
}

// askNew writes to a new address that nobody has, unless it is suppressed for
// good or its person asked as often as they may, and says whether it did.
func (t *tx) askNew(c AddressChange) (bool, error) {
	if final, err := t.final(c.Key); err != nil || final {
		return false, err
	}
	return t.write(c.Subscriber, c.Email, c.Ask, c.Limit)
}

// owner is who has an address, or 0; known says whether they are more than a
// sign-up that nobody confirmed.
func (t *tx) owner(key string) (id int64, known bool, err error) {
	err = t.row(`SELECT id, NOT EXISTS (SELECT 1 FROM subscription WHERE subscriber_id = subscriber.id)
			OR EXISTS (SELECT 1 FROM subscription WHERE subscriber_id = subscriber.id AND (state <> 'pending' OR confirmed_at > 0 OR unsubscribed_at > 0))
		FROM subscriber WHERE email_key = $1`, []any{key}, &id, &known)
	if err != nil && !notFound(err) {
		return 0, false, fmt.Errorf("find subscriber: %w", err)
	}
	return id, known, nil
}

// askedOften says whether a person asked a moment ago, and whether an address was
// asked as often as it may be, whoever wants to change to it.
func (t *tx) askedOften(c AddressChange) (soon, often bool, err error) {
	var lately, now int
	err = t.row(`SELECT count(*) FILTER (WHERE email_key = $2 AND asked_at > $3), count(*) FILTER (WHERE subscriber_id = $1 AND asked_at > $4)
		FROM address_change WHERE subscriber_id = $1 OR email_key = $2`,
		[]any{c.Subscriber, c.Key, micros(t.now.Add(-c.Limit.Every)), micros(t.now.Add(-askAgain))}, &lately, &now)
	if err != nil {
		return false, false, fmt.Errorf("count changes of address: %w", err)
	}
	return now > 0, lately >= c.Limit.Most, nil
}

// PendingAddress is the address that a person wants to change to and has not
// confirmed, and when they asked; empty where there is none.
func (s *Store) PendingAddress(ctx context.Context, subscriberID int64) (email string, asked time.Time, err error) {
	var at int64
	err = plain(s.read.QueryRowContext(ctx, `SELECT coalesce(max(email), ''), coalesce(max(asked_at), 0) FROM address_change
		WHERE subscriber_id = $1`, subscriberID).Scan(&email, &at))
	if err != nil {
		return "", time.Time{}, fmt.Errorf("find new address: %w", err)
	}
	return email, fromMicros(at), nil
}

// ConfirmAddress gives a person the address that they asked for at that time, to
// the second, tells the old one of it, and ends what only their own word can end
// for the new one. What stands against the old address stays with it. Twice is
// as good as once. newsletter.ErrConflict: the address is not to be had any more,
// or another was asked for since.
func (s *Store) ConfirmAddress(ctx context.Context, subscriberID int64, asked time.Time, told *newsletter.Mail, p newsletter.Proof) error {
	return s.update(ctx, func(t *tx) error {
		var email, key string
		var at int64
		err := t.row(`SELECT email, email_key, asked_at FROM address_change WHERE subscriber_id = $1`, []any{subscriberID}, &email, &key, &at)
		if notFound(err) {
			return t.movedSince(subscriberID, asked)
		}
		if err != nil {
			return fmt.Errorf("find new address: %w", err)
		}
		if fromMicros(at).Unix() != asked.Unix() {
			return newsletter.ErrConflict
		}
		if err := t.makeRoom(key); err != nil {
			return err
		}
		if _, err := t.write(subscriberID, "", told, Limit{Most: 1 << 30}); err != nil {
			return err
		}
		return t.moveTo(subscriberID, email, key, p)
	})
}

// movedSince returns nil for a person who changed their address after a time.
func (t *tx) movedSince(subscriberID int64, asked time.Time) error {
	var moved bool
	err := t.row(`SELECT EXISTS (SELECT 1 FROM consent WHERE subscriber_id = $1 AND act = 'moved' AND at >= $2)`,
		[]any{subscriberID, micros(asked)}, &moved)
	if err != nil {
		return fmt.Errorf("find receipt: %w", err)
	}
	if !moved {
		return newsletter.ErrConflict
	}
	return nil
}

// makeRoom refuses an address that somebody else has, or nobody may be mailed at,
// and forgets a sign-up with it that nobody confirmed.
func (t *tx) makeRoom(key string) error {
	other, known, err := t.owner(key)
	if err != nil {
		return err
	}
	final, err := t.final(key)
	if err != nil {
		return err
	}
	if known || final {
		return newsletter.ErrConflict
	}
	if other == 0 {
		return nil
	}
	return t.forget(other)
}

// moveTo gives a person an address. Mails that wait and were never tried go
// there; the others keep the bytes that they have.
func (t *tx) moveTo(id int64, email, key string, p newsletter.Proof) error {
	for _, q := range []struct {
		query string
		args  []any
	}{
		{`DELETE FROM address_change WHERE subscriber_id = $1`, []any{id}},
		{`UPDATE subscriber SET email = $2, email_key = $3, updated_at = $4 WHERE id = $1`, []any{id, email, key, micros(t.now)}},
		{`UPDATE delivery SET email = $2 WHERE subscriber_id = $1 AND state = 'queued' AND attempt = 0
			AND issue_id IN (SELECT id FROM issue WHERE kind = 'issue' AND state <> 'sent')`, []any{id, email}},
	} {
		if _, err := t.exec(q.query, q.args...); err != nil {
			return fmt.Errorf("change address: %w", err)
		}
	}
	if err := t.keepConsent(id, "", newsletter.ConsentMoved, p); err != nil {
		return err
	}
	if err := t.liftAll(id, key); err != nil {
		return err
	}
	return t.settle(id, key)
}

// liftAll lifts what stands against an address for the newsletters that its
// person confirmed.
func (t *tx) liftAll(id int64, key string) error {
	names, err := t.names(`SELECT newsletter FROM subscription WHERE subscriber_id = $1 AND confirmed_at > unsubscribed_at`, id)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := t.lift(key, name); err != nil {
			return err
		}
	}
	return nil
}
