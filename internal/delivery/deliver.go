package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// errNotComposed says that a message cannot be made of this reader's data, or of
// this mail.
var errNotComposed = errors.New("cannot be composed")

// compose returns the message of a job, in the memory of its connection.
func (w *Worker) compose(ctx context.Context, l *line, j job) (*message.Message, error) {
	if j.message != nil {
		return j.message, nil
	}
	template, err := w.templates.find(ctx, j.mail)
	if err != nil {
		return nil, err
	}
	m, err := template.Append(l.buf[:0], j.delivery)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotComposed, err)
	}
	l.buf = m.Bytes
	return m, nil
}

// deliver takes one delivery to its outcome, or leaves it as it was when the
// relay could not be spoken to. It returns what that says of the relay.
// ctx is that of the connection's grace.
func (w *Worker) deliver(ctx, answers context.Context, l *line, j job) fate {
	l.grace.begin()
	d := j.delivery
	m, err := w.compose(ctx, l, j)
	switch {
	case errors.Is(err, errNotComposed): // it will not mend itself
		w.record(answers, l, d, newsletter.Outcome{State: newsletter.Failed}, newsletter.Receipt{Text: err.Error()})
		return fate{end: ours, recorded: true}
	case err != nil:
		w.trouble.add(w.config.Log, err)
		return fate{end: ours}
	}
	var claimError error
	claimed := time.Time{}
	receipt, err := l.sender.Send(ctx, m, func() error {
		if err := l.grace.claim(ctx); err != nil {
			return err
		}
		if claimError = w.config.Store.Claim(ctx, d, w.config.Epoch, l.last); claimError != nil {
			return claimError
		}
		d.State, claimed = newsletter.Attempting, time.Now()
		w.expectAnswer(l)
		return nil
	}, func() *message.Message { return w.lookAhead(ctx, l) })
	if !claimed.IsZero() {
		l.quick = err == nil && time.Since(claimed) < quickAnswer
	}
	switch {
	case err == nil && receipt.Command == "MAIL" && receipt.Code/100 == 4 && receipt.Class() == newsletter.ReplyRate:
		return fate{receipt: receipt} // no reader was named yet: another relay may take it
	case err == nil:
		w.trouble.clear(w.config.Log)
		spread := rand.Float64() //nolint:gosec // spreads load, hides nothing
		w.record(answers, l, d, w.config.Retry.Outcome(j.delivery, receipt, time.Now(), spread), receipt)
		return fate{receipt: receipt, recorded: true}
	case d.State == newsletter.Attempting && errors.Is(err, newsletter.ErrNoDot):
		if ctx.Err() != nil { // we broke the line ourselves
			w.unclaim(answers, l, j.delivery)
			return fate{end: ours}
		}
		f := w.hungUpOn(answers, l, j, d, err)
		if !f.recorded {
			w.unclaim(answers, l, j.delivery)
		}
		return f
	case d.State == newsletter.Attempting: // the dot may have gone
		w.config.Log.Warn("it is not known whether the relay took a message: the delivery is unknown", slog.Int64("issue", d.IssueID), slog.Any("error", err))
		w.record(answers, l, d, newsletter.Outcome{State: newsletter.Unknown}, newsletter.Receipt{Text: err.Error()})
		return fate{end: lost, err: err, recorded: true}
	case errors.Is(err, store.ErrNotClaimed): // they left, or it was paused: no dot was sent
	case ctx.Err() != nil: // stopped before its dot: it stays queued
	case claimError == nil && errors.Is(err, newsletter.ErrInvalid): // our bytes, which the relay never saw
		w.record(answers, l, d, newsletter.Outcome{State: newsletter.Failed}, newsletter.Receipt{Text: "cannot be sent: " + err.Error()})
		return fate{end: ours, recorded: true}
	case claimError != nil: // the disk, not the relay
		w.trouble.add(w.config.Log, err)
	default:
		return w.hungUpOn(answers, l, j, d, err)
	}
	return fate{end: ours}
}
