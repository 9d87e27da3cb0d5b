package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// mustQueue puts issues of harbor into its queue.
func mustQueue(t *testing.T, s *Store, slugs ...string) {
	t.Helper()
	err := s.ChangeQueue(t.Context(), "harbor", func(q []newsletter.QueueEntry) ([]newsletter.QueueEntry, error) {
		for _, slug := range slugs {
			q = append(q, newsletter.QueueEntry{Newsletter: "harbor", Slug: slug, State: newsletter.QueueWaiting})
		}
		return q, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// order is the slugs of the queue of harbor with their states.
func order(t *testing.T, s *Store) []string {
	t.Helper()
	queue, err := s.Queue(t.Context(), "harbor")
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, q := range queue {
		all = append(all, q.Slug+" "+string(q.State))
	}
	return all
}

func TestChangeQueue(t *testing.T) {
	s := mustOpen(t)
	mustQueue(t, s, "a", "b", "c")
	before, err := s.Queue(t.Context(), "harbor")
	if err != nil {
		t.Fatal(err)
	}
	err = s.ChangeQueue(t.Context(), "harbor", func(q []newsletter.QueueEntry) ([]newsletter.QueueEntry, error) {
		if diff := cmp.Diff(before, q); diff != "" {
			t.Errorf("given (-want +got):\n%s", diff)
		}
		c := q[2]
		c.Place = 0
		return []newsletter.QueueEntry{c, q[0]}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"c waiting", "a waiting"}, order(t, s)); diff != "" {
		t.Errorf("queue (-want +got):\n%s", diff)
	}
	refused := errors.New("refused")
	err = s.ChangeQueue(t.Context(), "harbor", func([]newsletter.QueueEntry) ([]newsletter.QueueEntry, error) { return nil, refused })
	if !errors.Is(err, refused) || len(order(t, s)) != 2 {
		t.Errorf("a change that was refused: %v, %v", err, order(t, s))
	}
}

// Whoever holds an issue a moment before it is frozen wins.
func TestPublish_HeldMeanwhile(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	mustQueue(t, s, "a")
	slot := time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
	if err := s.Announce(t.Context(), "harbor", "a", slot, slot, slot.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := s.Announce(t.Context(), "harbor", "a", slot, slot, slot); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("a slot was taken twice: %v", err)
	}
	if held, err := s.HoldQueues(t.Context(), "restored"); err != nil || held != 1 {
		t.Fatalf("held %d, %v", held, err)
	}
	p := Publication{Slug: "a", Mail: sampleMail("a"), Slot: slot, Taken: true, From: newsletter.QueueSending}
	if _, err := s.Publish(t.Context(), p); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("a held issue went out: %v", err)
	}
	slots, err := s.Slots(t.Context(), "harbor", 10)
	if err != nil || len(slots) != 1 || slots[0].Outcome != SlotHeld {
		t.Errorf("slots %+v, %v", slots, err)
	}
}

// Each newsletter has its own pauses: neither a pause nor its end touches another's.
func TestResumeQueue_onlyItsOwn(t *testing.T) {
	s := mustOpen(t)
	now := time.Now()
	for _, p := range []newsletter.Pause{
		{Newsletter: "harbor", From: now},
		{Newsletter: "tides", From: now, Until: now.Add(time.Minute)},
		{Newsletter: "tides", From: now.Add(time.Hour)},
	} {
		if err := s.PauseQueue(t.Context(), p, now); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.ResumeQueue(t.Context(), "harbor", now); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"harbor": 0, "tides": 2} {
		if left, err := s.Pauses(t.Context(), name, now); err != nil || len(left) != want {
			t.Errorf("pauses of %s are %+v, %v, want %d", name, left, err, want)
		}
	}
}

func TestNote_RepeatsShareOne(t *testing.T) {
	s := mustOpen(t)
	for i, want := range []bool{true, false, false} {
		news, err := s.Note(t.Context(), "harbor", "relay", "The relay takes nothing")
		if err != nil || news != want {
			t.Errorf("note %d is news: %t, %v", i, news, err)
		}
	}
	notes, last, err := s.Untold(t.Context(), "harbor", time.Time{})
	if err != nil || len(notes) != 1 || notes[0].Times != 3 || !last.IsZero() {
		t.Fatalf("notes %+v, last told %v, %v", notes, last, err)
	}
	notice := sampleMail("notice")
	notice.Kind = newsletter.KindNotice
	if err := s.TellStaff(t.Context(), notes, notice, []string{"ida@example.org"}); err != nil {
		t.Fatal(err)
	}
	if notes, last, err = s.Untold(t.Context(), "harbor", time.Time{}); err != nil || len(notes) != 0 || last.IsZero() {
		t.Errorf("after they were told: %+v, %v, %v", notes, last, err)
	}
}
