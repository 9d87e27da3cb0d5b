package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"tidings/internal/newsletter"
)

// skipOpen takes a reader out of every send of a newsletter that is running.
// It belongs in the transaction that ends the subscription, so that no final
// dot follows an unsubscribe that was answered.
func (t *tx) skipOpen(newsletterID string, subscriberID int64) error {
	err := t.skip(`issue_id IN (SELECT id FROM issue WHERE newsletter = $2 AND kind IN `+listed+` AND state <> 'sent')
		AND subscriber_id = $3`, newsletterID, subscriberID)
	if err != nil {
		return err
	}
	return t.skipQuestion(subscriberID)
}

// skipQuestion takes back the mail that asks a person to confirm, if it did not
// go yet and nothing is left that it could confirm. It does not count as asked:
// who signs up anew is to get one.
func (t *tx) skipQuestion(subscriberID int64) error {
	const open = `SELECT d.issue_id FROM notice n JOIN issue i ON i.id = n.issue_id
			JOIN delivery d ON d.issue_id = n.issue_id AND d.subscriber_id = n.subscriber_id
		WHERE n.subscriber_id = $2 AND i.kind = 'confirm' AND d.state IN ('queued', 'deferred')
			AND NOT EXISTS (SELECT 1 FROM subscription WHERE subscriber_id = $2 AND state = 'pending')`
	_, err := t.exec(`UPDATE subscription SET asked_at = $1 WHERE subscriber_id = $2 AND EXISTS (`+open+`)`, 0, subscriberID)
	if err != nil {
		return fmt.Errorf("take back a question: %w", err)
	}
	return t.skip(`subscriber_id = $2 AND issue_id IN (`+open+`)`, subscriberID)
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

// skipSome skips the first open deliveries of an issue, but not more than so many,
// and returns how many.
func (t *tx) skipSome(issue int64, most int) (skipped int, err error) {
	open := map[newsletter.DeliveryState][]int64{}
	err = t.rows(`SELECT subscriber_id, state FROM delivery WHERE issue_id = $1 AND state IN ('queued', 'deferred')
		ORDER BY due_at, subscriber_id LIMIT $2`, []any{issue, most}, func(r *sql.Rows) error {
		var id int64
		var state newsletter.DeliveryState
		err := r.Scan(&id, &state)
		open[state] = append(open[state], id)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("find open deliveries: %w", err)
	}
	for from, readers := range open {
		list, err := json.Marshal(readers)
		if err != nil {
			return 0, fmt.Errorf("encode ids: %w", err)
		}
		n, err := t.exec(`UPDATE delivery SET state = 'skipped', updated_at = $1
			WHERE issue_id = $2 AND subscriber_id IN (SELECT value FROM json_each($3))`, micros(t.now), issue, string(list))
		if err != nil {
			return 0, fmt.Errorf("skip deliveries: %w", err)
		}
		t.tally.moved(issue, from, newsletter.Skipped, int(n))
		skipped += int(n)
	}
	return skipped, nil
}
