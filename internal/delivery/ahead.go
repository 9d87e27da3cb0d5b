package delivery

import (
	"context"
	"sync"
	"time"

	"tidings/internal/message"
)

// A connection takes its next job just before the final dot of the one at hand, and
// the envelope of that job goes to the relay together with the dot. So each message
// waits for one answer of the relay instead of two.
//
// This is for relays that answer at once. Where an answer takes longer the job is
// given back, so that it never waits for another reader's message. And it is for
// readers who were no trouble before: a relay may keep its answer to the dot until it
// is done with the recipient behind it.
const (
	quickAnswer = 250 * time.Millisecond // the last answer took less than this
	lateAnswer  = time.Second            // and the next one may take this
)

// ahead is the job that a connection has taken ahead.
type ahead struct {
	mu   sync.Mutex
	job  job
	held bool // it is still ours

	late *time.Timer // gives it back; the connection's alone
}

// quiet says that a job may wait for the one before it, and that nothing is known of
// it that could hold that one up.
func (j *job) quiet() bool {
	return !j.first && !j.shy && j.hungUp == 0 && j.delivery.Attempt == 0
}

// lookAhead takes the next job of a connection and returns its message; nil if
// there is none, or none that should wait for the answer to the one at hand.
func (w *Worker) lookAhead(ctx context.Context, l *line) *message.Message {
	if !l.quick {
		return nil
	}
	j, ok := w.pool.another(l.route, l.waiter)
	if !ok {
		return nil
	}
	// Where this fails, deliver meets it again and sees to it.
	j.message, _ = w.compose(ctx, l, j)
	l.looked = true
	a := &l.ahead
	a.mu.Lock()
	defer a.mu.Unlock()
	a.job, a.held = j, true
	return j.message
}

// expectAnswer gives back the job that was taken ahead, if one was, unless the answer
// to the dot that goes now comes soon.
func (w *Worker) expectAnswer(l *line) {
	if !l.looked {
		return
	}
	if l.ahead.late == nil {
		l.ahead.late = time.AfterFunc(lateAnswer, func() { w.handBack(l, true) })
		return
	}
	l.ahead.late.Reset(lateAnswer)
}

// goOn says whether a connection goes on with the job that it has taken ahead, now
// that the one before it has met its fate. If not, the job is given back, and the
// connection closed: the relay has an envelope already.
func (w *Worker) goOn(ctx context.Context, l *line, f fate) (j job, ok bool) {
	if !l.looked {
		return job{}, false
	}
	l.looked = false
	if l.ahead.late != nil {
		l.ahead.late.Stop()
	}
	if f.end == answered && !tooFast(f.receipt) && ctx.Err() == nil {
		if j, ok = l.ahead.take(); ok {
			return j, true
		}
	}
	w.handBack(l, f.end == lost)
	l.sender.Close()
	return job{}, false
}

// handBack returns the job that was taken ahead, if it still is, to those that wait.
// late says that the answer came late or never, though the dot and what stands behind
// it may have gone.
func (w *Worker) handBack(l *line, late bool) {
	j, ok := l.ahead.take()
	if !ok {
		return
	}
	if back, _ := w.pool.settle(w.config.Log, l.route, j, fate{end: unused, late: late}); !back {
		w.landed(j.delivery)
	}
}

func (a *ahead) take() (job, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	held := a.held
	a.held = false
	return a.job, held
}
