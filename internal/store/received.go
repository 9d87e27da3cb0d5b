package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math"
	"time"

	"tidings/internal/newsletter"
)

// Received is one mail in a subscriber's story.
type Received struct {
	Newsletter string                   `json:"newsletter"`
	Kind       newsletter.Kind          `json:"kind"`
	Slug       string                   `json:"slug"`
	Title      string                   `json:"title"`
	Email      string                   `json:"email"` // where it went
	State      newsletter.DeliveryState `json:"state"`
	Reply      string                   `json:"reply"` // the relay's last answer
	At         time.Time                `json:"at"`    // of the last change of state

	issue int64
}

// Received streams every mail that was made for a subscriber, newest first:
// issues, and those to them alone. After an error there is nothing more.
func (s *Store) Received(ctx context.Context, subscriberID int64) iter.Seq2[Received, error] {
	return pages(func(last Received) ([]Received, error) {
		before := last.issue
		if before == 0 {
			before = math.MaxInt64
		}
		return s.receivedBefore(ctx, subscriberID, before)
	})
}

func (s *Store) receivedBefore(ctx context.Context, subscriberID, before int64) ([]Received, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT i.id, i.newsletter, i.kind, i.slug, i.title, d.email, d.state, d.reply, d.updated_at
		FROM issue i JOIN delivery d ON d.issue_id = i.id AND d.subscriber_id = $1
		WHERE i.id < $2 AND (i.kind = 'issue' OR i.id IN (SELECT issue_id FROM notice WHERE subscriber_id = $1))
		ORDER BY i.id DESC LIMIT $3`, subscriberID, before, pageRows)
	if err != nil {
		return nil, fmt.Errorf("list received mails: %w", plain(err))
	}
	var page []Received
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			m  Received
			at int64
		)
		err := r.Scan(&m.issue, &m.Newsletter, &m.Kind, &m.Slug, &m.Title, &m.Email, &m.State, &m.Reply, &at)
		m.At = fromMicros(at)
		page = append(page, m)
		return err
	})
	return page, plain(err)
}
