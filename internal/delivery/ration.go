package delivery

import (
	"context"
	"log/slog"
	"time"
)

// rationAgain is how long we wait for a disk that takes no writes.
const rationAgain = 10 * time.Second

// ration keeps a route with a daily limit supplied with what it may send, taken
// out of the database a little at a time.
func (w *Worker) ration(ctx context.Context, r *route) {
	defer w.giveBack(ctx, r)
	for {
		again := rationAgain
		got, err := w.config.Store.TakeQuota(ctx, r.Name, r.Daily, r.chunk(), time.Now())
		if err == nil {
			again = w.pool.supply(w.config.Log, r, got)
		} else if ctx.Err() == nil {
			w.config.Log.Error("read a relay's day", slog.String("relay", r.Name), slog.Any("error", err))
		}
		wait := time.NewTimer(again)
		select {
		case <-r.refill:
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return
		}
		wait.Stop()
	}
}

// supply adds to what a route may send, and returns how long to wait before
// asking again unasked.
func (p *pool) supply(log *slog.Logger, r *route, n int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	r.left += n
	if spent := n == 0; spent != r.spent {
		r.spent = spent
		if spent {
			log.Warn("a relay's daily limit is used up; nothing is lost",
				slog.String("relay", r.Name), slog.Int("limit", r.Daily), slog.Time("again_at", nextHour(now)))
		}
	}
	p.match()
	return nextHour(now).Sub(now)
}

// giveBack returns to the database what was reserved and not sent.
func (w *Worker) giveBack(ctx context.Context, r *route) {
	w.pool.mu.Lock()
	left := r.left
	r.left = 0
	w.pool.mu.Unlock()
	if err := w.config.Store.ReturnQuota(context.WithoutCancel(ctx), r.Name, left, time.Now()); err != nil {
		w.config.Log.Warn("keep a relay's day", slog.String("relay", r.Name), slog.Any("error", err))
	}
}

// nextHour is when an hour's messages drop out of the last 24 hours.
func nextHour(now time.Time) time.Time { return now.Truncate(time.Hour).Add(time.Hour) }
