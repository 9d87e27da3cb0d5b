package store

import (
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// notify puts a mail to one person on the same road as an issue. Each is an issue
// of its own with one delivery; its mail is kept once for all.
func (t *tx) notify(m *newsletter.Mail, subscriberID int64) error {
	return t.notifyAt(m, subscriberID, "", 0)
}

// notifyAt is notify to another address than the person's, where it is given, and
// after a while.
func (t *tx) notifyAt(m *newsletter.Mail, subscriberID int64, email string, wait time.Duration) error {
	issue, err := t.newNotice(m)
	if err != nil {
		return err
	}
	n, err := t.exec(`INSERT INTO delivery (issue_id, subscriber_id, email, state, due_at, created_at, updated_at,
			plain_text, name, first_name, tags, fields)
		SELECT $1, id, CASE WHEN $4 = '' THEN email ELSE $4 END, 'queued', $6, $6, $2, plain_text,
			CASE WHEN $5 THEN name END, CASE WHEN $5 THEN first_name END, CASE WHEN $5 THEN tags END, CASE WHEN $5 THEN fields END
		FROM subscriber WHERE id = $3`, issue, micros(t.now), subscriberID, email, m.Kind.Listed(), micros(t.now.Add(wait)))
	if err != nil {
		return fmt.Errorf("make mail to one person: %w", err)
	}
	if n != 1 {
		return newsletter.ErrNotFound
	}
	if _, err := t.exec(`INSERT INTO notice (subscriber_id, issue_id) VALUES ($1, $2)`, subscriberID, issue); err != nil {
		return fmt.Errorf("note mail to one person: %w", err)
	}
	t.tally.moved(issue, "", newsletter.Queued, 1)
	return nil
}

// notifyAddress is notify for somebody who is no subscriber.
func (t *tx) notifyAddress(m *newsletter.Mail, email string) error {
	issue, err := t.newNotice(m)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO delivery (issue_id, subscriber_id, email, state, due_at, created_at, updated_at)
		VALUES ($1, 0, $2, 'queued', $3, $3, $3)`, issue, email, micros(t.now))
	if err != nil {
		return fmt.Errorf("make notice: %w", err)
	}
	t.tally.moved(issue, "", newsletter.Queued, 1)
	return nil
}

// newNotice makes the issue that carries a notice to one person.
func (t *tx) newNotice(m *newsletter.Mail) (int64, error) {
	var n int64 // the slash keeps notices apart from issues' slugs
	if err := t.row(`SELECT coalesce(max(id), 0) + 1 FROM issue`, nil, &n); err != nil {
		return 0, fmt.Errorf("number notice: %w", err)
	}
	return t.newIssue(m.Kind, fmt.Sprintf("%s/%d", m.Kind, n), time.Time{}, m)
}
