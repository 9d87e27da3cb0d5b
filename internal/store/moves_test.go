package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

func TestIssue_PauseResumeCancel(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 3)
	epoch := mustBegin(t, s)
	i, due := mustPublish(t, s, "frost")
	flying := claim(t, s, epoch, due[0])

	if err := s.Pause(t.Context(), i.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Claim(t.Context(), due[1], epoch, nil); !errors.Is(err, ErrNotClaimed) {
		t.Errorf("claimed while paused: %v", err)
	}
	if open, err := s.OpenIssues(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("a paused issue is open: %v, %v", open, err)
	}
	record(newsletter.Sent)(t, s, epoch, flying) // what is past its dot is written down
	checkTally(t, s, "frost", newsletter.Tally{Audience: 3, Sent: 1, Queued: 2})

	if err := s.Resume(t.Context(), i.ID); err != nil {
		t.Fatal(err)
	}
	flying = claim(t, s, epoch, due[1])
	if err := s.Cancel(t.Context(), i.ID); err != nil {
		t.Fatal(err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 3, Sent: 1, Attempting: 1, Skipped: 1})
	record(newsletter.Deferred)(t, s, epoch, flying) // refused for now: there is no later
	checkTally(t, s, "frost", newsletter.Tally{Audience: 3, Sent: 1, Skipped: 2})
	if got := mustFind(t, s, "frost").State; got != newsletter.IssueCancelled {
		t.Errorf("the issue is %s", got)
	}
	for name, move := range map[string]func(context.Context, int64) error{"pause": s.Pause, "resume": s.Resume, "cancel": s.Cancel} {
		if err := move(t.Context(), i.ID); !errors.Is(err, newsletter.ErrConflict) {
			t.Errorf("%s a cancelled issue: %v", name, err)
		}
	}
}

// Resume queues those once more whom the relay refused for the sender, and nobody else:
// not whose address is dead, nor who left meanwhile.
func TestResume_WhomTheSenderFailed(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 4)
	epoch := mustBegin(t, s)
	i, due := mustPublish(t, s, "frost")
	denied := newsletter.Receipt{Command: ".", Code: 550, Enhanced: "5.7.515", Text: "Access denied"}
	nobody := newsletter.Receipt{Command: "RCPT", Code: 550, Enhanced: "5.1.1", Text: "no such user"}
	for n, r := range []newsletter.Receipt{denied, denied, nobody} {
		if err := s.Record(t.Context(), claim(t, s, epoch, due[n]), epoch, newsletter.Outcome{State: newsletter.Failed}, r); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PauseBecause(t.Context(), i.ID, "access denied"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Unsubscribe(t.Context(), "harbor", ids[1], newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Resume(t.Context(), i.ID); err != nil {
		t.Fatal(err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 4, Queued: 2, Failed: 2})
	if i := mustFind(t, s, "frost"); i.State != newsletter.IssueSending || i.Reason != "" {
		t.Errorf("%s because of %q", i.State, i.Reason)
	}
}

// What was put off goes no more than what was never tried, also where the process
// ended before it was skipped.
func TestCancel_Deferred(t *testing.T) {
	for _, interrupted := range []bool{false, true} {
		t.Run(fmt.Sprintf("interrupted=%t", interrupted), func(t *testing.T) {
			s := mustOpen(t)
			mustReaders(t, s, 1)
			epoch := mustBegin(t, s)
			i, due := mustPublish(t, s, "frost")
			record(newsletter.Deferred)(t, s, epoch, claim(t, s, epoch, due[0]))
			if interrupted {
				if err := s.update(t.Context(), func(t *tx) error {
					return t.moveIssue(i.ID, newsletter.IssueCancelled, newsletter.IssueSending)
				}); err != nil {
					t.Fatal(err)
				}
				if err := s.Settle(t.Context()); err != nil {
					t.Fatal(err)
				}
			} else if err := s.Cancel(t.Context(), i.ID); err != nil {
				t.Fatal(err)
			}
			checkTally(t, s, "frost", newsletter.Tally{Audience: 1, Skipped: 1})
		})
	}
}

// What is finished cannot be cancelled.
func TestCancel_Sent(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	epoch := mustBegin(t, s)
	i, due := mustPublish(t, s, "frost")
	record(newsletter.Sent)(t, s, epoch, claim(t, s, epoch, due[0]))
	if err := s.Cancel(t.Context(), i.ID); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("Cancel = %v, want %v", err, newsletter.ErrConflict)
	}
}

// The last answers came in while the issue was paused: nothing is left to resume.
func TestIssue_PausedWithNothingLeft(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	epoch := mustBegin(t, s)
	i, due := mustPublish(t, s, "frost")
	d := claim(t, s, epoch, due[0])
	if err := s.Pause(t.Context(), i.ID); err != nil {
		t.Fatal(err)
	}
	record(newsletter.Sent)(t, s, epoch, d)
	if got := mustFind(t, s, "frost"); got.State != newsletter.IssueSent || got.FinishedAt.IsZero() {
		t.Errorf("the issue is %s, finished %v", got.State, got.FinishedAt)
	}
}

func TestResendUnknown(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 2)
	epoch := mustBegin(t, s)
	i, due := mustPublish(t, s, "frost")
	record(newsletter.Unknown)(t, s, epoch, claim(t, s, epoch, due[0]))
	record(newsletter.Sent)(t, s, epoch, claim(t, s, epoch, due[1]))
	if n, err := s.ResendUnknown(t.Context(), i.ID, time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("%d resent too early, %v", n, err)
	}
	if n, err := s.ResendUnknown(t.Context(), i.ID, time.Now()); n != 1 || err != nil {
		t.Fatalf("%d resent, %v; want 1", n, err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Sent: 1, Queued: 1})
	again, _, err := s.Due(t.Context(), i.ID, time.Now(), Cursor{}, 10)
	if err != nil || len(again) != 1 {
		t.Fatalf("due again: %v, %v", again, err)
	}
	if again[0].Subscriber.ID != due[0].Subscriber.ID || !again[0].CreatedAt.Equal(due[0].CreatedAt) {
		t.Errorf("what is due again is not what it was: %+v, was %+v", again[0], due[0])
	}
	record(newsletter.Sent)(t, s, epoch, claim(t, s, epoch, again[0]))
	if got := mustFind(t, s, "frost").State; got != newsletter.IssueSent {
		t.Errorf("the issue is %s", got)
	}
}

