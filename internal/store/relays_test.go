package store

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// A relay's day is kept across restarts, and each message counts for 24 hours.
func TestReserve(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tidings.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 22, 9, 59, 0, 0, time.UTC)
	reserve := func(relay string, n int, after time.Duration, want int) {
		t.Helper()
		got, err := s.TakeQuota(t.Context(), relay, 100, n, start.Add(after))
		if err != nil || got != want {
			t.Errorf("%s after %v: got %d, %v; want %d", relay, after, got, err, want)
		}
	}
	reserve("a", 60, 0, 60)
	reserve("a", 60, time.Hour, 40)
	reserve("a", 60, 2*time.Hour, 0)
	reserve("b", 60, 2*time.Hour, 60)
	if err := s.ReturnQuota(t.Context(), "a", 5, start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	reserve("a", 60, 24*time.Hour, 5)
	reserve("a", 90, 25*time.Hour, 60) // the first 60 are out of the window
}

func TestHealth(t *testing.T) {
	s := mustOpen(t)
	none, err := s.Health(t.Context())
	if diff := cmp.Diff(newsletter.Health{}, none); err != nil || diff != "" {
		t.Errorf("at first: %v (-want +got):\n%s", err, diff)
	}
	want := newsletter.Health{
		At: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), PerSecond: 12.5,
		HeldUp: []newsletter.HeldUp{{What: "relay primary", Why: "connection refused"}},
	}
	epoch := mustBegin(t, s)
	for _, step := range []struct {
		epoch int64
		rate  float64
	}{{epoch, 12.5}, {epoch - 1, 99}} { // the second comes from a process whose time is over
		h := want
		h.PerSecond = step.rate
		if err := s.SetHealth(t.Context(), step.epoch, h); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Health(t.Context())
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("health: %v (-want +got):\n%s", err, diff)
	}
}
