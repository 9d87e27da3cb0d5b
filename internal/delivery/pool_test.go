package delivery

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tidings/internal/newsletter"
)

// mail is a job for a reader.
func mail(to string) job {
	return job{delivery: newsletter.Delivery{Subscriber: newsletter.Subscriber{Email: to}}}
}

// mustPut puts jobs into a pool that has room for them.
func mustPut(t *testing.T, p *pool, to ...string) {
	t.Helper()
	for _, to := range to {
		if !p.put(t.Context(), mail(to)) {
			t.Fatalf("%s is passed over", to)
		}
	}
}

// goes is who gets the next message that may go now over a connection of a route that
// is free; "" if none may.
func goes(p *pool, r *route) string {
	w := newWaiter()
	p.mu.Lock()
	defer p.mu.Unlock()
	r.waiting = append(r.waiting, w)
	p.match()
	if r.leave(w) {
		return ""
	}
	j := <-w.got
	return j.delivery.Subscriber.Email
}

// wantGo wants messages to go to these readers now, in this order, and to nobody after.
func wantGo(t *testing.T, p *pool, want ...string) {
	t.Helper()
	for _, want := range append(slices.Clone(want), "") {
		if got := goes(p, p.routes[0]); got != want {
			t.Errorf("%q goes, want %q", got, want)
		}
	}
}

func newTestPool(connections int, rates map[string]float64) *pool {
	return newPool([]Route{{Connections: connections}}, rates, func() {})
}

// The domains take turns, whose readers come in their order; somebody who waits comes
// before the others of their domain.
func TestPool_turns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool(8, nil)
		mustPut(t, p, "1@a", "2@a", "1@b", "1@c")
		wantGo(t, p, "1@a", "1@b", "1@c", "2@a")
		first := mail("first@a")
		first.first = true
		mustPut(t, p, "1@a")
		if !p.put(t.Context(), first) {
			t.Fatal("somebody who waits is passed over")
		}
		wantGo(t, p, "first@a", "1@a")
	})
}

// What waits in memory is bounded: two jobs for each connection, and so many of each
// domain that is slowed down. Whoever waits for their mail is taken all the same.
func TestPool_full(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool(1, map[string]float64{"slow": 1})
		mustPut(t, p, "1@a", "2@b")
		ctx, stop := context.WithCancel(t.Context())
		done := false
		go func() { done = !p.put(ctx, mail("3@c")) }()
		if synctest.Wait(); done {
			t.Error("a third job for one connection does not wait")
		}
		first := mail("first@slow")
		first.first = true
		for i := range laneMost {
			mustPut(t, p, fmt.Sprintf("%d@slow", i))
		}
		if p.put(t.Context(), mail("more@slow")) {
			t.Error("a lane takes more than fit in it")
		}
		if !p.put(t.Context(), first) || p.lanes["slow"].jobs[0].delivery.Subscriber.Email != "first@slow" {
			t.Error("somebody who waits does not come first")
		}
		if want := laneMost + 1; p.held != want {
			t.Errorf("%d jobs are held, want %d", p.held, want)
		}
		stop()
		if synctest.Wait(); !done {
			t.Error("the end does not end the wait for room")
		}
	})
}

// Of the jobs that all slow domains may have together each has a few.
func TestPool_fullOfMany(t *testing.T) {
	p := newTestPool(1, nil)
	p.held = heldMost
	for jobs, full := range map[int]bool{0: false, laneLeast - 1: false, laneLeast: true} {
		if got := p.full(&lane{jobs: make([]job, jobs)}); got != full {
			t.Errorf("a lane of %d among many is full: %v", jobs, got)
		}
	}
}

// The domains that are remembered are bounded, and one that has work is not forgotten.
func TestPool_forget(t *testing.T) {
	p := newTestPool(1, nil)
	busy := func(i int) bool { return i%2 == 0 }
	name := func(i int) string { return fmt.Sprintf("d%d.example", i) }
	for i := range lanesMost {
		switch l := p.lane(name(i)); {
		case !busy(i):
			l.used = time.Now()
		case i%4 == 0:
			l.jobs = []job{mail("reader@" + l.domain)}
		default:
			l.inFlight = 1
		}
	}
	for i := range 100 {
		p.lane(fmt.Sprintf("more%d.example", i))
	}
	if n := len(p.lanes); n > lanesMost {
		t.Errorf("%d domains are remembered", n)
	}
	for i := range lanesMost {
		if busy(i) && p.lanes[name(i)] == nil {
			t.Fatalf("%s was forgotten at work", name(i))
		}
	}
}

// A domain that stops is passed, and one that is well again before its time is not
// waited for.
func TestPool_stop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool(8, nil)
		mustPut(t, p, "1@a", "1@b", "2@a")
		a := p.lanes["a"]
		a.brake.stop(time.Now())
		p.place(a)
		wantGo(t, p, "1@b")
		a.brake.ok()
		p.place(a)
		wantGo(t, p, "1@a", "2@a")
		if a.idle() {
			t.Error("a domain with messages under way is idle")
		}
	})
}

// One message finds out whether a domain that stopped takes mail again.
func TestPool_probe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPool(8, nil)
		a := p.lane("a")
		a.brake.stop(time.Now())
		mustPut(t, p, "1@a", "2@a")
		wantGo(t, p)
		time.Sleep(time.Until(a.brake.until))
		wantGo(t, p, "1@a")
	})
}

func TestDomainOf(t *testing.T) {
	for email, want := range map[string]string{"ada@Example.ORG": "example.org", `"at@home"@example.org`: "example.org"} {
		if got := domainOf(email); got != want {
			t.Errorf("the domain of %s is %s", email, got)
		}
	}
}
