package delivery

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// record has an outcome written down and does not wait for that: the next claim
// of the same connection does (rule R4), and until then its message is already
// on its way. A disk that takes no writes is tried again as long as the process
// lives; if that ends first, the claim on the disk makes the delivery unknown.
func (w *Worker) record(ctx context.Context, l *line, d newsletter.Delivery, o newsletter.Outcome, r newsletter.Receipt) {
	l.last = w.config.Store.BeginRecord(d, w.config.Epoch, o, r, w.whenWritten(ctx, func() { w.landed(d) }))
}

// unclaim has a claim taken back whose dot was certainly not sent. The delivery
// stays under way: it goes back to the pool.
func (w *Worker) unclaim(ctx context.Context, l *line, before newsletter.Delivery) {
	l.last = w.config.Store.BeginUnclaim(before, w.config.Epoch, w.whenWritten(ctx, func() {}))
}

// whenWritten returns what a write is to call with its error: it tries again
// until that is nil, and then calls then.
func (w *Worker) whenWritten(ctx context.Context, then func()) func(*store.Writing, error) {
	w.records.Add(1)
	told := false
	return func(writing *store.Writing, err error) {
		if err == nil || errors.Is(err, store.ErrNotClaimed) {
			then()
			w.records.Done()
			return
		}
		if !told {
			told = true
			w.config.Log.Error("write receipt; trying again", slog.Any("error", err))
		}
		go w.recordAgain(ctx, writing)
	}
}

// recordEvery is how long a receipt waits for a disk that takes no writes.
const recordEvery = time.Second

func (w *Worker) recordAgain(ctx context.Context, writing *store.Writing) {
	select {
	case <-time.After(recordEvery):
		w.config.Store.RecordAgain(writing)
	case <-ctx.Done():
		w.records.Done()
	}
}
