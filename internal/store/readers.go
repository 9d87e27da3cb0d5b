package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"tidings/internal/newsletter"
)

// Reader is a person with one of their subscriptions.
type Reader struct {
	Subscriber   newsletter.Subscriber
	Subscription newsletter.Subscription
}

// ReaderFilter says which readers are meant; zero values do not filter.
type ReaderFilter struct {
	Newsletter string
	State      newsletter.SubscriptionState
	Tag        string              // one tag, as people write it
	Query      string              // part of the address or a name; upper and lower case of A-Z count as the same
	Audience   newsletter.Audience // tags and fields
}

// Readers streams the readers that a filter lets pass, one for each
// subscription, in the order in which they were first kept. After an error,
// which comes with a zero Reader, there is nothing more.
func (s *Store) Readers(ctx context.Context, f ReaderFilter) iter.Seq2[Reader, error] {
	return pages(func(last Reader) ([]Reader, error) { return s.readersAfter(ctx, f, last) })
}

// readersAfter is the page of readers that follows last.
func (s *Store) readersAfter(ctx context.Context, f ReaderFilter, last Reader) ([]Reader, error) {
	if f.Tag != "" {
		tag, err := newsletter.NormalizeTag(f.Tag)
		if err != nil {
			return nil, err
		}
		f.Tag = tag
	}
	where, args := f.where(last)
	args = append(args, pageRows)
	//nolint:gosec // where is ours; what people gave is in args
	rows, err := s.read.QueryContext(ctx, `SELECT `+subscriberColumns+`, `+subscriptionColumns+`
		FROM subscription p JOIN subscriber s ON s.id = p.subscriber_id
		WHERE `+where+` ORDER BY p.subscriber_id, p.newsletter LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("list readers: %w", plain(err))
	}
	page := make([]Reader, 0, pageRows)
	err = eachRow(rows, func(r *sql.Rows) error {
		reader, err := scanReader(r)
		page = append(page, reader)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list readers: %w", plain(err))
	}
	return page, nil
}

func scanReader(r *sql.Rows) (Reader, error) {
	var (
		sub      subscriberRow
		standing subscriptionRow
	)
	if err := r.Scan(append(sub.dest(), standing.dest()...)...); err != nil {
		return Reader{}, err
	}
	s, err := sub.subscriber()
	return Reader{Subscriber: s, Subscription: standing.subscription()}, err
}

// where is the filter as a condition for what follows last.
func (f ReaderFilter) where(last Reader) (string, []any) {
	conds := []string{`p.subscriber_id >= $1 AND (p.subscriber_id > $1 OR p.newsletter > $2)`}
	args := []any{last.Subscriber.ID, last.Subscription.Newsletter}
	add := func(cond string, arg any) {
		args = append(args, arg)
		conds = append(conds, strings.ReplaceAll(cond, "$?", "$"+strconv.Itoa(len(args))))
	}
	if f.Newsletter != "" {
		add(`p.newsletter = $?`, f.Newsletter)
	}
	if f.State != "" {
		add(`p.state = $?`, f.State)
	}
	if f.Tag != "" {
		add(`s.tags LIKE $? ESCAPE '\'`, likeTag(f.Tag))
	}
	if f.Query != "" {
		add(`lower(s.email || ' ' || s.name || ' ' || s.first_name) LIKE lower($?) ESCAPE '\'`, "%"+likeEscape(f.Query)+"%")
	}
	if f.Audience.Op != newsletter.AudienceAll {
		cond, more := audienceSQL(f.Audience, len(args)+1)
		conds, args = append(conds, cond), append(args, more...)
	}
	return strings.Join(conds, " AND "), args
}
