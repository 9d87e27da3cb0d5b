package signup

import (
	"sync"
	"time"
)

// mostCounted bounds the memory of counts, to a few MiB.
const mostCounted = 20_000

// counts counts what happens to each of many, in two windows of time: what is in
// the older one still counts. It begins anew with the program.
type counts[K comparable] struct {
	mu         sync.Mutex
	most       int
	window     time.Duration
	since      time.Time
	now, older map[K]int
}

func newCounts[K comparable](most int, window time.Duration) *counts[K] {
	return &counts[K]{most: most, window: window, now: map[K]int{}}
}

// allow says whether it may happen to key once more, and counts it.
func (c *counts[K]) allow(key K, at time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if passed := at.Sub(c.since); passed >= c.window || len(c.now) >= mostCounted {
		c.older, c.now, c.since = c.now, map[K]int{}, at
		if passed >= 2*c.window {
			c.older = nil
		}
	}
	if c.now[key]+c.older[key] >= c.most {
		return false
	}
	c.now[key]++
	return true
}
