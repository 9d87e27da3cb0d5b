package store

import (
	"errors"
	"strings"
	"testing"
	"time"

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

// What was found due is claimed only as it was found: not after another attempt at
// it, and not once it was skipped, even where its reader is back.
func TestClaim_Stale(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 2)
	epoch := mustBegin(t, s)
	issue, due := mustPublish(t, s, "frost")
	if err := s.Record(t.Context(), claim(t, s, epoch, due[0]), epoch, newsletter.Outcome{State: newsletter.Unknown}, newsletter.Receipt{}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ResendUnknown(t.Context(), issue.ID, time.Now()); n != 1 || err != nil {
		t.Fatalf("resent %d, %v", n, err)
	}
	for _, until := range []time.Time{time.Now().Add(time.Hour), {}} { // they pause, and end the pause
		if _, err := s.PauseReader(t.Context(), "harbor", ids[1], until, newsletter.Proof{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range due {
		if err := s.Claim(t.Context(), d, epoch, nil); !errors.Is(err, ErrNotClaimed) {
			t.Errorf("claim %+v: %v", d, err)
		}
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Queued: 1, Skipped: 1})
}

// The claim itself looks whether its reader still wants it, whatever has become of the
// row that was found due (rule R13).
func TestClaim_LooksAgain(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	for _, now := range []string{`state = 'unsubscribed'`, `state = 'suppressed'`, `state = 'confirmed', paused_until = 1 << 60`} {
		if err := s.update(t.Context(), func(t *tx) error { _, err := t.exec(`UPDATE subscription SET ` + now); return err }); err != nil {
			t.Fatal(err)
		}
		if err := s.Claim(t.Context(), due[0], epoch, nil); !errors.Is(err, ErrNotClaimed) {
			t.Errorf("%s: %v", now, err)
		}
	}
}

// A process that was stopped and wakes up after another took over changes nothing of
// what that one has claimed meanwhile (rule R10), nor does a claim that is taken back
// change what was recorded.
func TestRecord_OnlyItsOwnClaim(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	first := mustBegin(t, s)
	issue, due := mustPublish(t, s, "frost")
	before := claim(t, s, first, due[0])
	second := mustBegin(t, s)
	if n, err := s.ResendUnknown(t.Context(), issue.ID, time.Now()); n != 1 || err != nil {
		t.Fatalf("resent %d, %v", n, err)
	}
	again := due[0]
	again.Attempt++
	again = claim(t, s, second, again)
	sent, receipt := newsletter.Outcome{State: newsletter.Sent}, newsletter.Receipt{Code: 250}
	if err := s.Record(t.Context(), before, first, sent, receipt); !errors.Is(err, ErrNotClaimed) {
		t.Errorf("recorded by the first process: %v", err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 1, Attempting: 1})
	if err := s.Record(t.Context(), again, second, sent, receipt); err != nil {
		t.Fatal(err)
	}
	done, wait := told()
	s.BeginUnclaim(again, second, done)
	if err := wait(); !errors.Is(err, ErrNotClaimed) {
		t.Errorf("taken back after its receipt: %v", err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 1, Sent: 1})
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
