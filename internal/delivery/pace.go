package delivery

import (
	"math/rand/v2"
	"time"
)

// pacer spaces messages evenly, so that a rate is also kept over short windows:
// providers dislike bursts. The zero pacer does not limit.
type pacer struct {
	interval time.Duration
	next     time.Time
}

func newPacer(perSecond float64) pacer {
	if perSecond <= 0 {
		return pacer{}
	}
	return pacer{interval: time.Duration(float64(time.Second) / perSecond)}
}

// spend takes the present turn. slow is a longer interval that holds for now.
// A turn that came up to one interval late is made up for, no more.
func (p *pacer) spend(now time.Time, slow time.Duration) {
	interval := max(p.interval, slow)
	if late := now.Add(-interval); p.next.Before(late) {
		p.next = late
	}
	p.next = p.next.Add(interval)
}

// brake slows down what refuses for now, and stops it for a while when that
// does not help. Then one message goes as a probe, and its answer opens the way
// again or keeps it shut for longer. The zero brake is off.
type brake struct {
	slow     time.Duration // between two messages
	slowedAt time.Time     // last, so that messages in flight together count once
	strikes  int           // refusals for being too fast, in a row
	hangUps  int           // connections in a row that ended without an answer
	stops    int           // in a row
	until    time.Time     // no message before that; zero: not stopped
	probing  bool          // the one message is under way
	recent   uint32        // the last answers, newest in the lowest bit: 1 is a refusal
	seen     int           // how many of them there are
	why      string        // the last refusal
}

const (
	slowFirst = 50 * time.Millisecond
	slowMost  = 5 * time.Second       // for who says that we are too fast
	slowStorm = 20 * time.Millisecond // for who refuses for other reasons, such as greylisting
	slowAgain = time.Second           // the least time between two steps down
	slowHangs = 3                     // hang-ups
	stopAfter = 10                    // strikes
	stopFirst = 30 * time.Second
	stopMost  = 30 * time.Minute
	stormSeen = 20 // a storm is when, of that many answers,
	stormMost = 15 // that many are refusals
)

// ok notes a message that was taken: back to full speed, step by step.
func (b *brake) ok() {
	b.strikes, b.hangUps, b.stops, b.probing, b.until = 0, 0, 0, false, time.Time{}
	b.answered(0)
	if b.slow = b.slow * 3 / 4; b.slow < slowStorm/2 {
		b.slow = 0
	}
}

// refused notes a refusal for now, and says whether that stops us. tooFast says
// that it was for our speed.
func (b *brake) refused(now time.Time, tooFast bool, why string) (stopped bool) {
	b.answered(1)
	b.hangUps, b.why = 0, why
	if b.stopped() && !b.probing {
		return false // it was in flight when we stopped
	}
	if !tooFast && !b.storm() {
		b.probing = false
		return false
	}
	most := slowStorm
	if tooFast {
		most = slowMost
		b.strikes++
	}
	b.slowDown(now, most)
	if b.strikes < stopAfter && !b.probing {
		return false
	}
	b.stop(now)
	return true
}

// hungUp notes that a connection ended where an answer was due. That may be the
// relay's trouble, so it slows us down, after some in a row, and never stops us.
func (b *brake) hungUp(now time.Time, why string) {
	b.probing = false
	if b.hangUps++; b.hangUps >= slowHangs {
		b.why = why
		b.slowDown(now, slowMost)
	}
}

// slowDown doubles the time between two messages, now and then, up to most.
func (b *brake) slowDown(now time.Time, most time.Duration) {
	if now.Sub(b.slowedAt) >= slowAgain {
		b.slow = max(min(max(b.slow*2, slowFirst), most), b.slow)
		b.slowedAt = now
	}
}

// stop shuts the way, for twice as long as the last time.
func (b *brake) stop(now time.Time) {
	wait := min(stopFirst<<min(b.stops, 10), stopMost)
	b.until = now.Add(jitter(wait))
	b.stops++
	b.strikes, b.hangUps, b.probing = 0, 0, false
}

// released notes that a message ended without a verdict: if it was the probe,
// another may go.
func (b *brake) released() { b.probing = false }

// take is called for each message that goes.
func (b *brake) take() { b.probing = b.stopped() }

func (b *brake) stopped() bool { return !b.until.IsZero() }

// clean says whether there is nothing to remember.
func (b *brake) clean() bool { return b.slow == 0 && b.recent == 0 && b.hangUps == 0 && !b.stopped() }

func (b *brake) answered(bit uint32) {
	b.recent = (b.recent<<1 | bit) & (1<<stormSeen - 1)
	b.seen = min(b.seen+1, stormSeen)
}

// storm says whether a good part of the last answers are refusals.
func (b *brake) storm() bool {
	refused := 0
	for r := b.recent; r != 0; r &= r - 1 {
		refused++
	}
	return b.seen == stormSeen && refused >= stormMost
}

// jitter makes a wait up to a quarter longer, so that what stopped together
// does not start together.
func jitter(d time.Duration) time.Duration {
	return d + time.Duration(rand.Float64()*float64(d)/4) //nolint:gosec // spreads load, hides nothing
}
