package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// ErrNotClaimed says that a delivery is not to be sent after all: its reader
// left, its issue was paused or cancelled, or another process sends now.
var ErrNotClaimed = errors.New("delivery not claimed")

// Cursor is a place in the order in which an issue's deliveries fall due. The
// zero Cursor is the beginning.
type Cursor struct {
	due        int64
	subscriber int64
}

// Due returns up to limit deliveries of an issue that are due at now, in the
// order in which they fell due, after the cursor, and the cursor after them.
func (s *Store) Due(ctx context.Context, issue int64, now time.Time, after Cursor, limit int) ([]newsletter.Delivery, Cursor, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT subscriber_id, email, state, attempt, due_at, created_at, plain_text,
			coalesce(name, ''), coalesce(first_name, ''), coalesce(tags, ''), coalesce(fields, '')
		FROM delivery WHERE issue_id = $1 AND state IN ('queued', 'deferred') AND due_at <= $2
			AND (due_at, subscriber_id) > ($3, $4)
		ORDER BY due_at, subscriber_id LIMIT $5`, issue, micros(now), after.due, after.subscriber, limit)
	if err != nil {
		return nil, after, fmt.Errorf("find due deliveries: %w", plain(err))
	}
	var all []newsletter.Delivery
	err = eachRow(rows, func(r *sql.Rows) error {
		d, err := scanDelivery(r)
		d.IssueID = issue
		all = append(all, d)
		return err
	})
	if len(all) > 0 {
		last := all[len(all)-1]
		after = Cursor{due: micros(last.DueAt), subscriber: last.Subscriber.ID}
	}
	return all, after, err
}

func scanDelivery(r *sql.Rows) (newsletter.Delivery, error) {
	var (
		d            newsletter.Delivery
		due, created int64
		tags, fields string
	)
	p := &d.Subscriber
	err := r.Scan(&p.ID, &p.Email, &d.State, &d.Attempt, &due, &created, &p.PlainText, &p.Name, &p.FirstName, &tags, &fields)
	if err != nil {
		return d, err
	}
	d.DueAt, d.CreatedAt = fromMicros(due), fromMicros(created)
	if tags != "" {
		p.Tags = splitTags(tags)
	}
	if fields != "" {
		if err := json.Unmarshal([]byte(fields), &p.Fields); err != nil {
			return d, fmt.Errorf("decode fields: %w", err)
		}
	}
	return d, nil
}

func (t *tx) record(d newsletter.Delivery, epoch int64, o newsletter.Outcome, r newsletter.Receipt) error {
	query := `UPDATE delivery SET state = $3, due_at = CASE WHEN $4 = 0 THEN due_at ELSE $4 END,
			code = $5, enhanced = $6, reply = CASE WHEN email = '' THEN '' ELSE $7 END, updated_at = $8` // no email: erased meanwhile
	if d.State == newsletter.Attempting {
		query += ` WHERE issue_id = $1 AND subscriber_id = $2 AND state = $9 AND epoch = $10`
	} else { // never claimed: the epoch in the row is not ours
		query += `, attempt = attempt + 1 WHERE issue_id = $1 AND subscriber_id = $2 AND state = $9
			AND (SELECT epoch FROM instance WHERE id = 1) = $10`
	}
	n, err := t.exec(query, d.IssueID, d.Subscriber.ID, o.State, micros(o.DueAt),
		r.Code, r.Enhanced, r.Text, micros(t.now), d.State, epoch)
	if err != nil {
		return fmt.Errorf("record receipt: %w", err)
	}
	if n == 0 {
		return ErrNotClaimed
	}
	t.tally.moved(d.IssueID, d.State, o.State, 1)
	return nil
}

// listed are the kinds of what goes to a list that its readers can leave, as
// newsletter.Kind.Listed has them; tests have no deliveries.
const listed = `('issue', 'welcome')`

// Whoever is sent issue i has to want its newsletter at $3: they are confirmed and do
// not pause. wantedBy is the condition for subscriber $2.
const (
	wants    = `i.kind NOT IN ` + listed + ` OR EXISTS (SELECT 1 FROM subscription p WHERE p.newsletter = i.newsletter AND p.state = 'confirmed' AND p.paused_until <= $3 AND p.subscriber_id = `
	wantedBy = `(` + wants + `$2))`
)

// wanted says whether a delivery is still to be sent one day.
func (t *tx) wanted(d newsletter.Delivery) (bool, error) {
	var wanted bool
	err := t.row(`SELECT EXISTS (SELECT 1 FROM issue i WHERE i.id = $1 AND i.state <> 'cancelled' AND `+wantedBy+`)`,
		[]any{d.IssueID, d.Subscriber.ID, micros(t.now)}, &wanted)
	if err != nil {
		return false, fmt.Errorf("look up subscription: %w", err)
	}
	return wanted, nil
}