// Who left meanwhile, or pauses, is not sent the issue once more, and does not keep it
// open for ever.
func TestResendUnknown_WhoIsWanted(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 3)
	epoch := mustBegin(t, s)
	i, due := mustPublish(t, s, "frost")
	for _, d := range due {
		record(newsletter.Unknown)(t, s, epoch, claim(t, s, epoch, d))
	}
	if _, err := s.Unsubscribe(t.Context(), "harbor", ids[0], newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PauseReader(t.Context(), "harbor", ids[1], time.Now().Add(time.Hour), newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ResendUnknown(t.Context(), i.ID, time.Now()); n != 1 || err != nil {
		t.Fatalf("%d resent, %v; want 1", n, err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 3, Queued: 1, Unknown: 2})
}

// What was unknown when an issue was cancelled is not queued for good.
func TestResendUnknown_Cancelled(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 2)
	epoch := mustBegin(t, s)
	i, due := mustPublish(t, s, "frost")
	record(newsletter.Unknown)(t, s, epoch, claim(t, s, epoch, due[0]))
	if err := s.Cancel(t.Context(), i.ID); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ResendUnknown(t.Context(), i.ID, time.Now()); n != 0 || !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("%d of a cancelled issue resent, %v", n, err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Unknown: 1, Skipped: 1})
}

// A long list is made in chunks; a process that ends in between leaves an issue
// of which nothing is sent, and the next one goes on without making anybody
// twice (rule R2).
func TestPublish_ExpandsInChunks(t *testing.T) {
	s := mustOpen(t)
	s.chunk = 4
	mustReaders(t, s, 10)
	n, err := s.Publish(t.Context(), Publication{Slug: "long", Mail: sampleMail("long")})
	if err != nil || n != 10 {
		t.Fatalf("published to %d, %v", n, err)
	}
	checkTally(t, s, "long", newsletter.Tally{Audience: 10, Queued: 10})

	if err := s.update(t.Context(), func(t *tx) error { // as a crash after the second chunk leaves it
		if _, err := t.exec(`DELETE FROM delivery WHERE subscriber_id > 8`); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE issue SET state = 'expanding', expanded = 8, audience = 8, queued = 8`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if open, err := s.OpenIssues(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("half a list is sent: %v, %v", open, err)
	}
	if err := s.Expand(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkTally(t, s, "long", newsletter.Tally{Audience: 10, Queued: 10})
	due, _, err := s.Due(t.Context(), mustFind(t, s, "long").ID, time.Now(), Cursor{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for _, d := range due {
		seen[d.Subscriber.ID] = true
	}
	if diff := cmp.Diff(10, len(seen)); diff != "" {
		t.Errorf("readers (-want +got):\n%s", diff)
	}
}
