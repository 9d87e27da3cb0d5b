package delivery

import (
	"strings"
	"time"
)

// lane holds the jobs for the readers of one domain, so that a provider who is
// slow or refuses holds up nobody else.
type lane struct {
	domain   string
	jobs     []job // in the order in which they fell due
	inFlight int
	pacer    pacer
	brake    brake
	passed   bool // jobs were passed over, since it was full
	seeking  bool // they are being looked for
	used     time.Time

	at    time.Time // when its next job may go; orders the heap
	turn  uint64    // orders lanes of the same time
	index int       // in the heap; -1: not in it
}

// paced says whether jobs may have to wait in the lane.
func (l *lane) paced() bool {
	return l.pacer.interval > 0 || l.brake.slow > 0 || l.brake.stopped()
}

// mayGo is when the next job may go; ok is false while a probe is under way.
func (l *lane) mayGo(now time.Time) (at time.Time, ok bool) {
	if l.brake.stopped() {
		return later(now, l.brake.until), !l.brake.probing
	}
	if l.paced() {
		return later(now, l.pacer.next), true
	}
	return now, true
}

// pop takes the next job.
func (l *lane) pop(now time.Time) job {
	j := l.jobs[0]
	l.jobs[0] = job{}
	if l.jobs = l.jobs[1:]; len(l.jobs) == 0 {
		l.jobs = nil
	}
	l.inFlight++
	l.used = now
	l.pacer.spend(now, l.brake.slow)
	l.brake.take()
	return j
}

// idle says whether the lane can be forgotten without harm.
func (l *lane) idle() bool { return len(l.jobs) == 0 && l.inFlight == 0 }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// domainOf is the domain of an address, in lower case.
func domainOf(email string) string {
	return strings.ToLower(email[strings.LastIndexByte(email, '@')+1:])
}

// laneHeap orders lanes with jobs by when they may go, for container/heap.
type laneHeap []*lane

func (h laneHeap) Len() int { return len(h) }

func (h laneHeap) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].turn < h[j].turn
}

func (h laneHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push adds a lane, for container/heap.
func (h *laneHeap) Push(x any) {
	l := x.(*lane) //nolint:errcheck,forcetypeassert // only lanes are pushed
	l.index = len(*h)
	*h = append(*h, l)
}

// Pop removes the last lane, for container/heap.
func (h *laneHeap) Pop() any {
	old := *h
	l := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	l.index = -1
	return l
}
