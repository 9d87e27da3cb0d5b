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
	if err := s.forgive(ctx, issue); err != nil {
		return err
	}
	err := s.update(ctx, func(t *tx) error {
		if err := t.moveIssue(issue, newsletter.IssueSending, newsletter.IssuePaused, newsletter.IssueHeld); err != nil {
			return err
		}
		return t.finish(issue) // nothing may be left to resume
	})
	if err != nil {
		return err
	}
	return s.expandRest(ctx, issue)
}

// forgive queues the deliveries of an issue that stands still which failed by the
// sender's fault.
func (s *Store) forgive(ctx context.Context, issue int64) error {
	var fail bool
	err := s.read.QueryRowContext(ctx, `SELECT failed > 0 AND state IN ('paused', 'held') FROM issue WHERE id = $1`, issue).Scan(&fail)
	if err != nil || !fail {
		return plain(err)
	}
	_, err = s.inPages(ctx, issue, `state = 'failed' AND code >= 500`, func(t *tx, found []Delivered) (forgiven int, err error) {
		for _, d := range found {
			if !d.Receipt.Class().SendersFault() {
				continue
			}
			n, err := t.exec(`UPDATE delivery SET state = 'queued', due_at = $3, updated_at = $3
				WHERE issue_id = $1 AND subscriber_id = $2 AND state = 'failed' AND email <> ''
					AND EXISTS (SELECT 1 FROM issue i WHERE i.id = $1 AND i.state IN ('paused', 'held') AND `+wantedBy+`)`,
				issue, d.subscriber, micros(t.now))
			if err != nil {
				return 0, fmt.Errorf("queue who was refused for the sender: %w", err)
			}
			forgiven += int(n)
		}
		if forgiven > 0 {
			t.tally.moved(issue, newsletter.Failed, newsletter.Queued, forgiven)
		}
		return forgiven, nil
	})
	return err
}

// inPages finds deliveries of an issue by a condition, beside the writer because
// that may mean to read them all, and works on what was found in short transactions,
// in which it has to be looked at again. It returns the sum of what work returns.
func (s *Store) inPages(ctx context.Context, issue int64, where string, work func(*tx, []Delivered) (int, error)) (moved int, err error) {
	for last := int64(0); ; {
		//nolint:gosec // where is ours
		rows, err := s.read.QueryContext(ctx, `SELECT subscriber_id, code, enhanced, reply FROM delivery
			WHERE issue_id = $1 AND subscriber_id > $2 AND `+where+` ORDER BY subscriber_id LIMIT $3`, issue, last, s.chunk)
		if err != nil {
			return moved, fmt.Errorf("find deliveries: %w", plain(err))
		}
		var found []Delivered
		err = eachRow(rows, func(r *sql.Rows) error {
			var d Delivered
			err := r.Scan(&d.subscriber, &d.Receipt.Code, &d.Receipt.Enhanced, &d.Receipt.Text)
			found, last = append(found, d), d.subscriber
			return err
		})
		if err != nil || len(found) == 0 {
			return moved, plain(err)
		}
		n := 0
		err = s.update(ctx, func(t *tx) (err error) {
			n, err = work(t, found)
			return err
		})
		if err != nil {
			return moved, err
		}
		moved += n
	}
}

// Cancel ends an issue: from then on nothing of it is begun, what is not sent yet
// is skipped, and what is past its final dot is still written down. Where the
// process ends before all is skipped, Cancel or Settle goes on.
// newsletter.ErrConflict: it is finished.
func (s *Store) Cancel(ctx context.Context, issue int64) error {
	err := s.update(ctx, func(t *tx) error {
		var left bool
		err := t.row(`SELECT EXISTS (SELECT 1 FROM issue WHERE id = $1 AND `+halfCancelled+`)`, []any{issue}, &left)
		if err != nil || left {
			return plain(err)
		}
		return t.moveIssue(issue, newsletter.IssueCancelled,
			newsletter.IssueSending, newsletter.IssuePaused, newsletter.IssueHeld, newsletter.IssueExpanding)
	})
	if err != nil {
		return err
	}
	return s.skipRest(ctx, issue)
}

// halfCancelled is the condition of a cancelled issue of which not all is skipped.
const halfCancelled = `state = 'cancelled' AND state <> 'sent' AND queued + deferred > 0`

// Settle goes on with issues that were cancelled, and of which not all was skipped
// when their process ended.
func (s *Store) Settle(ctx context.Context) error {
	half, err := s.issues(ctx, `WHERE `+halfCancelled+` ORDER BY id`)
	if err != nil {
		return err
	}
	for _, i := range half {
		if err := s.skipRest(ctx, i.ID); err != nil {
			return err
		}
	}
	return nil
}

// skipRest skips what is left of a cancelled issue.
func (s *Store) skipRest(ctx context.Context, issue int64) error {
	return s.inSteps(ctx, func(t *tx, _ int64) (int64, error) {
		n, err := t.skipSome(issue, s.chunk)
		return int64(n), err
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
	open := func(t *tx) error {
		var state newsletter.IssueState
		if err := t.row(`SELECT state FROM issue WHERE id = $1`, []any{issue}, &state); err != nil {
			return plain(err)
		}
		if state == newsletter.IssueCancelled {
			return newsletter.Refuse(newsletter.ErrConflict, "the issue is %s", state)
		}
		return nil
	}
	if err := s.update(ctx, open); err != nil {
		return 0, err
	}
	return s.inPages(ctx, issue, `state = 'unknown'`, func(t *tx, found []Delivered) (queued int, err error) {
		if err := open(t); err != nil {
			return 0, err
		}
		for _, d := range found {
			n, err := t.exec(`UPDATE delivery SET state = 'queued', due_at = $3, updated_at = $3
				WHERE issue_id = $1 AND subscriber_id = $2 AND state = 'unknown' AND updated_at <= $4 AND email <> ''
					AND EXISTS (SELECT 1 FROM issue i WHERE i.id = $1 AND `+wantedBy+`)`, issue, d.subscriber, micros(t.now), micros(before))
			if err != nil {
				return 0, fmt.Errorf("queue unknown deliveries: %w", err)
			}
			queued += int(n)
		}
		if queued == 0 {
			return 0, nil
		}
		t.tally.moved(issue, newsletter.Unknown, newsletter.Queued, queued)
		if _, err = t.exec(`UPDATE issue SET state = 'sending', finished_at = 0 WHERE id = $1 AND state = 'sent'`, issue); err != nil {
			return 0, fmt.Errorf("open issue again: %w", err)
		}
		return queued, nil
	})
}

// WithUnknown lists the issues, finished or not, that have unknown deliveries.
func (s *Store) WithUnknown(ctx context.Context) ([]Issue, error) {
	return s.issues(ctx, `WHERE unknown > 0 AND state IN ('sending', 'sent') ORDER BY id`)
}
