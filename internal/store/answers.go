package store

import (
	"context"
	"database/sql"
	"fmt"

	"tidings/internal/newsletter"
)

// Answer is what was said of some deliveries of an issue that did not go, or may
// not have gone.
type Answer struct {
	State   newsletter.DeliveryState // Deferred, Failed or Unknown
	Readers int
	Receipt newsletter.Receipt // of one of them; the others have the same codes
}

// answersMost is how many different answers are told.
const answersMost = 8

// Answers lists what was answered about an issue's deliveries that are deferred,
// failed or unknown, the most frequent first.
func (s *Store) Answers(ctx context.Context, issue int64) ([]Answer, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT state, count(*), code, enhanced, min(reply) FROM delivery
		WHERE issue_id = $1 AND state IN ('deferred', 'failed', 'unknown')
		GROUP BY state, code, enhanced ORDER BY count(*) DESC, state, code, enhanced LIMIT $2`, issue, answersMost)
	if err != nil {
		return nil, fmt.Errorf("count answers: %w", plain(err))
	}
	var all []Answer
	err = eachRow(rows, func(r *sql.Rows) error {
		var a Answer
		err := r.Scan(&a.State, &a.Readers, &a.Receipt.Code, &a.Receipt.Enhanced, &a.Receipt.Text)
		all = append(all, a)
		return err
	})
	return all, err
}
