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
	err = s.eachOf(ctx, q, func(t *tx, people []person) error {
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

const findPeople = `SELECT s.id, s.email_key FROM subscription p JOIN subscriber s ON s.id = p.subscriber_id WHERE `

// eachOf works on the first people of a search in one transaction. They are found
// beside the writer, so that nobody waits for a long search, and looked at again
// in the transaction.
func (s *Store) eachOf(ctx context.Context, q search, work func(*tx, []person) error) error {
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
		done, err := t.question(names, p.id, mail, `, `+noted)
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
// else nothing is kept but what other newsletters know of them. It does one
// transaction's worth and returns how many; 0: it is done. Scrub belongs after it.
func (s *Store) ExpireUnconfirmed(ctx context.Context, newsletterID string, before time.Time) (expired int, err error) {
	q := search{`p.newsletter = $1 AND p.state = 'pending' AND p.asked_at < $2 AND p.created_at < $2 AND p.imported_at < $2`,
		`p.asked_at`, []any{newsletterID, micros(before)}}
	err = s.eachOf(ctx, q, func(t *tx, people []person) error {
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

// EraseLeft erases people who left a newsletter, and every other one that they
// were with, before the time that each newsletter has in before; one that is not
// there keeps its people. It does one transaction's worth and returns how many;
// 0: it is done. Scrub belongs after it.
func (s *Store) EraseLeft(ctx context.Context, newsletterID string, before map[string]time.Time, source string) (erased int, err error) {
	limits := make(map[string]int64, len(before))
	for name, at := range before {
		limits[name] = micros(at)
	}
	list, err := json.Marshal(limits)
	if err != nil {
		return 0, fmt.Errorf("encode times: %w", err)
	}
	q := search{`p.newsletter = $1 AND p.state = 'unsubscribed' AND p.unsubscribed_at < $2
		AND NOT EXISTS (SELECT 1 FROM subscription o LEFT JOIN json_each($3) rule ON rule.key = o.newsletter
			WHERE o.subscriber_id = p.subscriber_id
				AND (o.state <> 'unsubscribed' OR rule.value IS NULL OR o.unsubscribed_at >= rule.value))`,
		`p.unsubscribed_at`, []any{newsletterID, limits[newsletterID], string(list)}}
	err = s.eachOf(ctx, q, func(t *tx, people []person) error {
		for _, p := range people {
			if err := t.erase(p.id, source); err != nil {
				return err
			}
		}
		erased = len(people)
		return nil
	})
	return erased, err
}

// ClearDeliveries takes names and addresses out of the deliveries of issues of a
// newsletter that were finished before a time. Who got what can still be counted,
// not sent once more. It does one transaction's worth and returns how many
// deliveries it looked at; 0: it is done.
func (s *Store) ClearDeliveries(ctx context.Context, newsletterID string, before time.Time) (looked int, err error) {
	err = s.update(ctx, func(t *tx) error {
		looked = 0
		var issue, done int64
		err := t.row(`SELECT id, cleared FROM issue WHERE newsletter = $1 AND kind = 'issue' AND cleared >= 0
			AND state IN ('sent', 'cancelled') AND finished_at > 0 AND finished_at < $2 AND queued + attempting + deferred = 0
			ORDER BY id LIMIT 1`, []any{newsletterID, micros(before)}, &issue, &done)
		if notFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("find old issue: %w", err)
		}
		looked, err = t.clearDeliveries(issue, done)
		return err
	})
	return looked, err
}

// clearDeliveries clears the next deliveries of an issue, after a subscriber.
func (t *tx) clearDeliveries(issue, after int64) (looked int, err error) {
	var last int64
	err = t.row(`SELECT count(*), coalesce(max(subscriber_id), -1) FROM
		(SELECT subscriber_id FROM delivery WHERE issue_id = $1 AND subscriber_id > $2 ORDER BY subscriber_id LIMIT $3)`,
		[]any{issue, after, keepDeliveries}, &looked, &last)
	if err != nil {
		return 0, fmt.Errorf("find old deliveries: %w", err)
	}
	if _, err := t.exec(`UPDATE delivery SET email = '', reply = '', name = NULL, first_name = NULL, tags = NULL, fields = NULL
		WHERE issue_id = $1 AND subscriber_id > $2 AND subscriber_id <= $3 AND email <> ''`, issue, after, last); err != nil {
		return 0, fmt.Errorf("clear old deliveries: %w", err)
	}
	if looked < keepDeliveries {
		last = -1
	}
	if _, err := t.exec(`UPDATE issue SET cleared = $2 WHERE id = $1`, issue, last); err != nil {
		return 0, fmt.Errorf("note what is cleared: %w", err)
	}
	return max(looked, 1), nil
}

// DropNotices removes the mails to single people, such as confirmations, that were
// finished before a time. It does one transaction's worth and returns how many;
// 0: it is done. The newest row stays, because its number must not come again: the
// Message-ID of a mail is made of it.
func (s *Store) DropNotices(ctx context.Context, before time.Time) (dropped int, err error) {
	err = s.update(ctx, func(t *tx) error {
		dropped = 0
		var issues, mails []int64
		err := t.rows(`SELECT id, mail_id FROM issue WHERE kind <> 'issue' AND finished_at > 0 AND finished_at < $1
			AND state IN ('sent', 'cancelled') AND id < (SELECT max(id) FROM issue) ORDER BY finished_at LIMIT $2`,
			[]any{micros(before), keepNotices}, func(r *sql.Rows) error {
				var issue, mail int64
				err := r.Scan(&issue, &mail)
				issues, mails = append(issues, issue), append(mails, mail)
				return err
			})
		if err != nil {
			return fmt.Errorf("find old notices: %w", err)
		}
		for i := range issues {
			if err := t.dropNotice(issues[i], mails[i]); err != nil {
				return err
			}
		}
		dropped = len(issues)
		return nil
	})
	return dropped, err
}

// dropNotice removes a mail to one person and, where no other has the same text,
// its frozen mail.
func (t *tx) dropNotice(issue, mail int64) error {
	for _, query := range []string{
		`DELETE FROM notice WHERE issue_id = $1 AND subscriber_id IN (SELECT subscriber_id FROM delivery WHERE issue_id = $1)`,
		`DELETE FROM delivery WHERE issue_id = $1`,
		`DELETE FROM issue WHERE id = $1`,
	} {
		if _, err := t.exec(query, issue); err != nil {
			return fmt.Errorf("drop notice: %w", err)
		}
	}
	_, err := t.exec(`DELETE FROM mail WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM issue WHERE mail_id = $1)`, mail)
	if err != nil {
		return fmt.Errorf("drop mail of notices: %w", err)
	}
	return nil
}
