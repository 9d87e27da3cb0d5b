package delivery

import (
	"cmp"
	"slices"
	"time"
)

// Route is a relay as the worker sees it. The routes of the lowest Order that
// work share the mail by their weights; those of the next one take over while
// none of them works.
type Route struct {
	Name        string        // for people
	Connect     func() Sender // a connection of its own for each of Connections
	Connections int           // how many; at least 1
	Order       int           // lower goes first
	Weight      int           // share among those of the same order; at least 1
	PerSecond   float64       // messages a second over all connections; 0: as fast as it takes them
	Daily       int           // messages in any 24 hours; 0: no limit
}

// route is a Route at work. The pool's lock guards it.
type route struct {
	Route

	pacer    pacer
	brake    brake
	trouble  trouble
	lost     int       // messages in a row whose answer was lost after the dot
	refuser  string    // domain whose refusal counted last
	heard    time.Time // when it was given a message, or answered, last
	answered time.Time // when it answered last
	inFlight int       // messages handed to its connections
	single   time.Time // until then its connections take no job ahead
	share    float64   // messages taken so far, by weight
	waiting  []*waiter // connections without work, the one that waits shortest last
	left     int       // reserved of Daily and not sent yet
	spent    bool      // nothing of Daily is left for now
	refill   chan struct{}
}

func newRoutes(configs []Route) []*route {
	routes := make([]*route, len(configs))
	for i, c := range configs {
		c.Connections, c.Weight = max(c.Connections, 1), max(c.Weight, 1)
		routes[i] = &route{Route: c, pacer: newPacer(c.PerSecond), refill: make(chan struct{}, 1)}
	}
	slices.SortStableFunc(routes, func(a, b *route) int { return cmp.Compare(a.Order, b.Order) })
	return routes
}

// works says whether the route takes its part of the mail, if perhaps not now.
func (r *route) works() bool {
	return r.trouble.count == 0 && !r.brake.stopped() && (!r.spent || !r.empty())
}

// empty says whether nothing is reserved of the route's day at this moment.
func (r *route) empty() bool { return r.Daily > 0 && r.left <= 0 }

// probes says whether one message may go to find out if it works again.
func (r *route) probes() bool { return !r.works() && r.inFlight == 0 }

// mayGo is when the route may take its next message.
func (r *route) mayGo() time.Time {
	return later(later(r.pacer.next, r.trouble.until), r.brake.until)
}

// take hands a job to the connection that waited shortest of those that are open,
// else of the others: so those that are not needed come to rest, and none is opened
// in vain while the relay, or this machine, has no room for more.
func (r *route) take(now time.Time, j job) {
	next := len(r.waiting) - 1
	for i := next; i >= 0; i-- {
		if r.waiting[i].open {
			next = i
			break
		}
	}
	w := r.waiting[next]
	r.waiting = slices.Delete(r.waiting, next, next+1)
	r.inFlight++
	r.heard = now
	r.share += 1 / float64(r.Weight)
	r.pacer.spend(now, r.brake.slow)
	r.brake.take()
	if r.Daily > 0 {
		r.left--
		r.wantMore()
	}
	w.got <- j
}

// singleFor is how long the connections of a route take no job ahead after an answer
// came late or never with an envelope behind its dot.
const singleFor = 5 * time.Minute

// untake takes back that a job was handed out, as far as that can be: its turn is
// gone.
func (r *route) untake() {
	r.share -= 1 / float64(r.Weight)
	r.brake.released()
	if r.Daily > 0 {
		r.left++
	}
}

// wantMore asks for more of Daily.
func (r *route) wantMore() {
	if r.left > r.chunk()/2 {
		return
	}
	select {
	case r.refill <- struct{}{}:
	default:
	}
}

// chunk is how much of Daily is reserved at a time. A crash wastes at most that
// much and a half of it.
func (r *route) chunk() int { return min(max(r.Daily/100, 1), 100) }

// pick finds the route that may take a message now. If none may, it says when
// one will; the zero time means only after something has happened.
func pick(routes []*route, now time.Time) (*route, time.Time) {
	var wake time.Time
	soonest := func(at time.Time) {
		if wake.IsZero() || at.Before(wake) {
			wake = at
		}
	}
	for len(routes) > 0 {
		tier := routes[:tierEnd(routes)]
		routes = routes[len(tier):]
		var best *route
		working := false
		for _, r := range tier {
			working = working || r.works()
			if len(r.waiting) == 0 || r.empty() || !r.works() && !r.probes() {
				continue
			}
			if until, over := r.overShare(tier, now); r.works() && over {
				soonest(until)
				continue
			}
			if at := r.mayGo(); at.After(now) {
				soonest(at)
				continue
			}
			if best == nil || !r.works() || r.share < best.share {
				best = r
			}
		}
		if best != nil {
			return best, time.Time{}
		}
		if working {
			break // the next order rests
		}
	}
	return nil, wake
}

// tierEnd is how many routes have the order of the first.
func tierEnd(routes []*route) int {
	n := slices.IndexFunc(routes, func(r *route) bool { return r.Order != routes[0].Order })
	if n < 0 {
		return len(routes)
	}
	return n
}

// patience is how long others wait for a route whose turn it is by its weight,
// while all of its connections are silent.
const patience = 5 * time.Second

// overShare says whether the route has had more than its share, by more than its
// connections have under way, while another could take the next message; and
// until when the other is waited for.
func (r *route) overShare(tier []*route, now time.Time) (until time.Time, over bool) {
	slack := float64(r.Connections) / float64(r.Weight)
	for _, other := range tier {
		if other == r || !other.works() || other.empty() || other.mayGo().After(now) || r.share <= other.share+slack {
			continue
		}
		if until = other.heard.Add(patience); until.After(now) {
			return until, true
		}
	}
	return until, false
}

// catchUp brings the share of a route that works again to that of the others:
// what it has missed is not made up for.
func (r *route) catchUp(routes []*route) {
	for _, other := range routes {
		if other.Order == r.Order && other.works() {
			r.share = max(r.share, other.share)
		}
	}
}
