package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tidings/internal/newsletter"
)

const subscriberColumns = `s.id, s.email, s.name, s.first_name, s.tags, s.fields, s.language, s.timezone, s.plain_text, s.created_at`

// Subscriber is the person of that id; newsletter.ErrNotFound if there is none.
func (s *Store) Subscriber(ctx context.Context, id int64) (newsletter.Subscriber, error) {
	return s.subscriber(ctx, `WHERE s.id = $1`, id)
}

// SubscriberByKey is the person whose address has that key, as
// newsletter.ParseAddress makes it; newsletter.ErrNotFound if there is none.
func (s *Store) SubscriberByKey(ctx context.Context, key string) (newsletter.Subscriber, error) {
	return s.subscriber(ctx, `WHERE s.email_key = $1`, key)
}

func (s *Store) subscriber(ctx context.Context, where string, arg any) (newsletter.Subscriber, error) {
	var row subscriberRow
	err := s.read.QueryRowContext(ctx, `SELECT `+subscriberColumns+` FROM subscriber s `+where, arg).Scan(row.dest()...)
	if err != nil {
		return newsletter.Subscriber{}, fmt.Errorf("find subscriber: %w", plain(err))
	}
	return row.subscriber()
}

// subscriberRow is a subscriber as the database has it.
type subscriberRow struct {
	of           newsletter.Subscriber
	tags, fields string
	created      int64
}

// dest is where subscriberColumns are scanned to.
func (r *subscriberRow) dest() []any {
	return []any{&r.of.ID, &r.of.Email, &r.of.Name, &r.of.FirstName, &r.tags, &r.fields, &r.of.Language, &r.of.Timezone, &r.of.PlainText, &r.created}
}

func (r *subscriberRow) subscriber() (newsletter.Subscriber, error) {
	s := r.of
	s.Tags, s.CreatedAt = splitTags(r.tags), fromMicros(r.created)
	if err := json.Unmarshal([]byte(r.fields), &s.Fields); err != nil {
		return s, fmt.Errorf("decode fields of subscriber %d: %w", s.ID, err)
	}
	return s, nil
}

// joinTags is how tags are stored: ',a,b,', so that ',a,' finds one, or the empty text.
func joinTags(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return "," + strings.Join(tags, ",") + ","
}

func splitTags(s string) []string {
	if s == "" {
		return []string{}
	}
	return strings.Split(strings.Trim(s, ","), ",")
}

// fieldsJSON is how fields are stored; json sorts the names, so that equal
// fields are equal text.
func fieldsJSON(fields map[string]string) (string, error) {
	if len(fields) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(fields)
	if err != nil {
		return "", fmt.Errorf("encode fields: %w", err)
	}
	return string(b), nil
}

// Subscriptions lists what a person is or was subscribed to, by newsletter.
func (s *Store) Subscriptions(ctx context.Context, subscriberID int64) ([]newsletter.Subscription, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+subscriptionColumns+` FROM subscription p
		WHERE p.subscriber_id = $1 ORDER BY p.newsletter`, subscriberID)
	if err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", plain(err))
	}
	all := []newsletter.Subscription{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var row subscriptionRow
		if err := r.Scan(row.dest()...); err != nil {
			return err
		}
		all = append(all, row.subscription())
		return nil
	})
	return all, plain(err)
}

// Subscription is a person's standing with one newsletter;
// newsletter.ErrNotFound where they never signed up.
func (s *Store) Subscription(ctx context.Context, newsletterID string, subscriberID int64) (newsletter.Subscription, error) {
	var row subscriptionRow
	err := s.read.QueryRowContext(ctx, `SELECT `+subscriptionColumns+` FROM subscription p
		WHERE p.newsletter = $1 AND p.subscriber_id = $2`, newsletterID, subscriberID).Scan(row.dest()...)
	if err != nil {
		return newsletter.Subscription{}, fmt.Errorf("find subscription: %w", plain(err))
	}
	return row.subscription(), nil
}

const subscriptionColumns = `p.newsletter, p.state, p.source, p.created_at, p.confirmed_at, p.unsubscribed_at, p.paused_until, p.left_because`

// subscriptionRow is a subscription as the database has it.
type subscriptionRow struct {
	of                                  newsletter.Subscription
	created, confirmed, stopped, paused int64
}

// dest is where subscriptionColumns are scanned to.
func (r *subscriptionRow) dest() []any {
	return []any{&r.of.Newsletter, &r.of.State, &r.of.Source, &r.created, &r.confirmed, &r.stopped, &r.paused, &r.of.LeftBecause}
}

func (r *subscriptionRow) subscription() newsletter.Subscription {
	s := r.of
	s.CreatedAt, s.ConfirmedAt, s.UnsubscribedAt = fromMicros(r.created), fromMicros(r.confirmed), fromMicros(r.stopped)
	s.PausedUntil = fromMicros(r.paused)
	return s
}

// notFound says whether a query of a transaction found no row.
func notFound(err error) bool { return errors.Is(err, sql.ErrNoRows) }
