package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// Pauses lists the pauses of a newsletter's queue that end after an instant or
// not at all, oldest first.
func (s *Store) Pauses(ctx context.Context, newsletterID string, after time.Time) ([]newsletter.Pause, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT newsletter, from_at, until_at, reason, by_whom FROM pause
		WHERE newsletter = $1 AND (until_at = 0 OR until_at > $2) ORDER BY from_at`, newsletterID, micros(after))
	if err != nil {
		return nil, fmt.Errorf("list pauses: %w", plain(err))
	}
	var all []newsletter.Pause
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			p           newsletter.Pause
			from, until int64
		)
		err := r.Scan(&p.Newsletter, &from, &until, &p.Reason, &p.By)
		p.From, p.Until = fromMicros(from), fromMicros(until)
		all = append(all, p)
		return err
	})
	return all, err
}

// PauseQueue keeps a pause that begins at now or later. Where another one holds
// when it begins, that one gets its end and its reason. Issues that are in their
// last minutes when it begins wait again.
func (s *Store) PauseQueue(ctx context.Context, p newsletter.Pause, now time.Time) error {
	return s.update(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE pause SET until_at = $3, reason = $4, by_whom = $5
			WHERE newsletter = $1 AND from_at <= $2 AND (until_at = 0 OR until_at > $2)`,
			p.Newsletter, micros(p.From), micros(p.Until), p.Reason, p.By)
		if err == nil && n == 0 {
			_, err = t.exec(`INSERT INTO pause (newsletter, from_at, until_at, reason, by_whom) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (newsletter, from_at) DO UPDATE SET until_at = $3, reason = $4, by_whom = $5`,
				p.Newsletter, micros(p.From), micros(p.Until), p.Reason, p.By)
		}
		if err != nil {
			return fmt.Errorf("pause queue: %w", err)
		}
		if p.From.After(now) {
			return nil
		}
		return t.stopSending(p.Newsletter)
	})
}

// ResumeQueue ends the pause that holds at now and forgets those that were to
// come. newsletter.ErrNotFound: there is none.
func (s *Store) ResumeQueue(ctx context.Context, newsletterID string, now time.Time) error {
	return s.update(ctx, func(t *tx) error {
		ended, err := t.exec(`UPDATE pause SET until_at = $2
			WHERE newsletter = $1 AND from_at <= $2 AND (until_at = 0 OR until_at > $2)`, newsletterID, micros(now))
		if err != nil {
			return fmt.Errorf("resume queue: %w", err)
		}
		planned, err := t.exec(`DELETE FROM pause WHERE newsletter = $1 AND from_at > $2`, newsletterID, micros(now))
		if err != nil {
			return fmt.Errorf("resume queue: %w", err)
		}
		if ended+planned == 0 {
			return newsletter.Refuse(newsletter.ErrNotFound, "the queue of %s is not paused", newsletterID)
		}
		return nil
	})
}

// stopSending lets the issues of a newsletter wait again that were about to go
// out.
func (t *tx) stopSending(newsletterID string) error {
	if _, err := t.exec(`UPDATE slot SET outcome = 'paused' WHERE newsletter = $1 AND outcome = 'undo'`, newsletterID); err != nil {
		return fmt.Errorf("stop slots: %w", err)
	}
	_, err := t.exec(`UPDATE queue SET state = 'waiting', slot_at = 0, goes_at = 0 WHERE newsletter = $1 AND state = 'sending'`, newsletterID)
	if err != nil {
		return fmt.Errorf("stop issues: %w", err)
	}
	return nil
}
