package delivery

import "time"

// waiter is a connection that waits for work. Its route writes into got once for
// each time that it waits.
type waiter struct {
	got  chan job
	idle *time.Timer
	open bool // a message can go at once
}

func newWaiter() *waiter {
	return &waiter{got: make(chan job, 1), idle: time.NewTimer(0)}
}

// take returns the next job for a connection of a route. ok is false when the
// pool is closed; rest is true when there was no work for that long: the
// connection closes politely and asks again. One that is not open waits for as long
// as it takes: idle is 0.
func (p *pool) take(r *route, w *waiter, idle time.Duration) (j job, rest, ok bool) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return job{}, false, false
	}
	w.open = idle > 0
	r.waiting = append(r.waiting, w)
	p.match()
	p.mu.Unlock()
	select {
	case j, ok = <-w.got: // nearly always
		return j, false, ok
	default:
	}
	var timeout <-chan time.Time
	if idle > 0 {
		w.idle.Reset(idle)
		defer w.idle.Stop()
		timeout = w.idle.C
	}
	select {
	case j, ok = <-w.got:
		return j, false, ok
	case <-timeout:
	}
	p.mu.Lock()
	left := r.leave(w)
	p.mu.Unlock()
	if left {
		return job{}, true, true
	}
	j, ok = <-w.got // it came in the last moment
	return j, false, ok
}

// another returns the next job for a connection that is not done with the one at
// hand, if one may go now, and its envelope behind that one's dot.
func (p *pool) another(r *route, w *waiter) (job, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || time.Now().Before(r.single) || len(p.heap) == 0 || !p.heap[0].jobs[0].quiet() {
		return job{}, false
	}
	w.open = true
	r.waiting = append(r.waiting, w)
	p.match()
	if r.leave(w) {
		return job{}, false
	}
	return <-w.got, true
}

// leave takes a connection out of those that wait; false if it got work.
func (r *route) leave(w *waiter) bool {
	for i, other := range r.waiting {
		if other == w {
			r.waiting = append(r.waiting[:i], r.waiting[i+1:]...)
			return true
		}
	}
	return false
}
