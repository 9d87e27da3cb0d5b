package store

import (
	"context"
	"fmt"
	"time"
)

// dayHours is how many whole hours, beside the one that runs, make sure that a
// message counts for at least 24 hours.
const dayHours = 24

// TakeQuota takes up to n messages out of what a relay may still be given within
// 24 hours, and returns how many it got. They are written down before any of
// them is sent, so that a crash can waste some of a daily limit and never
// exceed it.
func (s *Store) TakeQuota(ctx context.Context, relay string, limit, n int, now time.Time) (int, error) {
	got := 0
	err := s.update(ctx, func(t *tx) error {
		hour, used := hourOf(now), 0
		if _, err := t.exec(`DELETE FROM relay_hour WHERE relay = $1 AND hour < $2`, relay, hour-dayHours); err != nil {
			return fmt.Errorf("forget old hours: %w", err)
		}
		if err := t.row(`SELECT coalesce(sum(used), 0) FROM relay_hour WHERE relay = $1`, []any{relay}, &used); err != nil {
			return fmt.Errorf("count relay's day: %w", err)
		}
		got = max(0, min(n, limit-used))
		return t.use(relay, hour, got)
	})
	return got, err
}

// ReturnQuota returns what was taken and not sent.
func (s *Store) ReturnQuota(ctx context.Context, relay string, n int, now time.Time) error {
	return s.update(ctx, func(t *tx) error { return t.use(relay, hourOf(now), -n) })
}

// use adds to an hour, or takes from it what is there at most.
func (t *tx) use(relay string, hour int64, n int) error {
	if n == 0 {
		return nil
	}
	_, err := t.exec(`INSERT INTO relay_hour (relay, hour, used) VALUES ($1, $2, CASE WHEN $3 > 0 THEN $3 ELSE 0 END)
		ON CONFLICT (relay, hour) DO UPDATE SET used = CASE WHEN relay_hour.used + $3 > 0 THEN relay_hour.used + $3 ELSE 0 END`,
		relay, hour, n)
	if err != nil {
		return fmt.Errorf("count relay's hour: %w", err)
	}
	return nil
}

func hourOf(at time.Time) int64 { return at.Unix() / 3600 }
