package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Housekeeping works in transactions of at most so many people, deliveries and
// notices, so that nobody who signs up or leaves waits for it, and no send.
const (
	keepPeople     = 50
	keepDeliveries = 2000
	keepNotices    = 200
)

// Remind asks people once more, and for the last time, who were asked to confirm
// a newsletter before a time and did not, and returns how many. They get one mail
// for all that they were asked for together. Nobody is asked who ever left it, or
// against whom anything stands. It does one transaction's worth; 0: it is done.
func (s *Store) Remind(ctx context.Context, newsletterID string, before time.Time, mail AskMail) (looked, reminded int, err error) {
	q := search{`p.newsletter = $1 AND p.state = 'pending' AND p.asked_at > 0 AND p.asked_at < $2
		AND p.reminded_at = 0 AND p.unsubscribed_at = 0`, `p.asked_at`, []any{newsletterID, micros(before)}}
	err = s.eachOf(ctx, q, nil, func(t *tx, people []person) error {
		looked, reminded = 0, 0
		for _, p := range people {
			asked, err := t.remind(newsletterID, p, mail)
			if err != nil {
				return err
			}
			looked++
			if asked {
				reminded++
			}
		}
		return nil
	})
	return looked, reminded, err
}

// person is whom housekeeping looks at.
type person struct {
	id  int64
	key string // of the address
}

// search finds people with a subscription p by a condition, in an order.
type search struct {
	where, order string
	args         []any
}

// Farewell is told the addresses at which people got mail before they are
// forgotten, so that whatever else is kept of these goes first: when that fails,
// nobody is forgotten yet, and the next round knows them still.
type Farewell func(addresses []string) error

const findPeople = `SELECT s.id, s.email_key FROM subscription p JOIN subscriber s ON s.id = p.subscriber_id WHERE `

// eachOf works on the first people of a search in one transaction. They are found
// beside the writer, so that nobody waits for a long search, and looked at again
// in the transaction. before, which may be nil, gets their ids as a list in JSON.
func (s *Store) eachOf(ctx context.Context, q search, before func(ids string) error, work func(*tx, []person) error) error {
	next := len(q.args) + 1
	var ids []int64
	rows, err := s.read.QueryContext(ctx, findPeople+q.where+` ORDER BY `+q.order+` LIMIT `+strconv.Itoa(keepPeople), q.args...)
	if err != nil {
		return fmt.Errorf("find people: %w", plain(err))
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var p person
		err := r.Scan(&p.id, &p.key)
		ids = append(ids, p.id)
		return err
	})
	if err != nil || len(ids) == 0 {
		return plain(err)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return fmt.Errorf("encode ids: %w", err)
	}
	if before != nil {
		if err := before(string(list)); err != nil {
			return err
		}
	}
	still := `SELECT s.id, s.email_key FROM json_each($` + strconv.Itoa(next) + `) found
		CROSS JOIN subscription p ON p.subscriber_id = found.value JOIN subscriber s ON s.id = p.subscriber_id
		WHERE ` + q.where + ` ORDER BY ` + q.order
	return s.update(ctx, func(t *tx) error {
		var people []person
		err := t.rows(still, append(slices.Clone(q.args), string(list)), func(r *sql.Rows) error {
			var p person
			err := r.Scan(&p.id, &p.key)
			people = append(people, p)
			return err
		})
		if err != nil {
			return fmt.Errorf("find people: %w", err)
		}
		return work(t, people)
	})
}

// remind asks one person once more. Against whom something stands is only noted,
// so that nobody looks at them again.
func (t *tx) remind(newsletterID string, p person, mail AskMail) (asked bool, err error) {
	names, err := t.askedTogether(newsletterID, p.id)
	if err != nil {
		return false, err
	}
	against, err := t.suppressions(p.key)
	if err != nil {
		return false, err
	}
	const noted = `reminded_at = $3`
	if len(against) == 0 {
		from, err := t.origin(newsletterID, p.id)
		if err != nil {
			return false, err
		}
		done, err := t.question(Asked{Newsletters: names, From: from}, p.id, mail, `, `+noted)
		return len(done) > 0, err
	}
	for _, name := range names {
		if err := t.move(name, p.id, noted+` WHERE newsletter = $1 AND subscriber_id = $2`, micros(t.now)); err != nil {
			return false, err
		}
	}
	return false, nil
}

// ExpireUnconfirmed ends the sign-ups to a newsletter that nobody confirmed since
// a time. Who left before they were signed up again has left once more; of anybody
// else nothing is kept but what other newsletters know of them. farewell may be
// nil. It does one transaction's worth and returns how many; 0: it is done. Scrub
// belongs after it.
func (s *Store) ExpireUnconfirmed(ctx context.Context, newsletterID string, before time.Time, farewell Farewell) (expired int, err error) {
	q := search{
		`p.newsletter = $1 AND p.state = 'pending' AND p.asked_at < $2 AND p.created_at < $2 AND p.imported_at < $2`,
		`p.asked_at`,
		[]any{newsletterID, micros(before)},
	}
	const forgotten = `NOT EXISTS (SELECT 1 FROM subscription o WHERE o.subscriber_id = s.id AND (o.newsletter <> $2 OR o.unsubscribed_at > 0))`
	bid := s.bid(ctx, farewell, forgotten, newsletterID)
	err = s.eachOf(ctx, q, bid, func(t *tx, people []person) error {
		for _, p := range people {
			if err := t.expire(newsletterID, p.id); err != nil {
				return err
			}
		}
		expired = len(people)
		return nil
	})
	return expired, err
}

// expire ends a sign-up that nobody confirmed.
func (t *tx) expire(newsletterID string, id int64) error {
	left, err := t.moved(newsletterID, id, `state = 'unsubscribed' WHERE newsletter = $1 AND subscriber_id = $2 AND unsubscribed_at > 0`)
	if err != nil || left {
		return err
	}
	if _, err := t.exec(`DELETE FROM subscription WHERE newsletter = $1 AND subscriber_id = $2`, newsletterID, id); err != nil {
		return fmt.Errorf("end sign-up: %w", err)
	}
	var more bool
	if err := t.row(`SELECT EXISTS (SELECT 1 FROM subscription WHERE subscriber_id = $1)`, []any{id}, &more); err != nil {
		return fmt.Errorf("find subscriptions: %w", err)
	}
	if more {
		return nil
	}
	return t.forget(id)
}
