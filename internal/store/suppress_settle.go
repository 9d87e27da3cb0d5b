package store

import (
	"context"
	"database/sql"
	"fmt"

	"tidings/internal/newsletter"
)

// settle brings the subscriptions of a person to what the suppressions say, and
// takes them out of the sends of those that end by it.
func (t *tx) settle(id int64, key string) error {
	all, err := t.suppressions(key)
	if err != nil {
		return err
	}
	mine, err := t.names(`SELECT newsletter FROM subscription WHERE subscriber_id = $1`, id)
	if err != nil {
		return err
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
	for last := int64(0); ; {
		n, next := 0, last
		err := s.update(ctx, func(t *tx) error {
			var ids []int64
			var keys []string
			err := t.rows(`SELECT id, email_key FROM subscriber WHERE id > $1 ORDER BY id LIMIT $2`, []any{last, SuppressionBatch}, func(r *sql.Rows) error {
				var id int64
				var key string
				err := r.Scan(&id, &key)
				ids, keys, next = append(ids, id), append(keys, key), id
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
		if err != nil || n == 0 {
			return looked, err
		}
		looked, last = looked+n, next
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
