package delivery

import (
	"testing"
	"time"
)

// A rate holds over any stretch of time, whenever messages come.
func TestPacer(t *testing.T) {
	p := newPacer(10)
	now := time.Unix(1_000_000, 0)
	var went []time.Time
	for _, pause := range []time.Duration{0, 5 * time.Second, 0} { // a rest in between is not made up for
		now = now.Add(pause)
		for range 30 {
			now = later(now, p.next)
			p.spend(now, 0)
			went = append(went, now)
		}
	}
	for i := range went {
		for j := i; j < len(went); j++ {
			if most := int(went[j].Sub(went[i])/(100*time.Millisecond)) + 2; j-i+1 > most {
				t.Fatalf("%d messages in %v, want at most %d", j-i+1, went[j].Sub(went[i]), most)
			}
		}
	}
	p = newPacer(0)
	p.spend(now, 0)
	if p.next.After(now) {
		t.Error("a pacer without a rate makes us wait")
	}
}

// What stopped together starts apart, and none of it too early.
func TestJitter(t *testing.T) {
	waits := map[time.Duration]bool{}
	for range 100 {
		wait := jitter(time.Minute)
		if waits[wait] = true; wait < time.Minute || wait > 75*time.Second {
			t.Fatalf("a minute became %v", wait)
		}
	}
	if len(waits) < 50 {
		t.Errorf("%d different waits of a hundred", len(waits))
	}
}

func TestBrake(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	refuse := func(b *brake, n int, tooFast bool) {
		for range n {
			now = now.Add(slowAgain)
			b.refused(now, tooFast, "450 slow down")
		}
	}
	t.Run("a few refusals of readers do nothing", func(t *testing.T) {
		var b brake
		for range 50 {
			refuse(&b, 1, false)
			b.ok()
		}
		if b.slow != 0 || b.stopped() {
			t.Errorf("%+v, want no brake", b)
		}
	})
	t.Run("a storm of them slows down a little, and never stops", func(t *testing.T) {
		var b brake
		refuse(&b, 100, false)
		if b.slow == 0 || b.slow > slowStorm || b.stopped() {
			t.Errorf("slow %v, stopped %v", b.slow, b.stopped())
		}
	})
	t.Run("too fast slows down, then stops, longer each time", func(t *testing.T) {
		var b brake
		refuse(&b, stopAfter-1, true)
		if b.stopped() || b.slow != slowMost {
			t.Errorf("slow %v, stopped %v; want the slowest and not stopped", b.slow, b.stopped())
		}
		refuse(&b, 1, true)
		for wait := stopFirst; wait < 4*stopMost; wait *= 2 {
			if got, least := b.until.Sub(now), min(wait, stopMost); got < least || got > least*5/4 {
				t.Fatalf("stopped for %v, want %v and a jitter", got, least)
			}
			refuse(&b, 1, true) // it was in flight: no longer stop
			now = b.until
			b.take()
			refuse(&b, 1, true)
		}
		b.take()
		for range 30 {
			b.ok()
		}
		if !b.clean() {
			t.Errorf("%+v, want all forgotten after messages went well", b)
		}
	})
	t.Run("what was in flight together counts once", func(t *testing.T) {
		var b brake
		for range 5 {
			b.refused(now, true, "450 slow down")
		}
		if b.slow != slowFirst || slowFirst > 100*time.Millisecond {
			t.Errorf("slow %v", b.slow)
		}
	})
	t.Run("a probe that says nothing lets another go", func(t *testing.T) {
		var b brake
		refuse(&b, stopAfter, true)
		b.take()
		if !b.probing {
			t.Error("not a probe")
		}
		b.released()
		if b.probing || !b.stopped() {
			t.Errorf("%+v, want stopped and ready for another probe", b)
		}
	})
}
