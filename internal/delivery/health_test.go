package delivery

import (
	"testing"
	"time"
)

// The rate is that of the seconds since sending began, ten at most: one that just
// began is not taken for slow.
func TestRateMeter(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	var m rateMeter
	add := func(second, n int) {
		for range n {
			m.add(start.Add(time.Duration(second) * time.Second))
		}
	}
	for _, c := range []struct {
		second, add int
		want        float64
	}{
		{0, 20, 0}, // no whole second yet
		{1, 20, 20},
		{2, 20, 20},
		{3, 0, 20},
		{5, 0, 12},
		{12, 0, 2},
		{13, 0, 0},
		{60, 50, 0},
		{61, 0, 50}, // begins anew
	} {
		add(c.second, c.add)
		if got := m.perSecond(start.Add(time.Duration(c.second) * time.Second)); got != c.want {
			t.Errorf("after %d s: %v a second, want %v", c.second, got, c.want)
		}
	}
}
