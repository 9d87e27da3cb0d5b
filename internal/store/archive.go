package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// SentIssue is an issue as the archive lists it.
type SentIssue struct {
	Slug        string
	Title       string
	Description string
	Author      string
	Language    string
	SentAt      time.Time
}

// SentIssues lists the issues of a newsletter that went out, newest first.
func (s *Store) SentIssues(ctx context.Context, newsletterID string, limit, offset int) ([]SentIssue, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT i.slug, i.started_at, m.body ->> 'title', m.body ->> 'description',
			m.body ->> 'author', m.body ->> 'language'
		FROM issue i JOIN mail m ON m.id = i.mail_id
		WHERE i.newsletter = $1 AND i.kind = 'issue' AND i.started_at > 0
		ORDER BY i.started_at DESC, i.id DESC LIMIT $2 OFFSET $3`, newsletterID, limit, offset)
	if err != nil {
		return nil, fmt.Errorf("list sent issues: %w", plain(err))
	}
	var all []SentIssue
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			i    SentIssue
			sent int64
		)
		if err := r.Scan(&i.Slug, &sent, &i.Title, &i.Description, &i.Author, &i.Language); err != nil {
			return err
		}
		i.SentAt = fromMicros(sent)
		all = append(all, i)
		return nil
	})
	return all, err
}

// Received is one mail in a subscriber's story.
type Received struct {
	Newsletter string                   `json:"newsletter"`
	Slug       string                   `json:"slug"`
	Title      string                   `json:"title"`
	State      newsletter.DeliveryState `json:"state"`
	Reply      string                   `json:"reply"` // the relay's last answer
	At         time.Time                `json:"at"`    // of the last change of state
}

// Received lists the issues that were made for a subscriber, newest first.
func (s *Store) Received(ctx context.Context, subscriberID int64, limit int) ([]Received, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT i.newsletter, i.slug, i.title, d.state, d.reply, d.updated_at
		FROM issue i JOIN delivery d ON d.issue_id = i.id AND d.subscriber_id = $1
		WHERE i.kind = 'issue' ORDER BY i.id DESC LIMIT $2`, subscriberID, limit)
	if err != nil {
		return nil, fmt.Errorf("list received mails: %w", plain(err))
	}
	var all []Received
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			m  Received
			at int64
		)
		if err := r.Scan(&m.Newsletter, &m.Slug, &m.Title, &m.State, &m.Reply, &at); err != nil {
			return err
		}
		m.At = fromMicros(at)
		all = append(all, m)
		return nil
	})
	return all, err
}
