package store

import (
	"context"
	"errors"
	"fmt"

	"tidings/internal/newsletter"
)

// ErrReceiptFirst says that nothing was claimed, because the receipt that had to
// be on the disk before it is not.
var ErrReceiptFirst = errors.New("the receipt before it is not written yet")

// Writing is a receipt on its way to the disk.
type Writing struct {
	job job

	// These belong to the writer.
	tx      *tx  // that it is part of
	written bool // that transaction is on the disk
}

// Claim marks a delivery as attempting. It is on the disk when Claim returns
// nil; only then may the final dot be sent (rule R3, the claim written ahead).
// The statement looks again whether its reader still wants it (rule R13),
// whether the epoch is still the newest (rule R10) and whether the site's quiet
// gap is behind its reader's last issue. ErrNotClaimed: send no dot.
//
// after is the last receipt of the same connection, nil for none: it is on the
// disk too when Claim returns nil, in the same commit or an earlier one (rule
// R4). ErrReceiptFirst: it could not be written, and nothing was claimed.
func (s *Store) Claim(ctx context.Context, d newsletter.Delivery, epoch int64, after *Writing) error {
	if err := s.spare.ready(s.now()); err != nil {
		return err
	}
	claimed := false
	err := s.update(ctx, func(t *tx) (err error) {
		if after != nil && after.tx != t && !after.written {
			return ErrReceiptFirst
		}
		claimed, err = t.claim(d, epoch)
		return err
	})
	if err == nil && !claimed {
		return ErrNotClaimed
	}
	return err
}

func (t *tx) claim(d newsletter.Delivery, epoch int64) (bool, error) {
	n, err := t.exec(`UPDATE delivery SET state = 'attempting', attempt = attempt + 1, epoch = $6, updated_at = $3
		WHERE issue_id = $1 AND subscriber_id = $2 AND state = $4 AND attempt = $5
			AND (SELECT epoch FROM instance WHERE id = 1) = $6
			AND EXISTS (SELECT 1 FROM issue i WHERE i.id = $1 AND i.state = 'sending' AND `+wantedBy+` AND `+quietEnough+`)`,
		d.IssueID, d.Subscriber.ID, micros(t.now), d.State, d.Attempt, epoch)
	if err != nil {
		return false, fmt.Errorf("claim: %w", err)
	}
	if n == 0 {
		return false, t.waitQuietly(d)
	}
	t.tally.moved(d.IssueID, d.State, newsletter.Attempting, 1)
	return true, nil
}

// Record writes down what became of a delivery: of a claimed one
// (d.State attempting, by Claim with the same epoch), or of one that the relay
// refused before its dot (d.State queued or deferred), which counts as an
// attempt too. It is on the disk when Record returns nil.
func (s *Store) Record(ctx context.Context, d newsletter.Delivery, epoch int64, o newsletter.Outcome, r newsletter.Receipt) error {
	return s.update(ctx, func(t *tx) error { return t.recordUnlessLeft(d, epoch, o, r) })
}

// BeginRecord is Record without waiting: done is called with what Record would
// return, by the one goroutine that writes, so it must not wait for anything.
// Claims that name the returned Writing come after it.
func (s *Store) BeginRecord(d newsletter.Delivery, epoch int64, o newsletter.Outcome, r newsletter.Receipt, done func(*Writing, error)) *Writing {
	return s.begin(func(t *tx) error { return t.recordUnlessLeft(d, epoch, o, r) }, done)
}

// BeginUnclaim takes a claim back, without waiting, as BeginRecord does: the
// delivery is again as it was before, or skipped if its reader left meanwhile. It
// is for those whose final dot was certainly not sent.
func (s *Store) BeginUnclaim(before newsletter.Delivery, epoch int64, done func(*Writing, error)) *Writing {
	return s.begin(func(t *tx) error { return t.unclaim(before, epoch) }, done)
}

func (s *Store) begin(fn func(*tx) error, done func(*Writing, error)) *Writing {
	w := &Writing{}
	w.job = job{
		fn: func(t *tx) error {
			t.now, t.seal = s.now(), s.seal
			err := fn(t)
			if err == nil {
				w.tx = t
			}
			return err
		},
		done: func(err error) {
			w.tx, w.written = nil, err == nil || errors.Is(err, ErrNotClaimed)
			done(w, plain(err))
		},
	}
	s.writer.queue <- w.job
	return w
}

// RecordAgain tries again to write a receipt down; done is called again.
func (s *Store) RecordAgain(w *Writing) { s.writer.queue <- w.job }

// recordUnlessLeft records an outcome, but for readers who left while the relay made us
// wait: they are skipped.
func (t *tx) recordUnlessLeft(d newsletter.Delivery, epoch int64, o newsletter.Outcome, r newsletter.Receipt) error {
	if o.State == newsletter.Deferred {
		wanted, err := t.wanted(d)
		if err != nil {
			return err
		}
		if !wanted {
			o.State = newsletter.Skipped
		}
	}
	return t.record(d, epoch, o, r)
}

func (t *tx) unclaim(before newsletter.Delivery, epoch int64) error {
	to := before.State
	wanted, err := t.wanted(before)
	if err != nil {
		return err
	}
	if !wanted {
		to = newsletter.Skipped
	}
	n, err := t.exec(`UPDATE delivery SET state = $3, attempt = attempt - 1, updated_at = $4
		WHERE issue_id = $1 AND subscriber_id = $2 AND state = 'attempting' AND epoch = $5`,
		before.IssueID, before.Subscriber.ID, to, micros(t.now), epoch)
	if err != nil {
		return fmt.Errorf("take claim back: %w", err)
	}
	if n == 0 {
		return ErrNotClaimed
	}
	t.tally.moved(before.IssueID, newsletter.Attempting, to, 1)
	return nil
}
