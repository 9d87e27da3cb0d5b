package store

import (
	"context"
	"database/sql"
	"encoding/json"
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
	if err != nil {
		return 0, err
	}
	moved := 0
	for _, i := range open {
		n, err := s.keepQuiet(ctx, i.ID)
		moved += n
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// keepQuiet moves the open deliveries of an issue behind what their readers get
// before it. Of two that are due at once, the one of the issue that was frozen
// first stays. They are looked for beside the writer, which gets only those that are
// to be moved.
func (s *Store) keepQuiet(ctx context.Context, issue int64) (moved int, err error) {
	var gap int64
	err = s.read.QueryRowContext(ctx, quietGap+` AND EXISTS (SELECT 1 FROM issue i
		WHERE i.id <> $1 AND i.kind = 'issue' AND (i.finished_at = 0 OR i.finished_at > $2 - issue.quiet_gap))`,
		issue, micros(s.now())).Scan(&gap)
	if notFound(err) || err == nil && gap == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read quiet gap: %w", plain(err))
	}
	for at := (Cursor{}); ; {
		open, next, err := s.openAfter(ctx, issue, at)
		if err != nil || open == "" {
			return moved, err
		}
		at = next
		n, err := s.makeWait(ctx, issue, gap, open)
		moved += n
		if err != nil {
			return moved, err
		}
	}
}

// openAfter is the readers of the next open deliveries of an issue, as a list in
// JSON, in the order in which they fall due; "" where there are no more.
func (s *Store) openAfter(ctx context.Context, issue int64, after Cursor) (readers string, next Cursor, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT due_at, subscriber_id FROM delivery WHERE issue_id = $1 AND state IN ('queued', 'deferred')
		AND (due_at, subscriber_id) > ($2, $3) ORDER BY due_at, subscriber_id LIMIT $4`, issue, after.due, after.subscriber, s.chunk)
	if err != nil {
		return "", after, fmt.Errorf("list open deliveries: %w", plain(err))
	}
	var ids []int64
	err = eachRow(rows, func(r *sql.Rows) error {
		err := r.Scan(&after.due, &after.subscriber)
		ids = append(ids, after.subscriber)
		return err
	})
	if err != nil || len(ids) == 0 {
		return "", after, plain(err)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return "", after, fmt.Errorf("encode ids: %w", err)
	}
	return string(list), after, nil
}

// makeWait moves those of some readers, a list in JSON, who would get an issue too
// soon.
func (s *Store) makeWait(ctx context.Context, issue, gap int64, readers string) (moved int, err error) {
	const among = ` AND mine.subscriber_id IN (SELECT value FROM json_each($4))`
	var too string
	err = s.read.QueryRowContext(ctx, `SELECT json_group_array(subscriber_id) FROM `+tooSoon(among), issue, gap, micros(s.now()), readers).Scan(&too)
	if err != nil {
		return 0, fmt.Errorf("find who would get two issues: %w", plain(err))
	}
	if too == "[]" {
		return 0, nil
	}
	err = s.update(ctx, func(t *tx) error {
		moved, err = t.makeWait(issue, gap, among, too)
		return err
	})
	return moved, err
}

// quietGap is how many microseconds are to be between an issue and another to one
// reader. Deliveries that are still to get their reader's time wait for that.
const quietGap = `SELECT CASE WHEN wall_at > 0 AND zoned_at = 0 THEN 0 ELSE quiet_gap END FROM issue WHERE id = $1`

func (t *tx) quietGap(issue int64) (gap int64, err error) {
	if err := t.row(quietGap, []any{issue}, &gap); err != nil {
		return 0, fmt.Errorf("read quiet gap: %w", err)
	}
	return gap, nil
}

// tooSoon is a table of the subscribers who would get issue $1 within the gap $2
// after another, as things stand at $3, and the time of that; only says among whom,
// with arguments from $4 on.
func tooSoon(only string) string {
	return `(SELECT mine.subscriber_id, max(CASE WHEN other.state IN ('queued', 'deferred') THEN other.due_at ELSE other.updated_at END) AS at
			FROM issue i CROSS JOIN delivery mine
				CROSS JOIN delivery other ON other.issue_id = i.id AND other.subscriber_id = mine.subscriber_id
			WHERE mine.issue_id = $1 AND mine.state IN ('queued', 'deferred') AND other.state NOT IN ('skipped', 'failed')` + only + `
				AND i.id <> $1 AND i.kind = 'issue' AND (i.finished_at = 0 OR i.finished_at > $3 - $2)
				AND CASE WHEN other.state IN ('queued', 'deferred')
					THEN (other.due_at, other.issue_id) < (mine.due_at, mine.issue_id) AND other.due_at + $2 > mine.due_at
					ELSE other.updated_at + $2 > mine.due_at END
			GROUP BY mine.subscriber_id)`
}

// makeWait moves the open deliveries of an issue, to those readers whom only names,
// so that a gap of so many microseconds is before them. What was tried before
// keeps its date: every attempt has the same bytes.
func (t *tx) makeWait(issue, gap int64, only string, args ...any) (moved int, err error) {
	var ids, at []int64
	err = t.rows(`SELECT subscriber_id, at FROM `+tooSoon(only), append([]any{issue, gap, micros(t.now)}, args...), func(r *sql.Rows) error {
		var id, earlier int64
		err := r.Scan(&id, &earlier)
		ids, at = append(ids, id), append(at, earlier)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("find who would get two issues: %w", err)
	}
	for i, id := range ids {
		n, err := t.exec(`UPDATE delivery SET due_at = $3, updated_at = $4, created_at = CASE WHEN attempt = 0 THEN $3 ELSE created_at END
			WHERE issue_id = $1 AND subscriber_id = $2 AND state IN ('queued', 'deferred')`, issue, id, at[i]+gap, micros(t.now))
		if err != nil {
			return 0, fmt.Errorf("keep quiet gap: %w", err)
		}
		moved += int(n)
	}
	return moved, nil
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

// countLater names both states of the index delivery_due, which SQLite uses only then.
const countLater = `SELECT count(*), coalesce(max(due_at), 0) FROM delivery
	WHERE issue_id = $1 AND state IN ('queued', 'deferred') AND state = 'queued' AND due_at > $2`

// Later says how many deliveries of an issue wait for a time to come that was
// chosen for their readers, and when the last of them is due.
func (s *Store) Later(ctx context.Context, issue int64, now time.Time) (n int, last time.Time, err error) {
	var due int64
	err = s.read.QueryRowContext(ctx, countLater, issue, micros(now)).Scan(&n, &due)
	return n, fromMicros(due), plain(err)
}
