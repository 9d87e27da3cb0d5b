package store

import (
	"errors"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// told collects what a write said.
func told() (done func(*Writing, error), wait func() error) {
	c := make(chan error, 1)
	return func(_ *Writing, err error) { c <- err }, func() error { return <-c }
}

// Nothing is claimed for a connection before its last receipt is on the disk
// (rule R4), however it was batched.
func TestClaim_AfterItsReceipt(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 3)
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	first := claim(t, s, epoch, due[0])
	limitPages(t, s, 0)
	if err := fill(t, s); !errors.Is(err, newsletter.ErrUnavailable) {
		t.Fatalf("a full disk: %v", err)
	}

	begun, hold := make(chan struct{}), make(chan struct{}) // so that receipt and claim come into one batch
	go func() { _ = s.update(t.Context(), func(*tx) error { close(begun); <-hold; return nil }) }()
	<-begun
	done, wait := told()
	large := newsletter.Receipt{Code: 250, Text: strings.Repeat("does not fit ", 10_000)}
	writing := s.BeginRecord(first, epoch, newsletter.Outcome{State: newsletter.Sent}, large, done)
	close(hold)
	if err := s.Claim(t.Context(), due[1], epoch, writing); !errors.Is(err, ErrReceiptFirst) {
		t.Errorf("claimed although the receipt before it is not written: %v", err)
	}
	if err := wait(); !errors.Is(err, newsletter.ErrUnavailable) {
		t.Fatalf("the receipt fitted: %v; the test shows nothing", err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 3, Attempting: 1, Queued: 2})

	limitPages(t, s, 10_000) // there is room again
	s.RecordAgain(writing)
	if err := errors.Join(wait(), s.Claim(t.Context(), due[1], epoch, writing)); err != nil {
		t.Error(err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 3, Sent: 1, Attempting: 1, Queued: 1})
}

// A receipt and the claim after it share a commit.
func TestClaim_WithItsReceipt(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 2)
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	done, wait := told()
	writing := s.BeginRecord(claim(t, s, epoch, due[0]), epoch, newsletter.Outcome{State: newsletter.Sent}, newsletter.Receipt{Code: 250}, done)
	if err := errors.Join(s.Claim(t.Context(), due[1], epoch, writing), wait()); err != nil {
		t.Fatal(err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Sent: 1, Attempting: 1})
}

// A claim whose dot was not sent is taken back and leaves no trace, unless its
// reader left meanwhile.
func TestBeginUnclaim(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 2)
	epoch := mustBegin(t, s)
	issue, due := mustPublish(t, s, "frost")
	unclaim := func(d newsletter.Delivery, epoch int64) error {
		done, wait := told()
		s.BeginUnclaim(d, epoch, done)
		return wait()
	}
	claim(t, s, epoch, due[0])
	if err := unclaim(due[0], epoch-1); !errors.Is(err, ErrNotClaimed) {
		t.Errorf("by an older process: %v", err)
	}
	if err := unclaim(due[0], epoch); err != nil {
		t.Fatal(err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Queued: 2})
	claim(t, s, epoch, due[0]) // with the attempts that it had
	claim(t, s, epoch, due[1])
	if err := s.Cancel(t.Context(), issue.ID); err != nil {
		t.Fatal(err)
	}
	if err := unclaim(due[0], epoch); err != nil {
		t.Fatal(err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Attempting: 1, Skipped: 1})
}
