package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// Issue is an issue that left the queue, with the count of its deliveries.
type Issue struct {
	ID         int64
	Newsletter string
	Slug       string
	Kind       newsletter.Kind
	State      newsletter.IssueState
	Reason     string // why it is held
	MailID     int64
	Title      string
	SlotAt     time.Time // zero: sent by hand
	StartedAt  time.Time
	FinishedAt time.Time // zero while it is not finished
	newsletter.Tally
}

const issueColumns = `id, newsletter, slug, kind, state, reason, mail_id, title, slot_at, started_at, finished_at,
	audience, queued, attempting, deferred, sent, failed, unknown, skipped`

// FindIssue returns the issue newsletter/slug; newsletter.ErrNotFound where
// none of that name was published.
func (s *Store) FindIssue(ctx context.Context, newsletterID, slug string) (*Issue, error) {
	all, err := s.issues(ctx, `WHERE newsletter = $1 AND slug = $2`, newsletterID, slug)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, newsletter.ErrNotFound
	}
	return &all[0], nil
}

// Issues lists the newest issues of the site, not its notices.
func (s *Store) Issues(ctx context.Context, limit int) ([]Issue, error) {
	return s.issues(ctx, `WHERE kind = 'issue' ORDER BY started_at DESC, id DESC LIMIT $1`, limit)
}

// isOpen is the condition of an issue of which something is to be sent. Its second
// half is that of the index issue_open, which SQLite uses only where it stands.
const isOpen = `state = 'sending' AND state <> 'sent' AND queued + deferred > 0`

// noticesMost is how many notices are looked after at a time.
const noticesMost = 1000

// OpenIssues lists what has deliveries to send: first notices to single people, for
// which somebody waits, and then issues. Of the notices only those count that are
// due, and if there are too many, the newest: who signed up a minute ago still looks
// at the screen, and a thousand whom a provider makes wait hold up nobody.
func (s *Store) OpenIssues(ctx context.Context) ([]Issue, error) {
	return s.issues(ctx, `WHERE `+isOpen+` AND (kind = 'issue' OR id IN (SELECT id FROM issue
			WHERE `+isOpen+` AND kind <> 'issue' AND EXISTS (
				SELECT 1 FROM delivery d WHERE d.issue_id = issue.id AND d.state IN ('queued', 'deferred') AND d.due_at <= $1)
			ORDER BY id DESC LIMIT $2))
		ORDER BY CASE WHEN kind = 'issue' THEN 1 ELSE 0 END, id`, micros(s.now()), noticesMost)
}

// SendingIssues lists the issues of a newsletter, not its notices, that have deliveries
// to send.
func (s *Store) SendingIssues(ctx context.Context, newsletterID string) ([]Issue, error) {
	return s.issues(ctx, `WHERE `+isOpen+` AND kind = 'issue' AND newsletter = $1 ORDER BY id`, newsletterID)
}

// OpenDeliveries counts the mails that wait to be sent, those of paused issues
// included.
func (s *Store) OpenDeliveries(ctx context.Context) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT coalesce(sum(queued + attempting + deferred), 0) FROM issue WHERE state <> 'sent'`).Scan(&n)
	return n, plain(err)
}

// Published returns the slugs of a newsletter's issues that left the queue.
func (s *Store) Published(ctx context.Context, newsletterID string) (map[string]bool, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT slug FROM issue WHERE newsletter = $1 AND kind = 'issue'`, newsletterID)
	if err != nil {
		return nil, fmt.Errorf("list published issues: %w", err)
	}
	slugs := map[string]bool{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var slug string
		if err := r.Scan(&slug); err != nil {
			return err
		}
		slugs[slug] = true
		return nil
	})
	return slugs, err
}

func (s *Store) issues(ctx context.Context, where string, args ...any) ([]Issue, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+issueColumns+` FROM issue `+where, args...) //nolint:gosec // where is ours
	if err != nil {
		return nil, fmt.Errorf("list issues: %w", plain(err))
	}
	var all []Issue
	err = eachRow(rows, func(r *sql.Rows) error {
		i, err := scanIssue(r)
		all = append(all, i)
		return err
	})
	return all, err
}

func scanIssue(r *sql.Rows) (Issue, error) {
	var (
		i                       Issue
		slot, started, finished int64
	)
	err := r.Scan(&i.ID, &i.Newsletter, &i.Slug, &i.Kind, &i.State, &i.Reason, &i.MailID, &i.Title,
		&slot, &started, &finished, &i.Audience,
		&i.Queued, &i.Attempting, &i.Deferred, &i.Sent, &i.Failed, &i.Unknown, &i.Skipped)
	i.SlotAt, i.StartedAt, i.FinishedAt = fromMicros(slot), fromMicros(started), fromMicros(finished)
	return i, err
}

// Recount counts an issue's deliveries row by row. It is the proof of the
// numbers kept in the issue's own row, and as slow as the audience is large.
func (s *Store) Recount(ctx context.Context, issue int64) (newsletter.Tally, error) {
	var sum newsletter.Tally
	rows, err := s.read.QueryContext(ctx, `SELECT state, count(*) FROM delivery WHERE issue_id = $1 GROUP BY state`, issue)
	if err != nil {
		return sum, fmt.Errorf("count deliveries: %w", err)
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			state newsletter.DeliveryState
			n     int
		)
		if err := r.Scan(&state, &n); err != nil {
			return err
		}
		*counter(&sum, state) = n
		sum.Audience += n
		return nil
	})
	return sum, err
}
