package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

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
// at. It streams through the readers, however many they are, beside the writer.
func (s *Store) SettleHashes(ctx context.Context) (looked int, err error) {
	for last := int64(0); ; {
		var ids []int64
		by := map[string]int64{}
		rows, err := s.read.QueryContext(ctx, `SELECT id, email_key FROM subscriber WHERE id > $1 ORDER BY id LIMIT $2`, last, pageRows)
		if err != nil {
			return looked, fmt.Errorf("list subscribers: %w", plain(err))
		}
		err = eachRow(rows, func(r *sql.Rows) error {
			var key string
			err := r.Scan(&last, &key)
			v := s.seal.values(key)
			by[v[1]], by[v[2]] = last, last
			ids = append(ids, last)
			return err
		})
		if err != nil || len(ids) == 0 {
			return looked, plain(err)
		}
		named, err := s.named(ctx, by)
		if err == nil {
			err = s.settleAll(ctx, named)
		}
		if err != nil {
			return looked, err
		}
		looked += len(ids)
	}
}

// named is those of some readers, by values of suppressions, whom there is one of.
func (s *Store) named(ctx context.Context, by map[string]int64) (ids []int64, err error) {
	list, err := json.Marshal(slices.Sorted(maps.Keys(by)))
	if err != nil {
		return nil, fmt.Errorf("encode hashes: %w", err)
	}
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT p.value FROM json_each($1) hash CROSS JOIN suppression p ON p.value = hash.value`, string(list))
	if err != nil {
		return nil, fmt.Errorf("look up suppressions: %w", plain(err))
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var value string
		err := r.Scan(&value)
		ids = append(ids, by[value])
		return err
	})
	return ids, plain(err)
}

// SettleSilenced brings the readers whom a suppression silenced back to where
// they stood, where none does any longer. It is for suppressions that name nobody
// by address and were taken away.
func (s *Store) SettleSilenced(ctx context.Context) error {
	var name string
	for id := int64(0); ; {
		var ids []int64
		rows, err := s.read.QueryContext(ctx, `SELECT newsletter, subscriber_id FROM subscription
			WHERE state = 'suppressed' AND (newsletter, subscriber_id) > ($1, $2) ORDER BY newsletter, subscriber_id LIMIT $3`, name, id, SuppressionBatch)
		if err != nil {
			return fmt.Errorf("list suppressed readers: %w", plain(err))
		}
		err = eachRow(rows, func(r *sql.Rows) error {
			err := r.Scan(&name, &id)
			ids = append(ids, id)
			return err
		})
		if err != nil || len(ids) == 0 {
			return plain(err)
		}
		if err := s.settleAll(ctx, ids); err != nil {
			return err
		}
	}
}

// settleAll settles some readers, in short transactions.
func (s *Store) settleAll(ctx context.Context, ids []int64) error {
	for part := range slices.Chunk(ids, SuppressionBatch) {
		err := s.update(ctx, func(t *tx) error {
			for _, id := range part {
				var key string
				err := t.row(`SELECT email_key FROM subscriber WHERE id = $1`, []any{id}, &key)
				if notFound(err) {
					continue // erased meanwhile
				}
				if err != nil {
					return fmt.Errorf("find subscriber: %w", err)
				}
				if err := t.settle(id, key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
