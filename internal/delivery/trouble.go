package delivery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"tidings/internal/newsletter"
)

// trouble holds the connections of a relay back while it cannot be spoken to,
// or all of them while the disk cannot be worked with. It doubles its wait each time,
// and says once what is wrong and once that it is over.
type trouble struct {
	mu    sync.Mutex
	count int // in a row
	until time.Time
	why   string
}

const (
	firstWait = time.Second
	longWait  = time.Minute
)

// add notes that something went wrong that is no reader's fault.
func (t *trouble) add(log *slog.Logger, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if now.Before(t.until) {
		return // connections that fail together count once
	}
	t.count++
	wait := min(firstWait<<min(t.count-1, 10), longWait)
	wait = jitter(wait)
	t.until, t.why = now.Add(wait), inWords(err)
	log.Warn("cannot send now; nothing is lost", slog.String("error", t.why), slog.Duration("again_in", wait.Round(time.Millisecond)))
}

// inWords is an error with what can be done about it.
func inWords(err error) string {
	if h, ok := errors.AsType[*newsletter.Hinted](err); ok {
		return err.Error() + " (" + h.Hint + ")"
	}
	return err.Error()
}

// clear notes that a relay answered.
func (t *trouble) clear(log *slog.Logger) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count > 0 {
		log.Info("sending again")
		t.count = 0
	}
}

// now says what is wrong at the moment, if anything, and until when we wait.
func (t *trouble) now() (why string, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count == 0 {
		return "", time.Time{}
	}
	return t.why, t.until
}

// wait returns when it makes sense to try.
func (t *trouble) wait(ctx context.Context) {
	for {
		t.mu.Lock()
		left := time.Until(t.until)
		t.mu.Unlock()
		if left <= 0 {
			return
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}
