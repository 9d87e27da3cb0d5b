package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// SetPerson changes what is known of a subscriber besides their address, tags
// and subscriptions: names, fields, language, time zone and whether they want
// the text alone. It is for the next issue; what is frozen stays. There is a
// receipt where anything changed. newsletter.ErrNotFound: nobody has that ID.
func (s *Store) SetPerson(ctx context.Context, p newsletter.Subscriber, proof newsletter.Proof) error {
	fields, err := fieldsJSON(p.Fields)
	if err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE subscriber SET name = $2, first_name = $3, fields = $4, language = $5, timezone = $6, plain_text = $7, updated_at = $8
			WHERE id = $1 AND (name, first_name, fields, language, timezone, plain_text) <> ($2, $3, $4, $5, $6, $7)`,
			p.ID, p.Name, p.FirstName, fields, p.Language, p.Timezone, p.PlainText, micros(t.now))
		if err != nil {
			return fmt.Errorf("change subscriber: %w", err)
		}
		if n == 0 {
			var there int
			if err := t.row(`SELECT count(*) FROM subscriber WHERE id = $1`, []any{p.ID}, &there); err != nil || there == 1 {
				return err
			}
			return newsletter.ErrNotFound
		}
		return t.keepConsent(p.ID, "", newsletter.ConsentChanged, proof)
	})
}

// Limit is how many mails of a kind one person gets in a time.
type Limit struct {
	Most  int
	Every time.Duration
}

// Write puts a mail to one subscriber on its road, unless they had as many of
// its kind as the limit lets them, and says whether it did. Whoever complained
// or is blocked gets none. newsletter.ErrNotFound: nobody has that ID.
func (s *Store) Write(ctx context.Context, subscriberID int64, m *newsletter.Mail, l Limit) (written bool, err error) {
	err = s.update(ctx, func(t *tx) error {
		written, err = t.write(subscriberID, "", m, l)
		return err
	})
	return written, err
}

// write is Write, to another address of theirs where it is given.
func (t *tx) write(id int64, email string, m *newsletter.Mail, l Limit) (bool, error) {
	var key string
	err := t.row(`SELECT email_key FROM subscriber WHERE id = $1`, []any{id}, &key)
	if err != nil {
		return false, fmt.Errorf("find subscriber: %w", err)
	}
	if email == "" {
		if final, err := t.final(key); err != nil || final {
			return false, err
		}
	}
	var lately int
	err = t.row(`SELECT count(*) FROM notice n JOIN issue i ON i.id = n.issue_id
		WHERE n.subscriber_id = $1 AND i.kind = $2 AND i.created_at > $3`, []any{id, m.Kind, micros(t.now.Add(-l.Every))}, &lately)
	if err != nil {
		return false, fmt.Errorf("count mails: %w", err)
	}
	if lately >= l.Most {
		return false, nil
	}
	return true, t.notifyAt(m, id, email, 0)
}

// final says whether not even a confirmation may be asked of an address, for all
// of the site.
func (t *tx) final(key string) (bool, error) {
	all, err := t.suppressions(key)
	if err != nil {
		return false, err
	}
	for _, s := range all {
		if s.reason.Final() && s.newsletter == "" {
			return true, nil
		}
	}
	return false, nil
}

// keysOf are the keys of the addresses to which a person's mails went and which
// nobody else has now; not of those that they wanted and never confirmed.
func (t *tx) keysOf(id int64) (keys []string, err error) {
	seen := map[string]bool{}
	err = t.rows(`SELECT d.email FROM issue i JOIN delivery d ON d.issue_id = i.id AND d.subscriber_id = $1
			WHERE i.kind = 'issue' AND d.email <> ''
		UNION SELECT d.email FROM notice n JOIN issue i ON i.id = n.issue_id JOIN delivery d ON d.issue_id = i.id AND d.subscriber_id = $1
			WHERE n.subscriber_id = $1 AND i.kind NOT IN ('address', 'taken') AND d.email <> ''`, []any{id}, func(r *sql.Rows) error {
		var email string
		if err := r.Scan(&email); err != nil {
			return err
		}
		if _, key, err := newsletter.ParseAddress(email); err == nil && !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list addresses of a person: %w", err)
	}
	free := keys[:0]
	for _, key := range keys {
		var taken bool
		if err := t.row(`SELECT EXISTS (SELECT 1 FROM subscriber WHERE email_key = $1 AND id <> $2)`, []any{key, id}, &taken); err != nil {
			return nil, fmt.Errorf("find subscriber: %w", err)
		}
		if !taken {
			free = append(free, key)
		}
	}
	return free, nil
}

// bid tells farewell at which addresses some people s get and got mail, those for
// whom a condition holds. Its arguments begin at $2.
func (s *Store) bid(ctx context.Context, farewell Farewell, who string, args ...any) func(ids string) error {
	if farewell == nil {
		return nil
	}
	//nolint:gosec // who is ours
	query := `WITH gone AS (SELECT s.id, s.email FROM json_each($1) found JOIN subscriber s ON s.id = found.value WHERE ` + who + `)
		SELECT email FROM gone
		UNION SELECT d.email FROM gone CROSS JOIN issue i JOIN delivery d ON d.issue_id = i.id AND d.subscriber_id = gone.id
			WHERE i.kind = 'issue' AND d.email <> ''
		UNION SELECT d.email FROM gone JOIN notice n ON n.subscriber_id = gone.id
			JOIN delivery d ON d.issue_id = n.issue_id AND d.subscriber_id = gone.id WHERE d.email <> ''`
	return func(ids string) error {
		rows, err := s.read.QueryContext(ctx, query, append([]any{ids}, args...)...)
		if err != nil {
			return fmt.Errorf("list addresses: %w", plain(err))
		}
		var addresses []string
		err = eachRow(rows, scanNames(&addresses))
		if err != nil || len(addresses) == 0 {
			return plain(err)
		}
		return farewell(addresses)
	}
}

// names is the only column of a query.
func (t *tx) names(query string, args ...any) (names []string, err error) {
	if err = t.rows(query, args, scanNames(&names)); err != nil {
		return nil, fmt.Errorf("list newsletters: %w", err)
	}
	return names, nil
}

// scanNames gathers the only column of a query.
func scanNames(names *[]string) func(*sql.Rows) error {
	return func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		*names = append(*names, name)
		return err
	}
}
