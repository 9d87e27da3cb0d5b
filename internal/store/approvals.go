package store

import (
	"context"
	"database/sql"
	"fmt"

	"tidings/internal/newsletter"
)

// Approve keeps a person's consent to an issue as it would be sent. An earlier
// one ends.
func (s *Store) Approve(ctx context.Context, a newsletter.Approval) error {
	return s.update(ctx, func(t *tx) error { return t.approve(a) })
}

func (t *tx) approve(a newsletter.Approval) error {
	_, err := t.exec(`UPDATE approval SET ended_at = $3, ended = 'approved again'
		WHERE newsletter = $1 AND slug = $2 AND ended_at = 0`, a.Newsletter, a.Slug, micros(t.now))
	if err != nil {
		return fmt.Errorf("end approval: %w", err)
	}
	_, err = t.exec(`INSERT INTO approval (newsletter, slug, sha256, approver, at) VALUES ($1, $2, $3, $4, $5)`,
		a.Newsletter, a.Slug, a.SHA256, a.By, micros(t.now))
	if err != nil {
		return fmt.Errorf("keep approval: %w", err)
	}
	return nil
}

// EndApproval says that an approval holds no more, and why. It returns whether
// it did until now.
func (s *Store) EndApproval(ctx context.Context, id int64, why string) (bool, error) {
	ended := false
	err := s.update(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE approval SET ended_at = $2, ended = $3 WHERE id = $1 AND ended_at = 0`, id, micros(t.now), why)
		ended = n > 0
		return err
	})
	return ended, err
}

// Approvals lists all approvals of a newsletter, oldest first; with a slug,
// those of one issue.
func (s *Store) Approvals(ctx context.Context, newsletterID, slug string) ([]newsletter.Approval, error) {
	return s.approvals(ctx, `WHERE newsletter = $1 AND ($2 = '' OR slug = $2)`, newsletterID, slug)
}

// Approved returns the approvals of a newsletter that hold, by slug.
func (s *Store) Approved(ctx context.Context, newsletterID string) (map[string]newsletter.Approval, error) {
	all, err := s.approvals(ctx, `WHERE newsletter = $1 AND ended_at = 0`, newsletterID)
	bySlug := make(map[string]newsletter.Approval, len(all))
	for _, a := range all {
		bySlug[a.Slug] = a
	}
	return bySlug, err
}

func (s *Store) approvals(ctx context.Context, where string, args ...any) ([]newsletter.Approval, error) {
	//nolint:gosec // where is ours
	rows, err := s.read.QueryContext(ctx, `SELECT id, newsletter, slug, sha256, approver, at, ended_at, ended FROM approval `+
		where+` ORDER BY id`, args...)
	if err != nil {
		return nil, fmt.Errorf("list approvals: %w", plain(err))
	}
	var all []newsletter.Approval
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			a         newsletter.Approval
			at, ended int64
		)
		err := r.Scan(&a.ID, &a.Newsletter, &a.Slug, &a.SHA256, &a.By, &at, &ended, &a.Ended)
		a.At, a.EndedAt = fromMicros(at), fromMicros(ended)
		all = append(all, a)
		return err
	})
	return all, err
}
