package store

import (
	"context"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// KeepQuiet moves open deliveries of issues with a quiet gap that would come
// too soon after another issue to the same reader, and returns how many. It is
// called now and then, because a relay that makes us wait moves the earlier of
// two issues as well.
func (s *Store) KeepQuiet(ctx context.Context) (int, error) {
	open, err := s.issues(ctx, `WHERE quiet_gap > 0 AND `+isOpen+` ORDER BY id`)
	if err != nil || len(open) == 0 {
		return 0, err
	}
	moved := 0
	err = s.update(ctx, func(t *tx) error {
		moved = 0
		for _, i := range open {
			n, err := t.keepQuiet(i.ID)
			if err != nil {
				return err
			}
			moved += n
		}
		return nil
	})
	return moved, err
}

// keepQuiet moves the open deliveries of an issue behind what their readers get
// before it. Of two that are due at once, the one of the issue that was frozen
// first stays.
func (t *tx) keepQuiet(issue int64) (int, error) {
	var gap int64
	if err := t.row(`SELECT CASE WHEN wall_at > 0 AND zoned_at = 0 THEN 0 ELSE quiet_gap END FROM issue WHERE id = $1`, []any{issue}, &gap); err != nil {
		return 0, fmt.Errorf("read quiet gap: %w", err)
	}
	if gap == 0 {
		return 0, nil
	}
	return t.makeWait(issue, gap, "")
}

// makeWait moves the open deliveries of an issue, or those of one subscriber,
// so that a gap of so many microseconds is before them. What was tried before
// keeps its date: every attempt has the same bytes.
func (t *tx) makeWait(issue, gap int64, only string, args ...any) (int, error) {
	n, err := t.exec(`UPDATE delivery SET due_at = earlier.at + $2, updated_at = $3,
			created_at = CASE WHEN attempt = 0 THEN earlier.at + $2 ELSE created_at END
		FROM (SELECT mine.subscriber_id, max(CASE WHEN other.state IN ('queued', 'deferred') THEN other.due_at ELSE other.updated_at END) AS at
			FROM delivery mine
				JOIN delivery other ON other.subscriber_id = mine.subscriber_id AND other.issue_id <> mine.issue_id
				JOIN issue i ON i.id = other.issue_id AND i.kind = 'issue'
					AND (i.finished_at = 0 OR i.finished_at > $3 - $2)
			WHERE mine.issue_id = $1 AND mine.state IN ('queued', 'deferred') AND other.state NOT IN ('skipped', 'failed')`+only+`
				AND CASE WHEN other.state IN ('queued', 'deferred')
					THEN (other.due_at, other.issue_id) < (mine.due_at, mine.issue_id) AND other.due_at + $2 > mine.due_at
					ELSE other.updated_at + $2 > mine.due_at END
			GROUP BY mine.subscriber_id) earlier
		WHERE delivery.issue_id = $1 AND delivery.subscriber_id = earlier.subscriber_id AND delivery.state IN ('queued', 'deferred')`,
		append([]any{issue, gap, micros(t.now)}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("keep quiet gap: %w", err)
	}
	return int(n), nil
}

// quietEnough is the condition of a claim, of issue i to subscriber $2 at $3,
// that a gap is behind it. It looks at no delivery of a site without a gap.
const quietEnough = `(i.quiet_gap = 0 OR NOT EXISTS (SELECT 1 FROM issue o JOIN delivery d ON d.issue_id = o.id AND d.subscriber_id = $2
	WHERE o.id <> i.id AND o.kind = 'issue' AND (o.finished_at = 0 OR o.finished_at > $3 - i.quiet_gap)
		AND d.state IN ('attempting', 'sent', 'unknown') AND d.updated_at + i.quiet_gap > $3))`

// waitQuietly moves a delivery whose claim came too soon after another issue.
// One that was not claimed for another reason stays as it is.
func (t *tx) waitQuietly(d newsletter.Delivery) error {
	var gap int64
	if err := t.row(`SELECT quiet_gap FROM issue WHERE id = $1`, []any{d.IssueID}, &gap); err != nil || gap == 0 {
		return plain(err)
	}
	_, err := t.makeWait(d.IssueID, gap, ` AND mine.subscriber_id = $4`, d.Subscriber.ID)
	return err
}

// Later says how many deliveries of an issue wait for a time to come that was
// chosen for their readers, and when the last of them is due.
func (s *Store) Later(ctx context.Context, issue int64, now time.Time) (n int, last time.Time, err error) {
	var due int64
	err = s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(max(due_at), 0) FROM delivery
		WHERE issue_id = $1 AND state = '`+string(newsletter.Queued)+`' AND due_at > $2`, issue, micros(now)).Scan(&n, &due)
	return n, fromMicros(due), plain(err)
}
