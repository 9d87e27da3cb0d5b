package delivery

import (
	"maps"
	"time"

	"tidings/internal/store"
)

// passes is where we are in the order of what is due, issue by issue.
//
// Reading goes on from where it stopped: what falls due later comes after it.
// What stays behind, because its domain was held up or its claim failed, is
// looked for again from the beginning: as soon as there is room for it, and
// else now and then.
type passes struct {
	cursors map[int64]store.Cursor
	ends    map[int64]store.Cursor // where a second look may stop
	since   time.Time              // of the last look at everything
}

// everything is how often all that is due is looked at, at least; each second
// where nothing was passed over, which costs nothing then.
const everything = 30 * time.Second

func newPasses() *passes {
	return &passes{cursors: map[int64]store.Cursor{}, ends: map[int64]store.Cursor{}}
}

// keep forgets the issues that are not open now: when they come back, after a
// pause or a resend, they are read from the beginning.
func (p *passes) keep(open []store.Issue) {
	still := make(map[int64]bool, len(open))
	for i := range open {
		still[open[i].ID] = true
	}
	closed := func(id int64, _ store.Cursor) bool { return !still[id] }
	maps.DeleteFunc(p.cursors, closed)
	maps.DeleteFunc(p.ends, closed)
}

// restart begins again where nothing was left to read, if that is of use.
func (p *passes) restart(now time.Time, pool *pool) {
	passed, room := pool.passedOver()
	all := !passed || now.Sub(p.since) >= everything
	if !all && !room {
		return
	}
	pool.seek()
	p.ends = map[int64]store.Cursor{}
	if all {
		p.since = now
	} else {
		maps.Copy(p.ends, p.cursors)
	}
	clear(p.cursors)
}

// skip jumps to where a second look may stop, once it has found enough.
func (p *passes) skip(pool *pool) {
	if len(p.ends) > 0 && !pool.seeking() {
		maps.Copy(p.cursors, p.ends)
		clear(p.ends)
	}
}
