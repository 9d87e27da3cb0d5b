package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// Every confirmed reader has one delivery of an issue (rule R2).
func TestPublish_OneDeliveryPerReader(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 3)
	i, due := mustPublish(t, s, "frost")
	if i.State != newsletter.IssueSending || i.StartedAt.IsZero() {
		t.Errorf("issue is %s, started %v", i.State, i.StartedAt)
	}
	var got []int64
	for _, d := range due {
		got = append(got, d.Subscriber.ID)
		if d.State != newsletter.Queued || d.Subscriber.FirstName != "" {
			t.Errorf("delivery %+v: want queued, and nothing copied that the mail does not use", d)
		}
	}
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Errorf("readers (-want +got):\n%s", diff)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 3, Queued: 3})
}

// Nobody else has one.
func TestPublish_OnlyConfirmedReaders(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 5)
	for n, now := range []string{`state = 'pending'`, `state = 'unsubscribed'`, `state = 'suppressed'`, `paused_until = 1 << 60`} {
		if err := s.update(t.Context(), func(t *tx) error {
			_, err := t.exec(`UPDATE subscription SET `+now+` WHERE subscriber_id = $1`, ids[n])
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	mustPublish(t, s, "frost")
	checkTally(t, s, "frost", newsletter.Tally{Audience: 1, Queued: 1})
}

// What a reader is called, and all else that merge tags need, stays as it was
// when the issue was frozen (rule R1).
func TestPublish_FreezesWhatMergeTagsNeed(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	m := sampleMail("personal")
	m.Text = newsletter.Template{{Merge: "{{ subscriber.city }}"}}
	if _, err := s.Publish(t.Context(), Publication{Slug: "personal", Mail: m}); err != nil {
		t.Fatal(err)
	}
	if err := s.update(t.Context(), func(t *tx) error { // they move away after the freeze
		_, err := t.exec(`UPDATE subscriber SET fields = '{"city":"Reno"}'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	due, _, err := s.Due(t.Context(), mustFind(t, s, "personal").ID, time.Now(), Cursor{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := newsletter.Subscriber{
		ID: due[0].Subscriber.ID, Email: "reader0@example.org", FirstName: "Ada",
		Tags: []string{"clients"}, Fields: map[string]string{"city": "Tacoma"},
	}
	if diff := cmp.Diff(want, due[0].Subscriber); diff != "" {
		t.Errorf("frozen subscriber (-want +got):\n%s", diff)
	}
}

func TestPublish_Refusals(t *testing.T) {
	s := mustOpen(t)
	if _, err := s.Publish(t.Context(), Publication{Slug: "nobody", Mail: sampleMail("x")}); !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("an issue to nobody: %v", err)
	}
	mustReaders(t, s, 1)
	mustPublish(t, s, "once")
	if _, err := s.Publish(t.Context(), Publication{Slug: "once", Mail: sampleMail("x")}); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("the same slug again: %v", err)
	}
	slot := time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
	if _, err := s.Publish(t.Context(), Publication{Slug: "slot", Mail: sampleMail("x"), Slot: slot}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(t.Context(), Publication{Slug: "other", Mail: sampleMail("x"), Slot: slot}); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("the same slot again: %v", err)
	}
	if _, err := s.FindIssue(t.Context(), "harbor", "other"); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("a refused issue left something behind: %v", err)
	}
}

// step is one thing that happens to a delivery.
type step func(*testing.T, *Store, int64, newsletter.Delivery) newsletter.Delivery

func claim(t *testing.T, s *Store, epoch int64, d newsletter.Delivery) newsletter.Delivery {
	t.Helper()
	if err := s.Claim(t.Context(), d, epoch, nil); err != nil {
		t.Fatal(err)
	}
	d.State = newsletter.Attempting
	return d
}

func record(state newsletter.DeliveryState) step {
	return func(t *testing.T, s *Store, epoch int64, d newsletter.Delivery) newsletter.Delivery {
		t.Helper()
		o := newsletter.Outcome{State: state}
		if state == newsletter.Deferred {
			o.DueAt = time.Now().Add(-time.Second) // due again at once
		}
		if err := s.Record(t.Context(), d, epoch, o, newsletter.Receipt{Code: 250, Text: "said"}); err != nil {
			t.Fatal(err)
		}
		d.State = state
		d.Attempt++
		return d
	}
}

// However a delivery moves, the equation closes (rule R15).
func TestRecord_EveryMoveKeepsTheEquation(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []step
		want  newsletter.Tally
		state newsletter.IssueState
	}{
		{"sent", []step{claim, record(newsletter.Sent)}, newsletter.Tally{Audience: 1, Sent: 1}, newsletter.IssueSent},
		{"failed after the dot", []step{claim, record(newsletter.Failed)}, newsletter.Tally{Audience: 1, Failed: 1}, newsletter.IssueSent},
		{"refused before the dot", []step{record(newsletter.Failed)}, newsletter.Tally{Audience: 1, Failed: 1}, newsletter.IssueSent},
		{"unknown", []step{claim, record(newsletter.Unknown)}, newsletter.Tally{Audience: 1, Unknown: 1}, newsletter.IssueSent},
		{"claimed", []step{claim}, newsletter.Tally{Audience: 1, Attempting: 1}, newsletter.IssueSending},
		{"deferred", []step{claim, record(newsletter.Deferred)}, newsletter.Tally{Audience: 1, Deferred: 1}, newsletter.IssueSending},
		{
			"deferred before the dot, then sent",
			[]step{record(newsletter.Deferred), claim, record(newsletter.Sent)},
			newsletter.Tally{Audience: 1, Sent: 1},
			newsletter.IssueSent,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mustOpen(t)
			mustReaders(t, s, 1)
			epoch := mustBegin(t, s)
			_, due := mustPublish(t, s, "frost")
			d := due[0]
			for _, step := range c.steps {
				d = step(t, s, epoch, d)
			}
			checkTally(t, s, "frost", c.want)
			if i := mustFind(t, s, "frost"); i.State != c.state || i.FinishedAt.IsZero() == (c.state == newsletter.IssueSent) {
				t.Errorf("issue is %s, finished %v; want %s", i.State, i.FinishedAt, c.state)
			}
		})
	}
}

func TestClaim_OnlyOneWins(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	claim(t, s, epoch, due[0])
	if err := s.Claim(t.Context(), due[0], epoch, nil); !errors.Is(err, ErrNotClaimed) {
		t.Errorf("claimed twice: %v", err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 1, Attempting: 1})
}

// An unsubscribe wins over a send that is running (rule R13).
func TestClaim_UnsubscribeWins(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 3)
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	waiting, flying := due[0], claim(t, s, epoch, due[1])
	for _, id := range ids[:2] {
		if _, err := s.Unsubscribe(t.Context(), "harbor", id, newsletter.Proof{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Claim(t.Context(), waiting, epoch, nil); !errors.Is(err, ErrNotClaimed) {
		t.Errorf("claimed after the unsubscribe: %v", err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 3, Skipped: 1, Attempting: 1, Queued: 1})
	// The relay had the second one already, and says: not now. There is no later.
	record(newsletter.Deferred)(t, s, epoch, flying)
	checkTally(t, s, "frost", newsletter.Tally{Audience: 3, Skipped: 2, Queued: 1})
}

// A process that wakes up after another took over can change nothing (R10).
func TestEpoch_FencesOldProcesses(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 3)
	old := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	flying := claim(t, s, old, due[0])
	if _, unknown := mustBeginWith(t, s, mustLock(t)); unknown != 1 {
		t.Fatalf("%d unknown, want 1", unknown)
	}
	if err := s.Claim(t.Context(), due[1], old, nil); !errors.Is(err, ErrNotClaimed) {
		t.Errorf("an old process claimed: %v", err)
	}
	for _, d := range []newsletter.Delivery{flying, due[2]} {
		err := s.Record(t.Context(), d, old, newsletter.Outcome{State: newsletter.Sent}, newsletter.Receipt{Code: 250})
		if !errors.Is(err, ErrNotClaimed) {
			t.Errorf("an old process recorded %s: %v", d.State, err)
		}
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 3, Unknown: 1, Queued: 2})
}

func TestDue_PagesInOrder(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 10)
	i, _ := mustPublish(t, s, "frost")
	var (
		got    []int64
		cursor Cursor
	)
	for {
		due, next, err := s.Due(t.Context(), i.ID, time.Now(), cursor, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(due) == 0 {
			break
		}
		for _, d := range due {
			got = append(got, d.Subscriber.ID)
		}
		cursor = next
	}
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	if due, _, err := s.Due(t.Context(), i.ID, time.Now().Add(-time.Hour), Cursor{}, 3); err != nil || len(due) != 0 {
		t.Errorf("an hour ago %d were due, %v", len(due), err)
	}
}

// A slot belongs to whoever took it first (rule R12).
func TestSlot_RunsOnce(t *testing.T) {
	s := mustOpen(t)
	slot := time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
	seen := slot.Add(-time.Hour)
	if until, err := s.Clock(t.Context(), "harbor", seen); err != nil || !until.Equal(seen) {
		t.Fatalf("first clock: %v, %v", until, err)
	}
	if err := s.CloseSlot(t.Context(), "harbor", slot, SlotEmpty, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseSlot(t.Context(), "harbor", slot, SlotEmpty, ""); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("closed twice: %v", err)
	}
	if until, err := s.Clock(t.Context(), "harbor", slot.Add(time.Hour)); err != nil || !until.Equal(slot) {
		t.Errorf("clock is at %v, %v; want the slot", until, err)
	}
	slots, err := s.Slots(t.Context(), "harbor", 5)
	if err != nil || len(slots) != 1 || slots[0].Outcome != SlotEmpty || !slots[0].At.Equal(slot) {
		t.Errorf("slots: %+v, %v", slots, err)
	}
}
