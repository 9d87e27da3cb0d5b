package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"tidings/internal/newsletter"
)

// graves suppresses readers whose address is dead, as a relay says, at once. It
// believes that of deadMost readers of a domain in a row: providers had hours in
// which they knew none of their own users. What it said of those who went before
// is taken back then, and nothing more of the domain is believed until somebody
// there got a mail again. Before a first mail was taken nothing is believed, since
// a relay that is set up wrong may know nobody at all.
//
// It is kept in memory: a reader forgotten in a crash fails again with the next
// issue.
type graves struct {
	mu     sync.Mutex
	taken  bool               // a mail was taken, ever
	byRuns map[string][]grave // dead addresses since a mail to their domain was taken
}

const (
	deadMost    = 3     // in a row, of one domain
	deadDomains = 10000 // that are remembered
)

// grave is a reader whose address is said to be dead.
type grave struct {
	delivery newsletter.Delivery
	source   string
	fresh    bool // suppressed by us
}

// bury notes what an answer says of a reader's address, and suppresses whom that
// shows to be dead.
func (w *Worker) bury(ctx context.Context, d newsletter.Delivery, r newsletter.Receipt) {
	domain := domainOf(d.Subscriber.Email)
	g := &w.graves
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case r.Code/100 == 2:
		if !g.taken {
			g.taken = true
			w.buryEarly(ctx)
		}
		delete(g.byRuns, domain)
	case r.AddressDead():
		run := g.byRuns[domain]
		if len(run) > deadMost || run == nil && len(g.byRuns) >= deadDomains {
			return
		}
		// No words of the relay: they may tell of the reader, and what is left of them
		// after an erasure must not.
		source := strings.TrimSpace(fmt.Sprintf("relay %s: %d %s", r.Relay, r.Code, r.Enhanced))
		run = append(run, grave{delivery: d, source: source})
		g.byRuns[domain] = run
		if len(run) > deadMost {
			w.raise(ctx, run)
		} else if g.taken {
			w.suppress(ctx, &run[len(run)-1])
		}
	}
}

// buryEarly suppresses those of whom it was said before anything could be believed.
func (w *Worker) buryEarly(ctx context.Context) {
	for _, run := range w.graves.byRuns {
		for i := range run {
			if len(run) <= deadMost {
				w.suppress(ctx, &run[i])
			}
		}
	}
}

// suppress keeps the suppression of one reader.
func (w *Worker) suppress(ctx context.Context, g *grave) {
	var err error
	if g.fresh, err = w.config.Store.SuppressDead(ctx, g.delivery, g.source); err != nil {
		w.config.Log.Error("suppress a reader whose address is dead; the next issue tries again", slog.Any("error", err))
	} else if g.fresh {
		w.config.Log.Info("address is dead: its reader is suppressed", slog.Int64("issue", g.delivery.IssueID), slog.Int64("subscriber", g.delivery.Subscriber.ID))
	}
}

// raise takes back what was believed of a domain.
func (w *Worker) raise(ctx context.Context, run []grave) {
	w.config.Log.Warn("a provider knows none of several readers in a row: none of them is suppressed for it",
		slog.Int("readers", len(run)), slog.String("domain", domainOf(run[0].delivery.Subscriber.Email)))
	for _, g := range run {
		if !g.fresh {
			continue
		}
		if err := w.config.Store.ReleaseDead(ctx, g.delivery, g.source); err != nil {
			w.config.Log.Error("take a suppression back", slog.Int64("subscriber", g.delivery.Subscriber.ID), slog.Any("error", err))
		}
	}
}
