package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tidings/internal/newsletter"
)

// SuppressionBatch is how many suppressions one call of Suppress takes at most. Each
// may end subscriptions, and take their reader out of what is going out.
const SuppressionBatch = 250

// Suppress keeps suppressions and returns how many are new. In the same
// transaction whoever they name by address is taken out of every send that is
// running. One that is there stays, with its reason and date, unless the new
// reason is final and the old one was not. Readers whom a hash names are found
// by SettleHashes.
func (s *Store) Suppress(ctx context.Context, all []newsletter.Suppression) (added int, err error) {
	err = s.update(ctx, func(t *tx) error {
		added = 0
		for _, p := range all {
			fresh, err := t.suppress(p)
			if err != nil {
				return err
			}
			if fresh {
				added++
			}
		}
		return nil
	})
	return added, err
}

// suppress keeps one suppression and settles the reader whom it names.
func (t *tx) suppress(p newsletter.Suppression) (fresh bool, err error) {
	fresh, err = t.keepSuppression(p)
	if err != nil || !fresh || !strings.Contains(p.Value, "@") {
		return fresh, err
	}
	var id int64
	err = t.row(`SELECT id FROM subscriber WHERE email_key = $1`, []any{p.Value}, &id)
	if notFound(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("find subscriber: %w", err)
	}
	return true, t.settle(id, p.Value)
}

// keepSuppression writes the row of a suppression and says whether it says
// anything new.
func (t *tx) keepSuppression(p newsletter.Suppression) (bool, error) {
	n, err := t.exec(`INSERT INTO suppression (value, newsletter, email, reason, source, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (value, newsletter) DO UPDATE SET reason = excluded.reason, source = excluded.source, created_at = excluded.created_at
		WHERE excluded.reason IN ('complained', 'blocked') AND suppression.reason NOT IN ('complained', 'blocked')`,
		p.Value, p.Newsletter, p.Email, p.Reason, p.Source, t.past(p.CreatedAt))
	if err != nil {
		return false, fmt.Errorf("keep suppression: %w", err)
	}
	return n > 0, nil
}

// standing is what the suppressions say of an address.
type standing struct {
	newsletter string
	reason     newsletter.SuppressionReason
}

// suppressions lists what stands against an address, by its key.
func (t *tx) suppressions(key string) ([]standing, error) {
	v := t.seal.values(key)
	var all []standing
	err := t.rows(`SELECT newsletter, reason FROM suppression WHERE value IN ($1, $2, $3)`, []any{v[0], v[1], v[2]}, func(r *sql.Rows) error {
		var s standing
		err := r.Scan(&s.newsletter, &s.reason)
		all = append(all, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look up suppressions: %w", err)
	}
	return all, nil
}

// Release takes a suppression away and brings its reader, where one is known by
// address, back to where they stood. newsletter.ErrNotFound: there is none.
func (s *Store) Release(ctx context.Context, value, newsletterID string) error {
	return s.update(ctx, func(t *tx) error {
		n, err := t.exec(`DELETE FROM suppression WHERE value = $1 AND newsletter = $2`, value, newsletterID)
		if err != nil {
			return fmt.Errorf("release suppression: %w", err)
		}
		if n == 0 {
			return newsletter.ErrNotFound
		}
		var id int64
		err = t.row(`SELECT id FROM subscriber WHERE email_key = $1`, []any{value}, &id)
		if notFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find subscriber: %w", err)
		}
		return t.settle(id, value)
	})
}

// lift takes away what a person's own confirmation ends.
func (t *tx) lift(key, newsletterID string) error {
	v := t.seal.values(key)
	_, err := t.exec(`DELETE FROM suppression WHERE value IN ($1, $2, $3) AND newsletter IN ('', $4)
		AND reason NOT IN ('complained', 'blocked')`, v[0], v[1], v[2], newsletterID)
	if err != nil {
		return fmt.Errorf("lift suppressions: %w", err)
	}
	return nil
}
