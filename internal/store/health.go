package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tidings/internal/newsletter"
)

// SetHealth keeps how sending goes, for other processes to read. A process
// whose epoch is over changes nothing.
func (s *Store) SetHealth(ctx context.Context, epoch int64, h newsletter.Health) error {
	body, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("encode health: %w", err)
	}
	return s.update(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO health (id, at, body)
			SELECT 1, $1, $2 WHERE (SELECT epoch FROM instance WHERE id = 1) = $3
			ON CONFLICT (id) DO UPDATE SET at = excluded.at, body = excluded.body`, micros(h.At), string(body), epoch)
		return err
	})
}

// Health is how sending went when the process that sends last wrote it; the
// zero Health where none ever did.
func (s *Store) Health(ctx context.Context) (newsletter.Health, error) {
	var (
		h    newsletter.Health
		body string
	)
	err := plain(s.read.QueryRowContext(ctx, `SELECT body FROM health WHERE id = 1`).Scan(&body))
	if errors.Is(err, newsletter.ErrNotFound) {
		return h, nil
	}
	if err != nil {
		return h, fmt.Errorf("read health: %w", err)
	}
	if err := json.Unmarshal([]byte(body), &h); err != nil {
		return h, fmt.Errorf("decode health: %w", err)
	}
	return h, nil
}
