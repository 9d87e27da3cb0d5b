package newsletter

import (
	"testing"
	"time"
)

func TestHealth_TimeLeft(t *testing.T) {
	for _, c := range []struct {
		rate  float64
		open  Tally
		later int
		want  time.Duration
	}{
		{10, Tally{Queued: 500, Deferred: 80, Attempting: 20, Sent: 1000}, 0, time.Minute},
		{0, Tally{Queued: 500}, 0, 0},
		{10, Tally{Sent: 500}, 0, 0},
		{10, Tally{Queued: 600}, 500, 10 * time.Second},
		{10, Tally{Queued: 500}, 500, 0},
	} {
		if got := (Health{PerSecond: c.rate}).TimeLeft(c.open, c.later); got != c.want {
			t.Errorf("%v a second, %+v: %v left, want %v", c.rate, c.open, got, c.want)
		}
	}
}

// What a process wrote that is gone says nothing of now.
func TestHealth_Fresh(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	h := Health{At: at, PerSecond: 5, HeldUp: []HeldUp{{What: "relay a"}}}
	if got := h.Fresh(at.Add(30 * time.Second)); got.PerSecond != 5 || len(got.HeldUp) != 1 {
		t.Errorf("after half a minute: %+v, want it as it was", got)
	}
	if got := h.Fresh(at.Add(2 * time.Minute)); got.PerSecond != 0 || len(got.HeldUp) != 0 {
		t.Errorf("after two minutes: %+v, want nothing", got)
	}
}
