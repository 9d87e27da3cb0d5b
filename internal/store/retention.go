package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// EraseLeft erases people who left a newsletter, and every other one that they
// were with, before the time that each newsletter has in before; one that is not
// there keeps its people. farewell may be nil. It does one transaction's worth and
// returns how many; 0: it is done. Scrub belongs after it.
func (s *Store) EraseLeft(ctx context.Context, newsletterID string, before map[string]time.Time, source string, farewell Farewell) (erased int, err error) {
	limits := make(map[string]int64, len(before))
	for name, at := range before {
		limits[name] = micros(at)
	}
	list, err := json.Marshal(limits)
	if err != nil {
		return 0, fmt.Errorf("encode times: %w", err)
	}
	q := search{
		`p.newsletter = $1 AND p.state = 'unsubscribed' AND p.unsubscribed_at < $2
		AND NOT EXISTS (SELECT 1 FROM subscription o LEFT JOIN json_each($3) rule ON rule.key = o.newsletter
			WHERE o.subscriber_id = p.subscriber_id
				AND (o.state <> 'unsubscribed' OR rule.value IS NULL OR o.unsubscribed_at >= rule.value))`,
		`p.unsubscribed_at`,
		[]any{newsletterID, limits[newsletterID], string(list)},
	}
	err = s.eachOf(ctx, q, s.bid(ctx, farewell, `TRUE`), func(t *tx, people []person) error {
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
