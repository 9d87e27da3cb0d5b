package delivery

import (
	"context"
	"log/slog"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

const (
	page = 256 // due deliveries taken from an issue in its turn, at most
	turn = 8   // and at least
)

// dispatch hands out what is due until ctx ends. The open issues take turns, a
// page each, so that a confirmation never waits behind a million readers.
func (w *Worker) dispatch(ctx context.Context) {
	open := map[int64]store.Issue{}
	passes := newPasses()
	for ctx.Err() == nil {
		n, err := w.round(ctx, open, passes)
		if err != nil && ctx.Err() == nil {
			w.config.Log.Error("find due deliveries", slog.Any("error", err))
		}
		if n == 0 {
			w.idle(ctx)
			passes.restart(time.Now(), w.pool)
		}
	}
}

// round gives each open issue its turn and returns how many deliveries were
// read.
func (w *Worker) round(ctx context.Context, open map[int64]store.Issue, passes *passes) (int, error) {
	issues, err := w.config.Store.OpenIssues(ctx)
	if err != nil {
		return 0, err
	}
	w.reportFinished(ctx, open, issues)
	passes.keep(issues)
	passes.skip(w.pool)
	read := 0
	// A turn takes about a second: whoever is next waits no longer.
	limit := min(max(int(w.pool.perSecond()), turn), page)
	for _, issue := range issues {
		due, cursor, err := w.config.Store.Due(ctx, issue.ID, time.Now(), passes.cursors[issue.ID], limit)
		if err != nil {
			return read, err
		}
		passes.cursors[issue.ID] = cursor
		read += len(due)
		for _, d := range due {
			j := job{delivery: d, mail: issue.MailID, readers: issue.Audience, first: issue.Kind != newsletter.KindIssue}
			if w.launch(d) && !w.pool.put(ctx, j) {
				w.landed(d)
			}
		}
	}
	return read, nil
}

// idle waits until something may be due.
func (w *Worker) idle(ctx context.Context) {
	timer := time.NewTimer(w.config.Poll)
	defer timer.Stop()
	select {
	case <-w.wake:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// reportFinished logs the equation of each issue that has come to its end, and
// keeps in open what has not.
func (w *Worker) reportFinished(ctx context.Context, open map[int64]store.Issue, now []store.Issue) {
	still := map[int64]bool{}
	for _, i := range now {
		if _, seen := open[i.ID]; !seen && i.Kind == newsletter.KindIssue {
			open[i.ID] = i
			w.config.Log.Info("sending", slog.String("issue", i.Newsletter+"/"+i.Slug), slog.Int("audience", i.Audience))
		}
		still[i.ID] = true
	}
	for id, was := range open {
		if still[id] {
			continue
		}
		i, err := w.config.Store.FindIssue(ctx, was.Newsletter, was.Slug)
		if err != nil || i.State == newsletter.IssueSending || i.State == newsletter.IssueCancelled && i.Open() > 0 {
			continue // the last answers are not in yet, or not all is skipped
		}
		delete(open, id)
		w.guard.forget(id)
		said := "issue finished"
		if i.Open() > 0 {
			said = "issue stopped" // paused or held: it may go on
		}
		w.config.Log.Info(said, //nolint:sloglint // one of two words
			slog.String("issue", i.Newsletter+"/"+i.Slug), slog.String("state", string(i.State)),
			slog.Int("sent", i.Sent), slog.Int("failed", i.Failed), slog.Int("unknown", i.Unknown),
			slog.Int("skipped", i.Skipped), slog.Int("audience", i.Audience))
	}
}
