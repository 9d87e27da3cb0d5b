package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"tidings/internal/newsletter"
)

// Delivered is how far an issue got with one reader.
type Delivered struct {
	Email     string // empty: erased since
	Attempts  int
	Receipt   newsletter.Receipt // the last; without the name of its relay and the command
	UpdatedAt time.Time
	DueAt     time.Time // not before this, where it is still to be sent

	subscriber int64
}

// Deliveries streams those of an issue's readers whose deliveries are in a state,
// in the order in which they were first kept. After an error, which comes with a
// zero Delivered, there is nothing more.
func (s *Store) Deliveries(ctx context.Context, issue int64, state newsletter.DeliveryState) iter.Seq2[Delivered, error] {
	return pages(func(last Delivered) ([]Delivered, error) {
		return s.deliveriesAfter(ctx, issue, state, last.subscriber)
	})
}

func (s *Store) deliveriesAfter(ctx context.Context, issue int64, state newsletter.DeliveryState, last int64) ([]Delivered, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT subscriber_id, email, attempt, code, enhanced, reply, updated_at, due_at
		FROM delivery WHERE issue_id = $1 AND subscriber_id > $2 AND state = $3
		ORDER BY subscriber_id LIMIT $4`, issue, last, state, pageRows)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", plain(err))
	}
	page := make([]Delivered, 0, pageRows)
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			d            Delivered
			updated, due int64
		)
		err := r.Scan(&d.subscriber, &d.Email, &d.Attempts, &d.Receipt.Code, &d.Receipt.Enhanced, &d.Receipt.Text, &updated, &due)
		d.UpdatedAt, d.DueAt = fromMicros(updated), fromMicros(due)
		page = append(page, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", plain(err))
	}
	return page, nil
}
