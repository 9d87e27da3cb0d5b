package delivery

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"tidings/internal/newsletter"
)

// How often a relay may hang up on the same message before that is taken for what
// it thinks of the message. One that hangs up now and then, on anybody, hardly ever
// comes to that.
const (
	hungUpMost  = 5
	hungUpAgain = 2 // where the message was put off before
)

// hungUp says whether the connection broke under a message whose sender the relay
// had taken already: it may do so again, whatever becomes of others.
func (f fate) hungUp() bool { return errors.Is(f.err, newsletter.ErrHungUp) }

// hungUpOn is the fate of a message on which the relay hung up before its dot. If
// that was once too often, its reader is tried again by the settings for retries,
// so that others have the connection meanwhile.
func (w *Worker) hungUpOn(ctx context.Context, l *line, j job, d newsletter.Delivery, err error) fate {
	f := fate{end: silent, err: err}
	most := hungUpMost
	if d.Attempt > 0 {
		most = hungUpAgain
	}
	if !f.hungUp() || j.hungUp+1 < most {
		return f
	}
	f.recorded = true
	w.config.Log.Warn("the relay hangs up on this delivery each time: it is tried again later",
		slog.Int64("issue", d.IssueID), slog.Any("error", err))
	spread := rand.Float64() //nolint:gosec // spreads load, hides nothing
	w.record(ctx, l, d, w.config.Retry.Later(j.delivery, time.Now(), spread), newsletter.Receipt{Text: err.Error()})
	return f
}
