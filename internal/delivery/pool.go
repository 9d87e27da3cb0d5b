package delivery

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// How much is kept in memory. What does not fit stays in the database, where
// it is due, and is found again.
const (
	laneMost  = 128   // jobs of a domain that is slowed down
	laneLeast = 2     // jobs that each of them may have, however many there are
	heldMost  = 4096  // jobs of all such domains, beside those
	lanesMost = 10000 // domains whose behavior is remembered
	perWorker = 2     // jobs that wait for each connection
)

// pool brings jobs and connections together: a job goes as soon as its domain
// may be sent to and a route has a connection for it. Nothing else is waited
// for.
type pool struct {
	rates  map[string]float64 // messages a second, by domain
	routes []*route           // in their order
	hungry func()             // called when jobs that were passed over may be looked for

	mu     sync.Mutex
	lanes  map[string]*lane
	heap   laneHeap // those with jobs that may go, one day
	turns  uint64
	ready  int           // jobs in lanes that are not paced
	held   int           // jobs in lanes that are
	most   int           // for ready
	room   chan struct{} // closed when ready falls below most; nil: nobody waits
	timer  *time.Timer
	closed bool
	taken  rateMeter
}

func newPool(routes []Route, rates map[string]float64, hungry func()) *pool {
	p := &pool{rates: rates, routes: newRoutes(routes), hungry: hungry, lanes: map[string]*lane{}}
	for _, r := range p.routes {
		p.most += perWorker * r.Connections
	}
	return p
}

// put adds a job. It waits while enough jobs wait for a connection, but never
// for a domain that is slowed down: where such a lane is full, the job is passed
// over, and put returns false, as it does when ctx ends.
func (p *pool) put(ctx context.Context, j job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		l := p.lane(domainOf(j.delivery.Subscriber.Email))
		if l.paced() && !j.first && p.full(l) {
			l.passed, l.seeking = true, false
			return false
		}
		if ctx.Err() != nil || p.closed {
			return false
		}
		if l.paced() || j.first || p.ready < p.most {
			p.enter(l, j, j.first)
			p.match()
			return true
		}
		p.wait(ctx)
	}
}

// full says whether a paced lane takes no more jobs.
func (p *pool) full(l *lane) bool {
	return len(l.jobs) >= laneMost || p.held >= heldMost && len(l.jobs) >= laneLeast
}

// wait lets go of the lock until there is room, or ctx ends.
func (p *pool) wait(ctx context.Context) {
	if p.room == nil {
		p.room = make(chan struct{})
	}
	room := p.room
	p.mu.Unlock()
	select {
	case <-room:
	case <-ctx.Done():
	}
	p.mu.Lock()
}

// lane returns the lane of a domain, and forgets an old one where there are too
// many.
func (p *pool) lane(domain string) *lane {
	if l, ok := p.lanes[domain]; ok {
		return l
	}
	if len(p.lanes) >= lanesMost {
		p.forget()
	}
	l := &lane{domain: domain, index: -1, pacer: newPacer(p.rates[domain])}
	p.lanes[domain] = l
	return l
}

// forget drops the idle lane that was used the longest time ago, of some.
func (p *pool) forget() {
	const some = 64
	var oldest *lane
	seen := 0
	for _, l := range p.lanes { // in no order
		if l.idle() && (oldest == nil || l.used.Before(oldest.used)) {
			oldest = l
		}
		if seen++; seen >= some {
			break
		}
	}
	if oldest != nil {
		delete(p.lanes, oldest.domain)
	}
}

// enter puts a job into its lane, at the front or at the end.
func (p *pool) enter(l *lane, j job, front bool) {
	p.count(l, -1)
	if front {
		l.jobs = append([]job{j}, l.jobs...)
	} else {
		l.jobs = append(l.jobs, j)
	}
	p.count(l, 1)
	p.place(l)
}

// count adds a lane's jobs to the sums, or takes them out. Around every change
// of a lane, it is taken out before and added after.
func (p *pool) count(l *lane, sign int) {
	if l.paced() {
		p.held += sign * len(l.jobs)
	} else {
		p.ready += sign * len(l.jobs)
	}
	if p.room != nil && p.ready < p.most {
		close(p.room)
		p.room = nil
	}
}

// place puts a lane where it belongs in the heap.
func (p *pool) place(l *lane) {
	now := time.Now()
	at, ok := l.mayGo(now)
	if len(l.jobs) == 0 || !ok { // match took it out of the heap
		return
	}
	switch {
	case l.index < 0:
		p.turns++
		l.at, l.turn = at, p.turns
		heap.Push(&p.heap, l)
	case at.After(now) || at.Before(l.at): // else it keeps its turn
		l.at = at
		heap.Fix(&p.heap, l.index)
	}
}

// match hands out jobs as long as one may go, and sees to it that it runs again
// when the next one may.
func (p *pool) match() {
	now := time.Now()
	for len(p.heap) > 0 && !p.closed {
		l := p.heap[0]
		if l.at.After(now) {
			p.again(l.at.Sub(now))
			return
		}
		r, wake := pick(p.routes, now)
		if r == nil {
			if !wake.IsZero() {
				p.again(wake.Sub(now))
			}
			return
		}
		p.count(l, -1)
		j := l.pop(now)
		p.count(l, 1)
		heap.Remove(&p.heap, l.index) // to the end of those that may go now
		p.place(l)
		p.lookForMore(l)
		r.take(now, j)
	}
}

// again runs match after a while.
func (p *pool) again(d time.Duration) {
	if p.timer != nil {
		p.timer.Stop()
	}
	p.timer = time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.match()
	})
}

// close ends the work: every connection that waits is told so, and jobs that
// were not handed out are dropped. Their rows are due as before.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.timer != nil {
		p.timer.Stop()
	}
	for _, r := range p.routes {
		for _, w := range r.waiting {
			close(w.got)
		}
		r.waiting = nil
	}
}
