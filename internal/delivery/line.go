package delivery

import (
	"context"
	"log/slog"
	"time"

	"tidings/internal/store"
)

// line is one connection of a route, and what it keeps from one message to the
// next.
type line struct {
	route  *route
	sender Sender
	waiter *waiter
	grace  *grace
	buf    []byte         // of the last message: one message at a time needs one
	last   *store.Writing // its receipt, which goes to the disk while the next message is streamed
	alone  int            // how often in a row it failed while others of its relay did not

	quick  bool // the last final dot was answered at once
	looked bool // a job was taken ahead
	ahead  ahead
}

// rest keeps a connection away for a while that its relay does not take, though
// it takes others.
func (l *line) rest(ctx context.Context) {
	timer := time.NewTimer(jitter(min(firstWait<<min(l.alone, 10), longWait)))
	defer timer.Stop()
	l.alone++
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// restAfter is how long a connection is kept open without work.
const restAfter = 30 * time.Second

// connection works off jobs, one at a time, over one connection of a route.
// Once stopping ends it takes none, and only what is past its claim is waited for.
func (w *Worker) connection(stopping, answers context.Context, r *route) {
	ctx, grace, release := newGrace(stopping, answers)
	defer release()
	l := &line{route: r, sender: r.Connect(), waiter: newWaiter(), grace: grace}
	defer l.sender.Close()
	for j, ok := w.next(stopping, l); ok; {
		f := w.deliver(ctx, answers, l, j)
		following, goOn := w.goOn(stopping, l, f)
		w.alarm(answers, j, f.receipt)
		w.noteAddress(answers, j.delivery, f.receipt)
		back, alone := w.pool.settle(w.config.Log, r, j, f)
		if !back && !f.recorded {
			w.landed(j.delivery)
		}
		if alone {
			w.config.Log.Debug("a connection rests; others of its relay work", slog.String("relay", r.Name), slog.Any("error", f.err))
			l.rest(stopping)
		} else if f.err == nil {
			l.alone = 0
		}
		if j = following; !goOn {
			j, ok = w.next(stopping, l)
		}
	}
}

// next waits for the next job of a connection, and closes the connection politely
// where there is none for long; false: there will be none any more.
func (w *Worker) next(ctx context.Context, l *line) (job, bool) {
	for {
		w.trouble.wait(ctx)
		idle := restAfter
		if !l.sender.Open() {
			idle = 0
		}
		j, rest, ok := w.pool.take(l.route, l.waiter, idle)
		if !rest {
			return j, ok
		}
		l.sender.Close() // the next message opens another
	}
}
