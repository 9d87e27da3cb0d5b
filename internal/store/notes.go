package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// Note is something that staff should know. Repeats share one.
type Note struct {
	ID         int64
	Newsletter string
	About      string // what it is about, such as "held first-frost"
	Message    string // one sentence, or a few
	Times      int
	FirstAt    time.Time
	LastAt     time.Time
}

// repeatAfter is how long something that goes on is not told again.
const repeatAfter = 24 * time.Hour

// Note keeps something for staff, and says whether it is news: what was noted
// before is counted, and is news again a day after it was told.
func (s *Store) Note(ctx context.Context, newsletterID, about, message string) (news bool, err error) {
	err = s.update(ctx, func(t *tx) error {
		n, err := t.exec(`INSERT INTO note (newsletter, about, message, first_at, last_at) VALUES ($1, $2, $3, $4, $4)
			ON CONFLICT (newsletter, about) DO NOTHING`, newsletterID, about, message, micros(t.now))
		if err != nil {
			return fmt.Errorf("keep note: %w", err)
		}
		if news = n > 0; news {
			return nil
		}
		n, err = t.exec(`UPDATE note SET message = $3, times = times + 1, last_at = $4, told_at = 0
			WHERE newsletter = $1 AND about = $2 AND told_at > 0 AND told_at < $5`,
			newsletterID, about, message, micros(t.now), micros(t.now.Add(-repeatAfter)))
		if news = n > 0; news || err != nil {
			return err
		}
		_, err = t.exec(`UPDATE note SET times = times + 1, last_at = $3 WHERE newsletter = $1 AND about = $2`,
			newsletterID, about, micros(t.now))
		return err
	})
	return news, err
}

// Untold lists what staff of a newsletter were not told yet and is younger than
// since, oldest first, and when they were last told anything.
func (s *Store) Untold(ctx context.Context, newsletterID string, since time.Time) (notes []Note, lastTold time.Time, err error) {
	var told int64
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(max(told_at), 0) FROM note WHERE newsletter = $1`, newsletterID).Scan(&told)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read notes: %w", plain(err))
	}
	rows, err := s.read.QueryContext(ctx, `SELECT id, newsletter, about, message, times, first_at, last_at FROM note
		WHERE newsletter = $1 AND told_at = 0 AND last_at > $2 ORDER BY id LIMIT 100`, newsletterID, micros(since))
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("list notes: %w", plain(err))
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			n           Note
			first, last int64
		)
		err := r.Scan(&n.ID, &n.Newsletter, &n.About, &n.Message, &n.Times, &first, &last)
		n.FirstAt, n.LastAt = fromMicros(first), fromMicros(last)
		notes = append(notes, n)
		return err
	})
	return notes, fromMicros(told), err
}

// TellStaff puts a notice with these notes on the road to each address, and
// marks them as told, in one transaction. The addresses are no subscribers:
// their deliveries belong to subscriber 0.
func (s *Store) TellStaff(ctx context.Context, notes []Note, m *newsletter.Mail, to []string) error {
	return s.update(ctx, func(t *tx) error {
		for _, address := range to {
			if err := t.notifyAddress(m, address); err != nil {
				return err
			}
		}
		for _, n := range notes {
			if _, err := t.exec(`UPDATE note SET told_at = $2 WHERE id = $1`, n.ID, micros(t.now)); err != nil {
				return fmt.Errorf("mark note as told: %w", err)
			}
		}
		return nil
	})
}

// Finished lists the issues that came to their end after since, with nothing open any
// more, and of which staff were not told, oldest first.
func (s *Store) Finished(ctx context.Context, newsletterID string, since time.Time) ([]Issue, error) {
	return s.issues(ctx, `WHERE newsletter = $1 AND kind = 'issue' AND state IN ('sent', 'cancelled') AND queued + attempting + deferred = 0 AND finished_at > $2
		AND NOT EXISTS (SELECT 1 FROM note n WHERE n.newsletter = issue.newsletter AND n.about = 'finished ' || issue.slug)
		ORDER BY finished_at LIMIT 100`, newsletterID, micros(since))
}
