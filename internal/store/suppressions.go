package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"

	"tidings/internal/newsletter"
)

// SuppressionBatch is how many suppressions one call of Suppress takes at most.
const SuppressionBatch = 1000

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

// settle brings the subscriptions of a person to what the suppressions say, and
// takes them out of the sends of those that end by it.
func (t *tx) settle(id int64, key string) error {
	all, err := t.suppressions(key)
	if err != nil {
		return err
	}
	var mine []string
	err = t.rows(`SELECT newsletter FROM subscription WHERE subscriber_id = $1`, []any{id}, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		mine = append(mine, name)
		return err
	})
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	for _, name := range mine {
		if err := t.settleOne(id, name, all); err != nil {
			return err
		}
	}
	return nil
}

// settleOne is settle for one newsletter.
func (t *tx) settleOne(id int64, name string, all []standing) error {
	for _, s := range all {
		switch {
		case s.newsletter != "" && s.newsletter != name:
		case s.reason.Silences():
			moved, err := t.moved(name, id, `state = 'suppressed' WHERE newsletter = $1 AND subscriber_id = $2 AND state <> 'suppressed'`)
			if err != nil || !moved {
				return err
			}
			return t.skipOpen(name, id)
		case s.reason == newsletter.SuppressedLeft:
			if _, err := t.leave(name, id); err != nil {
				return err
			}
		}
	}
	return t.move(name, id, `state = CASE WHEN confirmed_at > unsubscribed_at THEN 'confirmed'
			WHEN unsubscribed_at > 0 THEN 'unsubscribed' ELSE 'pending' END
		WHERE newsletter = $1 AND subscriber_id = $2 AND state = 'suppressed'`)
}

// SettleHashes brings the subscriptions of all readers whom the suppressions
// name by a hash to what those say, and returns how many readers were looked
// at. It streams through the readers, however many they are.
func (s *Store) SettleHashes(ctx context.Context) (looked int, err error) {
	last := int64(0)
	for {
		n := 0
		err := s.update(ctx, func(t *tx) error {
			var ids []int64
			var keys []string
			err := t.rows(`SELECT id, email_key FROM subscriber WHERE id > $1 ORDER BY id LIMIT $2`, []any{last, SuppressionBatch}, func(r *sql.Rows) error {
				var id int64
				var key string
				err := r.Scan(&id, &key)
				ids, keys = append(ids, id), append(keys, key)
				return err
			})
			if err != nil {
				return fmt.Errorf("list subscribers: %w", err)
			}
			if n = len(ids); n == 0 {
				return nil
			}
			return t.settleNamed(ids, keys)
		})
		if err != nil {
			return looked, err
		}
		if n == 0 {
			return looked, nil
		}
		looked += n
		if err := s.read.QueryRowContext(ctx, `SELECT max(id) FROM (SELECT id FROM subscriber WHERE id > $1 ORDER BY id LIMIT $2)`, last, SuppressionBatch).Scan(&last); err != nil {
			return looked, plain(err)
		}
	}
}

// SettleSilenced brings the readers whom a suppression silenced back to where
// they stood, where none does any longer. It is for suppressions that name nobody
// by address and were taken away.
func (s *Store) SettleSilenced(ctx context.Context) error {
	for last := int64(0); ; {
		n, after := 0, last
		err := s.update(ctx, func(t *tx) error {
			keys := map[int64]string{}
			err := t.rows(`SELECT DISTINCT s.id, s.email_key FROM subscription p JOIN subscriber s ON s.id = p.subscriber_id
				WHERE p.state = 'suppressed' AND s.id > $1 ORDER BY s.id LIMIT $2`, []any{after, SuppressionBatch}, func(r *sql.Rows) error {
				var id int64
				var key string
				err := r.Scan(&id, &key)
				keys[id], last = key, id
				return err
			})
			if err != nil {
				return fmt.Errorf("list suppressed readers: %w", err)
			}
			n = len(keys)
			for id, key := range keys {
				if err := t.settle(id, key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// settleNamed settles those of some readers whom a hash names.
func (t *tx) settleNamed(ids []int64, keys []string) error {
	for i, id := range ids {
		v := t.seal.values(keys[i])
		var named bool
		if err := t.row(`SELECT EXISTS (SELECT 1 FROM suppression WHERE value IN ($1, $2))`, []any{v[1], v[2]}, &named); err != nil {
			return fmt.Errorf("look up suppressions: %w", err)
		}
		if !named {
			continue
		}
		if err := t.settle(id, keys[i]); err != nil {
			return err
		}
	}
	return nil
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

// Suppressions streams the suppressions of a newsletter, or with "" all of
// them, in the order of their values. After an error there is nothing more.
func (s *Store) Suppressions(ctx context.Context, newsletterID string) iter.Seq2[newsletter.Suppression, error] {
	return func(yield func(newsletter.Suppression, error) bool) {
		var last newsletter.Suppression
		for {
			page, err := s.suppressionsAfter(ctx, newsletterID, last)
			if err != nil {
				yield(newsletter.Suppression{}, err)
				return
			}
			for _, p := range page {
				if !yield(p, nil) {
					return
				}
			}
			if len(page) < readersPage {
				return
			}
			last = page[len(page)-1]
		}
	}
}

func (s *Store) suppressionsAfter(ctx context.Context, newsletterID string, last newsletter.Suppression) ([]newsletter.Suppression, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT value, newsletter, email, reason, source, created_at FROM suppression
		WHERE (value, newsletter) > ($1, $2) AND ($3 = '' OR newsletter = $3) ORDER BY value, newsletter LIMIT $4`,
		last.Value, last.Newsletter, newsletterID, readersPage)
	if err != nil {
		return nil, fmt.Errorf("list suppressions: %w", plain(err))
	}
	page := make([]newsletter.Suppression, 0, readersPage)
	err = eachRow(rows, func(r *sql.Rows) error {
		var p newsletter.Suppression
		var at int64
		err := r.Scan(&p.Value, &p.Newsletter, &p.Email, &p.Reason, &p.Source, &at)
		p.CreatedAt = fromMicros(at)
		page = append(page, p)
		return err
	})
	return page, plain(err)
}

// SuppressionsOf lists what stands against an address, by its key.
func (s *Store) SuppressionsOf(ctx context.Context, key string) ([]newsletter.Suppression, error) {
	v := s.seal.values(key)
	rows, err := s.read.QueryContext(ctx, `SELECT value, newsletter, email, reason, source, created_at FROM suppression
		WHERE value IN ($1, $2, $3) ORDER BY newsletter`, v[0], v[1], v[2])
	if err != nil {
		return nil, fmt.Errorf("look up suppressions: %w", plain(err))
	}
	all := []newsletter.Suppression{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var p newsletter.Suppression
		var at int64
		err := r.Scan(&p.Value, &p.Newsletter, &p.Email, &p.Reason, &p.Source, &at)
		p.CreatedAt = fromMicros(at)
		all = append(all, p)
		return err
	})
	return all, plain(err)
}
