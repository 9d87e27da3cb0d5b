package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// tuesday is a slot, and what tests of queues call now.
var tuesday = time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)

// mustAnnounce has an issue of a newsletter stand ready for a slot.
func mustAnnounce(t *testing.T, s *Store, newsletterID, slug string, slot time.Time) {
	t.Helper()
	err := s.ChangeQueue(t.Context(), newsletterID, func(q []newsletter.QueueEntry) ([]newsletter.QueueEntry, error) {
		return append(q, newsletter.QueueEntry{Newsletter: newsletterID, Slug: slug, State: newsletter.QueueWaiting}), nil
	})
	if err == nil {
		err = s.Announce(t.Context(), newsletterID, slug, slot, slot, slot.Add(time.Minute))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// outcomes is what became of a newsletter's slots, the newest first.
func outcomes(t *testing.T, s *Store, newsletterID string) string {
	t.Helper()
	slots, err := s.Slots(t.Context(), newsletterID, 10)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, slot := range slots {
		all = append(all, string(slot.Outcome))
	}
	return strings.Join(all, " ")
}

// stands is where an issue stands that is alone in its queue.
func stands(t *testing.T, s *Store, newsletterID string) newsletter.QueueEntry {
	t.Helper()
	queue, err := s.Queue(t.Context(), newsletterID)
	if err != nil || len(queue) != 1 {
		t.Fatalf("queue %+v, %v", queue, err)
	}
	return queue[0]
}

// A pause stops what is about to go out of its own newsletter, and nothing else.
func TestPauseQueue_onlyItsOwn(t *testing.T) {
	s := mustOpen(t)
	mustAnnounce(t, s, "harbor", "a", tuesday)
	mustAnnounce(t, s, "tides", "b", tuesday)
	if err := s.PauseQueue(t.Context(), newsletter.Pause{Newsletter: "harbor", From: tuesday.Add(time.Hour)}, tuesday); err != nil {
		t.Fatal(err)
	}
	if q := stands(t, s, "harbor"); q.State != newsletter.QueueSending {
		t.Errorf("before the pause begins, the issue is %s", q.State)
	}
	if err := s.PauseQueue(t.Context(), newsletter.Pause{Newsletter: "harbor", From: tuesday}, tuesday); err != nil {
		t.Fatal(err)
	}
	if q := stands(t, s, "harbor"); q.State != newsletter.QueueWaiting || !q.SlotAt.IsZero() || !q.GoesAt.IsZero() {
		t.Errorf("paused, it stands as %+v", q)
	}
	if q := stands(t, s, "tides"); q.State != newsletter.QueueSending {
		t.Errorf("the other newsletter's is %s", q.State)
	}
	if a, b := outcomes(t, s, "harbor"), outcomes(t, s, "tides"); a != "paused" || b != "undo" {
		t.Errorf("slots are %q, and the other newsletter's %q", a, b)
	}
}

// A pause changes one that holds when it begins; what is over stays as it was, and
// what is to come stays planned.
func TestPauseQueue_again(t *testing.T) {
	s := mustOpen(t)
	hours := func(from, until int, why string) newsletter.Pause {
		p := newsletter.Pause{Newsletter: "harbor", From: tuesday.Add(time.Duration(from) * time.Hour), Reason: why}
		if until > 0 {
			p.Until = tuesday.Add(time.Duration(until) * time.Hour)
		}
		return p
	}
	for _, p := range []newsletter.Pause{
		hours(0, 1, "over"), hours(100, 110, "planned"), hours(10, 0, "first word"), hours(20, 30, "last word"),
	} {
		if err := s.PauseQueue(t.Context(), p, p.From); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Pauses(t.Context(), "harbor", time.Time{})
	want := []newsletter.Pause{hours(0, 1, "over"), hours(10, 30, "last word"), hours(100, 110, "planned")}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("pauses (-want +got): %v\n%s", err, diff)
	}
}

// What is held for a person to look at has lost its slot, and no slot that passed
// until then is caught up.
func TestHoldQueues(t *testing.T) {
	s := mustOpen(t)
	if _, err := s.Clock(t.Context(), "harbor", tuesday); err != nil {
		t.Fatal(err)
	}
	mustAnnounce(t, s, "harbor", "a", tuesday)
	if held, err := s.HoldQueues(t.Context(), "restored"); err != nil || held != 1 {
		t.Fatalf("held %d, %v", held, err)
	}
	if q := stands(t, s, "harbor"); q.State != newsletter.QueueHeld || q.Reason != "restored" || !q.SlotAt.IsZero() || !q.GoesAt.IsZero() {
		t.Errorf("it stands as %+v", q)
	}
	if until, err := s.Clock(t.Context(), "harbor", time.Time{}); err != nil || time.Since(until) > time.Minute {
		t.Errorf("slots are accounted for up to %s, %v; want now", until, err)
	}
	if err := s.Announce(t.Context(), "harbor", "a", tuesday.Add(time.Hour), tuesday, tuesday); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("a held issue is announced: %v", err)
	}
}

// Of the slots that a clock which was ahead dealt with, those stay used for which
// something went out, or is about to.
func TestRewind(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	hour := func(n int) time.Time { return tuesday.Add(time.Duration(n) * time.Hour) }
	for _, name := range []string{"harbor", "tides"} {
		if _, err := s.Clock(t.Context(), name, tuesday); err != nil {
			t.Fatal(err)
		}
		for n, outcome := range []SlotOutcome{SlotEmpty, SlotLate, SlotPaused} {
			if err := s.CloseSlot(t.Context(), name, hour(n), outcome, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	mustAnnounce(t, s, "harbor", "a", hour(3))
	if _, err := s.Publish(t.Context(), Publication{Slug: "a", Mail: sampleMail("a"), Slot: hour(3), Taken: true, From: newsletter.QueueSending}); err != nil {
		t.Fatal(err)
	}
	mustAnnounce(t, s, "harbor", "b", hour(4))
	if err := s.Rewind(t.Context(), "harbor", hour(1)); err != nil {
		t.Fatal(err)
	}
	if a, b := outcomes(t, s, "harbor"), outcomes(t, s, "tides"); a != "undo sent late empty" || b != "paused late empty" {
		t.Errorf("left are %q, and of the other newsletter %q", a, b)
	}
	for after, want := range map[int][]time.Time{0: {hour(3), hour(4)}, 3: {hour(4)}, 4: nil} {
		if got, err := s.UsedSlots(t.Context(), "harbor", hour(after)); err != nil || !cmp.Equal(want, got) {
			t.Errorf("used after hour %d: %v, %v; want %v", after, got, err, want)
		}
	}
	if until, err := s.Clock(t.Context(), "harbor", time.Time{}); err != nil || !until.Equal(hour(1)) {
		t.Errorf("the clock is at %s, %v", until, err)
	}
}
