package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode"
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

// sentColumns are what a SentIssue is made of.
const sentColumns = `i.slug, i.title, i.started_at, a.description, a.author, a.language
	FROM issue i JOIN archive a ON a.issue_id = i.id
	WHERE i.newsletter = $1 AND i.kind = 'issue' AND i.started_at > 0`

// SentIssues lists the issues of a newsletter that went out, newest first.
func (s *Store) SentIssues(ctx context.Context, newsletterID string, limit, offset int) ([]SentIssue, error) {
	return s.sentIssues(ctx, `SELECT `+sentColumns+` ORDER BY i.started_at DESC, i.id DESC LIMIT $2 OFFSET $3`, newsletterID, limit, offset)
}

// The most that is read of what somebody searches for.
const (
	maxSought = 8   // words
	maxQuery  = 200 // bytes
)

// SearchIssues is SentIssues of the issues that hold every word of query in
// their title, description, author or article, in upper or lower case, with or
// without accents, alone or as part of a word; of a long query its beginning. It
// says how many there are in all.
func (s *Store) SearchIssues(ctx context.Context, newsletterID, query string, limit, offset int) ([]SentIssue, int, error) {
	args := []any{newsletterID}
	var holds strings.Builder
	for _, word := range sought(query) {
		args = append(args, "%"+likeEscape(word)+"%")
		fmt.Fprintf(&holds, ` AND a.text LIKE $%d ESCAPE '\'`, len(args))
	}
	cond := holds.String()
	page := fmt.Sprintf(` ORDER BY i.started_at DESC, i.id DESC LIMIT $%d OFFSET $%d`, len(args)+1, len(args)+2)
	found, err := s.sentIssues(ctx, `SELECT `+sentColumns+cond+page, append(args, limit, offset)...)
	if err != nil || offset == 0 && len(found) < limit {
		return found, len(found), err // all of them: there is no need to look through everything again
	}
	var total int
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT `+sentColumns+cond+`) found`, args...).Scan(&total)
	if err != nil {
		return nil, 0, fmt.Errorf("count found issues: %w", plain(err))
	}
	return found, total, nil
}

// sought are the words of a query, folded.
func sought(query string) []string {
	query = strings.ToValidUTF8(query[:min(len(query), maxQuery)], "")
	all := strings.FieldsFunc(fold(query), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("\"“”„«»", r)
	})
	return all[:min(len(all), maxSought)]
}

// Beside returns the issues that went out before and after the one of that slug;
// nil where there is none.
func (s *Store) Beside(ctx context.Context, newsletterID, slug string) (before, after *SentIssue, err error) {
	const at = ` (SELECT started_at, id FROM issue WHERE newsletter = $1 AND slug = $2) `
	for _, side := range []struct {
		to    **SentIssue
		query string
	}{
		{&before, ` AND (i.started_at, i.id) <` + at + `ORDER BY i.started_at DESC, i.id DESC LIMIT 1`},
		{&after, ` AND (i.started_at, i.id) >` + at + `ORDER BY i.started_at, i.id LIMIT 1`},
	} {
		found, err := s.sentIssues(ctx, `SELECT `+sentColumns+side.query, newsletterID, slug)
		if err != nil {
			return nil, nil, err
		}
		if len(found) > 0 {
			*side.to = &found[0]
		}
	}
	return before, after, nil
}

func (s *Store) sentIssues(ctx context.Context, query string, args ...any) ([]SentIssue, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list sent issues: %w", plain(err))
	}
	var all []SentIssue
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			i    SentIssue
			sent int64
		)
		if err := r.Scan(&i.Slug, &i.Title, &sent, &i.Description, &i.Author, &i.Language); err != nil {
			return err
		}
		i.SentAt = fromMicros(sent)
		all = append(all, i)
		return nil
	})
	return all, err
}

// EachSent calls do for each issue of a newsletter that went out, newest first,
// at most so many.
func (s *Store) EachSent(ctx context.Context, newsletterID string, limit int, do func(slug string, sentAt time.Time) error) error {
	rows, err := s.read.QueryContext(ctx, `SELECT slug, started_at FROM issue
		WHERE newsletter = $1 AND kind = 'issue' AND started_at > 0 ORDER BY started_at DESC, id DESC LIMIT $2`, newsletterID, limit)
	if err != nil {
		return fmt.Errorf("list sent issues: %w", plain(err))
	}
	return eachRow(rows, func(r *sql.Rows) error {
		var (
			slug string
			sent int64
		)
		if err := r.Scan(&slug, &sent); err != nil {
			return err
		}
		return do(slug, fromMicros(sent))
	})
}
