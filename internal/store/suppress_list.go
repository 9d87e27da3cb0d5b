package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"tidings/internal/newsletter"
)

// Suppressions streams the suppressions of a newsletter, or with "" all of
// them, in the order of their values. After an error there is nothing more.
func (s *Store) Suppressions(ctx context.Context, newsletterID string) iter.Seq2[newsletter.Suppression, error] {
	return pages(func(last newsletter.Suppression) ([]newsletter.Suppression, error) {
		return s.suppressionsAfter(ctx, newsletterID, last)
	})
}

func (s *Store) suppressionsAfter(ctx context.Context, newsletterID string, last newsletter.Suppression) ([]newsletter.Suppression, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT value, newsletter, email, reason, source, created_at FROM suppression
		WHERE (value, newsletter) > ($1, $2) AND ($3 = '' OR newsletter = $3) ORDER BY value, newsletter LIMIT $4`,
		last.Value, last.Newsletter, newsletterID, pageRows)
	if err != nil {
		return nil, fmt.Errorf("list suppressions: %w", plain(err))
	}
	return readSuppressions(rows)
}

// SuppressionsOf lists what stands against an address, by its key.
func (s *Store) SuppressionsOf(ctx context.Context, key string) ([]newsletter.Suppression, error) {
	v := s.seal.values(key)
	rows, err := s.read.QueryContext(ctx, `SELECT value, newsletter, email, reason, source, created_at FROM suppression
		WHERE value IN ($1, $2, $3) ORDER BY newsletter`, v[0], v[1], v[2])
	if err != nil {
		return nil, fmt.Errorf("look up suppressions: %w", plain(err))
	}
	return readSuppressions(rows)
}

// SuppressionsUnder lists what is kept under a value: an address's key, or a hash.
func (s *Store) SuppressionsUnder(ctx context.Context, value string) ([]newsletter.Suppression, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT value, newsletter, email, reason, source, created_at FROM suppression
		WHERE value = $1 ORDER BY newsletter`, value)
	if err != nil {
		return nil, fmt.Errorf("look up suppressions: %w", plain(err))
	}
	return readSuppressions(rows)
}

// readSuppressions reads the rows of any of these queries.
func readSuppressions(rows *sql.Rows) ([]newsletter.Suppression, error) {
	all := []newsletter.Suppression{}
	err := eachRow(rows, func(r *sql.Rows) error {
		var p newsletter.Suppression
		var at int64
		err := r.Scan(&p.Value, &p.Newsletter, &p.Email, &p.Reason, &p.Source, &at)
		p.CreatedAt = fromMicros(at)
		all = append(all, p)
		return err
	})
	return all, plain(err)
}
