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

// braking refuses messages one after the other, as time goes on.
type braking struct{ now time.Time }

func (s *braking) refuse(b *brake, n int, tooFast bool) {
	for range n {
		s.now = s.now.Add(slowAgain)
		b.refused(s.now, tooFast, "450 slow down")
	}
}

func TestBrake(t *testing.T) {
	s := braking{time.Unix(1_000_000, 0)}
	t.Run("a few refusals of readers do nothing", func(t *testing.T) {
		var b brake
		for range 50 {
			s.refuse(&b, 1, false)
			b.ok()
		}
		if b.slow != 0 || b.stopped() {
			t.Errorf("%+v, want no brake", b)
		}
	})
	t.Run("a storm of them slows down a little, and never stops", func(t *testing.T) {
		var b brake
		s.refuse(&b, 100, false)
		if b.slow == 0 || b.slow > slowStorm || b.stopped() {
			t.Errorf("slow %v, stopped %v", b.slow, b.stopped())
		}
	})
	t.Run("hang-ups slow down where nothing is in between", func(t *testing.T) {
		var b brake
		for range slowHangs {
			b.hungUp(s.now, "closed")
			b.hungUp(s.now, "closed")
			b.ok()
			b.hungUp(s.now, "closed")
			b.hungUp(s.now, "closed")
			s.refuse(&b, 1, false)
		}
		if b.slow != 0 {
			t.Errorf("slow %v", b.slow)
		}
		for range slowHangs {
			b.hungUp(s.now, "closed")
		}
		if b.slow == 0 || b.stopped() {
			t.Errorf("slow %v, stopped %v; want it slow", b.slow, b.stopped())
		}
	})
	t.Run("what was in flight together counts once", func(t *testing.T) {
		var b brake
		for range 5 {
			b.refused(s.now, true, "450 slow down")
		}
		if b.slow != slowFirst || slowFirst > 100*time.Millisecond {
			t.Errorf("slow %v", b.slow)
		}
	})
	t.Run("what is to be remembered", func(t *testing.T) {
		for _, b := range []brake{{slow: 1}, {recent: 1}, {hangUps: 1}, {until: s.now}} {
			if b.clean() {
				t.Errorf("%+v is forgotten", b)
			}
		}
	})
}

func TestBrake_stops(t *testing.T) {
	s := braking{time.Unix(1_000_000, 0)}
	t.Run("too fast slows down, then stops, longer each time", func(t *testing.T) {
		var b brake
		s.refuse(&b, stopAfter-1, true)
		if b.stopped() || b.slow != slowMost {
			t.Errorf("slow %v, stopped %v; want the slowest and not stopped", b.slow, b.stopped())
		}
		s.refuse(&b, 1, true)
		for wait, n := stopFirst, 0; n < 70; n++ { // days
			if got := b.until.Sub(s.now); got < wait || got > wait*5/4 {
				t.Fatalf("stopped for %v, want %v and a jitter", got, wait)
			}
			s.refuse(&b, stopAfter, true) // they were in flight: no longer stop
			s.now = b.until
			b.take()
			s.refuse(&b, 1, true)
			wait = min(2*wait, stopMost)
		}
		b.take()
		for range 30 {
			b.ok()
		}
		if !b.clean() {
			t.Errorf("%+v, want all forgotten after messages went well", b)
		}
	})
	t.Run("a message that is taken makes up for what was before", func(t *testing.T) {
		var b brake
		for range 3 {
			if s.refuse(&b, stopAfter-1, true); b.stopped() {
				t.Fatal("refusals that are not in a row stop it")
			}
			b.ok()
		}
		if b.slow != slowMost*3/4 {
			t.Errorf("slow %v, want it a step faster", b.slow)
		}
		for range 2 {
			s.refuse(&b, stopAfter, true)
			if got := b.until.Sub(s.now); got > stopFirst*5/4 {
				t.Errorf("stopped for %v, want %v", got, stopFirst)
			}
			b.take()
			b.ok()
		}
		if s.refuse(&b, 1, true); b.stopped() {
			t.Error("one refusal stops it")
		}
	})
	t.Run("a probe that says nothing lets another go", func(t *testing.T) {
		var b brake
		s.refuse(&b, stopAfter, true)
		for name, end := range map[string]func(){
			"ended by us": b.released, "its reader is refused": func() { s.refuse(&b, 1, false) }, "the line breaks": func() { b.hungUp(s.now, "closed") },
		} {
			b.take()
			if !b.probing {
				t.Error("not a probe")
			}
			if end(); b.probing || !b.stopped() {
				t.Errorf("%s: %+v, want stopped and ready for another probe", name, b)
			}
		}
	})
}
