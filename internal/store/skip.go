package store

import (
	"database/sql"
	"fmt"

	"tidings/internal/newsletter"
)

// skipOpen takes a reader out of every send of a newsletter that is running.
// It belongs in the transaction that ends the subscription, so that no final
// dot follows an unsubscribe that was answered.
func (t *tx) skipOpen(newsletterID string, subscriberID int64) error {
	return t.skip(`issue_id IN (SELECT id FROM issue WHERE newsletter = $2 AND kind IN ('issue', 'welcome') AND state <> 'sent')
		AND subscriber_id = $3`, newsletterID, subscriberID)
}

// skip moves open deliveries that match where, whose arguments begin at $2, to
// skipped.
func (t *tx) skip(where string, args ...any) error {
	for _, from := range []newsletter.DeliveryState{newsletter.Queued, newsletter.Deferred} {
		err := t.rows(`UPDATE delivery SET state = 'skipped', updated_at = $1
			WHERE state = '`+string(from)+`' AND `+where+` RETURNING issue_id`,
			append([]any{micros(t.now)}, args...),
			func(r *sql.Rows) error {
				var issue int64
				if err := r.Scan(&issue); err != nil {
					return err
				}
				t.tally.moved(issue, from, newsletter.Skipped, 1)
				return nil
			})
		if err != nil {
			return fmt.Errorf("skip deliveries: %w", err)
		}
	}
	return nil
}
