package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// Pause stops an issue: nothing of it is claimed until Resume. What is past its
// final dot is still written down. newsletter.ErrConflict: it is not sending.
func (s *Store) Pause(ctx context.Context, issue int64) error {
	return s.update(ctx, func(t *tx) error {
		return t.moveIssue(issue, newsletter.IssuePaused, newsletter.IssueSending)
	})
}

// PauseBecause pauses an issue that is being sent, or that came to its end just now,
// and keeps why, for people. newsletter.ErrConflict: it is neither.
func (s *Store) PauseBecause(ctx context.Context, issue int64, why string) error {
	return s.update(ctx, func(t *tx) error {
		if err := t.moveIssue(issue, newsletter.IssuePaused, newsletter.IssueSending, newsletter.IssueSent); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE issue SET reason = $2 WHERE id = $1`, issue, why); err != nil {
			return fmt.Errorf("keep why the issue is paused: %w", err)
		}
		return nil
	})
}

// Resume lets a paused or held issue go on, and makes the deliveries that it
// lacks. Readers who did not get it because the relay refused the sender are queued
// once more: they have not got it, and somebody has looked into that by now.
// newsletter.ErrConflict: it is neither.
func (s *Store) Resume(ctx context.Context, issue int64) error {
	err := s.update(ctx, func(t *tx) error {
		if err := t.moveIssue(issue, newsletter.IssueSending, newsletter.IssuePaused, newsletter.IssueHeld); err != nil {
			return err
		}
		forgiven, err := t.forgive(issue)
		if err != nil || forgiven > 0 {
			return err
		}
		return t.finish(issue) // nothing may be left to resume
	})
	if err != nil {
		return err
	}
	return s.expandRest(ctx, issue)
}

// forgive queues the deliveries of an issue that failed by the sender's fault, and
// returns how many.
func (t *tx) forgive(issue int64) (forgiven int, err error) {
	var readers []int64
	err = t.rows(`SELECT subscriber_id, code, enhanced, reply FROM delivery WHERE issue_id = $1 AND state = 'failed' AND code >= 500 AND email <> ''`,
		[]any{issue}, func(r *sql.Rows) error {
			var (
				id int64
				a  newsletter.Receipt
			)
			err := r.Scan(&id, &a.Code, &a.Enhanced, &a.Text)
			if a.Class().SendersFault() {
				readers = append(readers, id)
			}
			return err
		})
	if err != nil {
		return 0, fmt.Errorf("find who was refused for the sender: %w", err)
	}
	for _, id := range readers {
		n, err := t.exec(`UPDATE delivery SET state = 'queued', due_at = $3, updated_at = $3
			WHERE issue_id = $1 AND subscriber_id = $2 AND state = 'failed'
				AND EXISTS (SELECT 1 FROM issue i WHERE i.id = $1 AND `+wantedBy+`)`, issue, id, micros(t.now))
		if err != nil {
			return 0, fmt.Errorf("queue who was refused for the sender: %w", err)
		}
		forgiven += int(n)
	}
	if forgiven > 0 {
		t.tally.moved(issue, newsletter.Failed, newsletter.Queued, forgiven)
	}
	return forgiven, nil
}

// Cancel ends an issue: what is not sent yet is skipped, and what is past its
// final dot is still written down. newsletter.ErrConflict: it is finished.
func (s *Store) Cancel(ctx context.Context, issue int64) error {
	return s.update(ctx, func(t *tx) error {
		err := t.moveIssue(issue, newsletter.IssueCancelled,
			newsletter.IssueSending, newsletter.IssuePaused, newsletter.IssueHeld, newsletter.IssueExpanding)
		if err != nil {
			return err
		}
		return t.skip(`issue_id = $2`, issue)
	})
}

// moveIssue changes an issue's state if it is one of from.
func (t *tx) moveIssue(issue int64, to newsletter.IssueState, from ...newsletter.IssueState) error {
	var state newsletter.IssueState
	if err := t.row(`SELECT state FROM issue WHERE id = $1`, []any{issue}, &state); err != nil {
		return plain(err)
	}
	for _, f := range from {
		if state != f {
			continue
		}
		_, err := t.exec(`UPDATE issue SET reason = '',
			state = CASE WHEN $2 = 'sending' AND expanded > 0 THEN 'expanding' ELSE $2 END,
			finished_at = CASE WHEN $2 = 'cancelled' THEN $3 ELSE 0 END WHERE id = $1`, issue, to, micros(t.now))
		if err != nil {
			return fmt.Errorf("move issue to %s: %w", to, err)
		}
		return nil
	}
	return newsletter.Refuse(newsletter.ErrConflict, "the issue is %s", state)
}

// ResendUnknown queues an issue's unknown deliveries once more, and returns how
// many. Their messages have the same bytes as before, so that a mail store can
// tell a copy. Only those are taken that have been unknown since before, and whose
// reader still wants it and has an address. newsletter.ErrConflict: nothing is sent of a cancelled issue.
func (s *Store) ResendUnknown(ctx context.Context, issue int64, before time.Time) (int, error) {
	n := 0
	err := s.update(ctx, func(t *tx) error {
		n = 0
		var state newsletter.IssueState
		if err := t.row(`SELECT state FROM issue WHERE id = $1`, []any{issue}, &state); err != nil {
			return plain(err)
		}
		if state == newsletter.IssueCancelled {
			return newsletter.Refuse(newsletter.ErrConflict, "the issue is %s", state)
		}
		err := t.rows(`UPDATE delivery SET state = 'queued', due_at = $3, updated_at = $3
			WHERE issue_id = $1 AND state = 'unknown' AND updated_at <= $2 AND email <> ''
				AND EXISTS (SELECT 1 FROM issue i WHERE i.id = $1 AND (`+wants+`delivery.subscriber_id))) RETURNING subscriber_id`,
			[]any{issue, micros(before), micros(t.now)}, func(*sql.Rows) error { n++; return nil })
		if err != nil {
			return fmt.Errorf("queue unknown deliveries: %w", err)
		}
		if n == 0 {
			return nil
		}
		t.tally.moved(issue, newsletter.Unknown, newsletter.Queued, n)
		if _, err = t.exec(`UPDATE issue SET state = 'sending', finished_at = 0 WHERE id = $1 AND state = 'sent'`, issue); err != nil {
			return fmt.Errorf("open issue again: %w", err)
		}
		return nil
	})
	return n, err
}

// WithUnknown lists the issues, finished or not, that have unknown deliveries.
func (s *Store) WithUnknown(ctx context.Context) ([]Issue, error) {
	return s.issues(ctx, `WHERE unknown > 0 AND state IN ('sending', 'sent') ORDER BY id`)
}
