package delivery

import (
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Which of two relays of one order takes the next message, or when to look again. Both
// have four connections, one of which is free, and have just been heard of.
func TestPick(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	in := now.Add
	busy := func(r *route) { r.waiting = nil }
	for name, c := range map[string]struct {
		change func(a, b *route)
		want   string
		wake   time.Time
	}{
		"who had less":                        {func(a, _ *route) { a.share = 1 }, "b", time.Time{}},
		"who is free":                         {func(_, b *route) { busy(b); b.share = -1 }, "a", time.Time{}},
		"who is not paced":                    {func(a, _ *route) { a.pacer.next = in(1) }, "b", time.Time{}},
		"both are paced":                      {func(a, b *route) { a.pacer.next, b.pacer.next = in(2), in(1) }, "", in(1)},
		"who is not stopped":                  {func(a, b *route) { a.brake.until, b.share = in(1), 1 }, "b", time.Time{}},
		"both are stopped":                    {func(a, b *route) { a.brake.until, b.brake.until = in(1), in(2) }, "", in(1)},
		"both are down":                       {func(a, b *route) { a.trouble = down(in(1)); b.trouble = down(in(2)) }, "", in(1)},
		"a probe, before all others":          {func(_, b *route) { b.trouble = down(now); b.share = 9 }, "b", time.Time{}},
		"a probe, and who comes after it":     {func(a, _ *route) { a.trouble = down(now); a.share = -9 }, "a", time.Time{}},
		"no second probe":                     {func(a, b *route) { b.trouble, b.inFlight = down(now), 1; busy(a) }, "", time.Time{}},
		"less than all connections ahead":     {func(a, b *route) { busy(b); a.share = 4 }, "a", time.Time{}},
		"more than that":                      {func(a, b *route) { busy(b); a.share = 4.1 }, "", in(patience)},
		"more than that, by weight":           {func(a, b *route) { busy(b); a.share, a.Weight = 2.1, 2 }, "", in(patience)},
		"the other is silent":                 {func(a, b *route) { busy(b); a.share, b.heard = 9, in(-patience) }, "a", time.Time{}},
		"the other is down":                   {func(a, b *route) { busy(b); a.share, b.trouble, b.inFlight = 9, down(now), 1 }, "a", time.Time{}},
		"the other waits for its rate":        {func(a, b *route) { busy(b); a.share, b.pacer.next = 9, in(1) }, "a", time.Time{}},
		"nothing of the other's day is there": {func(a, b *route) { a.share, b.Daily = 9, 100 }, "a", time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			routes := newRoutes([]Route{{Name: "a", Connections: 4}, {Name: "b", Connections: 4}})
			for _, r := range routes {
				r.heard, r.waiting = now, []*waiter{{}}
			}
			c.change(routes[0], routes[1])
			got := ""
			r, wake := pick(routes, now)
			if r != nil {
				got = r.Name
			}
			if got != c.want || !wake.Equal(c.wake) {
				t.Errorf("%q goes, look again at %v; want %q and %v", got, wake, c.want, c.wake)
			}
		})
	}
}

// down is the trouble of a relay that is tried again at a time.
func down(until time.Time) trouble { return trouble{count: 1, until: until} }

// A message goes by the connection that is open and waited shortest, so that none is
// opened in vain and those that are not needed come to rest.
func TestRoute_take(t *testing.T) {
	r := newRoutes([]Route{{Connections: 4}})[0]
	for _, open := range []bool{true, true, false, false} {
		w := newWaiter()
		w.open = open
		r.waiting = append(r.waiting, w)
	}
	all := slices.Clone(r.waiting)
	for _, next := range []int{1, 0, 3, 2} {
		r.take(time.Now(), job{})
		if len(all[next].got) != 1 {
			t.Fatalf("the connection %d has no job", next)
		}
		<-all[next].got
	}
}

// A relay that slows us down has one message in that time, and one that stopped us has
// a single one. What is taken back has cost it nothing but its turn.
func TestRoute_brake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoutes([]Route{{Connections: 2, Weight: 2, Daily: 100}})[0]
		r.left, r.brake.slow = 10, time.Minute
		take := func() {
			r.waiting = []*waiter{newWaiter()}
			r.take(time.Now(), job{})
		}
		take()
		take()
		if got := time.Until(r.mayGo()); got != time.Minute {
			t.Errorf("the next message goes after %v", got)
		}
		r.brake.stop(time.Now())
		share := r.share
		take()
		if !r.brake.probing {
			t.Error("a message to a relay that stopped is no probe")
		}
		r.untake()
		if r.brake.probing || r.share != share || r.left != 8 {
			t.Errorf("taken back: probing %v, share %v of %v, %d left of its day", r.brake.probing, r.share, share, r.left)
		}
	})
}

// What is reserved of a relay's day is never nothing, and never much.
func TestRoute_chunk(t *testing.T) {
	got := map[int]int{}
	for _, daily := range []int{1, 50, 1000, 1_000_000} {
		got[daily] = (&route{Route: Route{Daily: daily}}).chunk()
	}
	if diff := cmp.Diff(map[int]int{1: 1, 50: 1, 1000: 10, 1_000_000: 100}, got); diff != "" {
		t.Errorf("chunks (-want +got):\n%s", diff)
	}
}

// What is reserved of a relay's day is added to what is left of it; where there is
// nothing more, the day is spent until there is.
func TestPool_supply(t *testing.T) {
	p := newTestPool(1, nil)
	r, log := p.routes[0], slog.New(slog.DiscardHandler)
	r.Daily, r.left = 1000, 5
	for _, c := range []struct {
		got, left int
		spent     bool
	}{{10, 15, false}, {0, 15, true}, {1, 16, false}} {
		if p.supply(log, r, c.got); r.left != c.left || r.spent != c.spent {
			t.Errorf("with %d more %d are left, spent %v; want %d, %v", c.got, r.left, r.spent, c.left, c.spent)
		}
	}
}

// A relay that works again is not sent all that it missed.
func TestRoute_catchUp(t *testing.T) {
	routes := newRoutes([]Route{{}, {}, {}, {Order: 1}})
	for i, share := range []float64{2, 7, 20, 30} {
		routes[i].share = share
	}
	routes[2].trouble.count = 1
	if routes[0].catchUp(routes); routes[0].share != 7 {
		t.Errorf("share %v, want that of the one that works beside it", routes[0].share)
	}
	routes[1].share = 1
	if routes[0].catchUp(routes); routes[0].share != 7 {
		t.Errorf("share %v, want what it had", routes[0].share)
	}
}
