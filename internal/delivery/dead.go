package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"tidings/internal/newsletter"
)

// deadAddresses are the readers whose address is dead, as a relay says. They are
// suppressed at once, but of deadMost readers of a domain in a row at most:
// providers had hours in which they knew none of their own users. What was said of
// those who went before is taken back then, and nothing more of the domain is
// believed until somebody there got a mail again. Before a first mail was taken
// nothing is believed, since a relay that is set up wrong may know nobody at all.
//
// It is kept in memory: a reader forgotten in a crash fails again with the next
// issue.
type deadAddresses struct {
	mu    sync.Mutex
	taken bool                     // a mail was taken, ever
	runs  map[string][]deadAddress // by domain, since a mail to it was taken
}

const (
	deadMost    = 3     // in a row, of one domain
	deadDomains = 10000 // that are remembered
)

// deadAddress is a reader whose address is said to be dead.
type deadAddress struct {
	delivery newsletter.Delivery
	source   string
	fresh    bool // suppressed by us
}

// noteAddress notes what an answer says of a reader's address, and suppresses them
// where it is dead.
func (w *Worker) noteAddress(ctx context.Context, d newsletter.Delivery, r newsletter.Receipt) {
	domain := domainOf(d.Subscriber.Email)
	dead := &w.dead
	dead.mu.Lock()
	defer dead.mu.Unlock()
	switch {
	case r.Code/100 == 2:
		if !dead.taken {
			dead.taken = true
			w.suppressEarly(ctx)
		}
		delete(dead.runs, domain)
	case r.AddressDead():
		run := dead.runs[domain]
		if len(run) > deadMost || run == nil && len(dead.runs) >= deadDomains {
			return
		}
		at := slices.IndexFunc(run, func(a deadAddress) bool { return a.delivery.Subscriber.ID == d.Subscriber.ID })
		if at < 0 { // else it is the same reader, by another issue
			// No words of the relay: they may tell of the reader, and what is left of them
			// after an erasure must not.
			source := strings.TrimSpace(fmt.Sprintf("relay %s: %d %s", r.Relay, r.Code, r.Enhanced))
			at, run = len(run), append(run, deadAddress{delivery: d, source: source})
			dead.runs[domain] = run
		}
		switch {
		case len(run) > deadMost:
			w.takeBack(ctx, run)
		case dead.taken && !run[at].fresh:
			w.suppress(ctx, &run[at])
		}
	}
}

// suppressEarly suppresses those of whom it was said before anything could be believed.
func (w *Worker) suppressEarly(ctx context.Context) {
	for _, run := range w.dead.runs {
		for i := range run {
			if len(run) <= deadMost {
				w.suppress(ctx, &run[i])
			}
		}
	}
}

// suppress keeps the suppression of one reader.
func (w *Worker) suppress(ctx context.Context, a *deadAddress) {
	var err error
	if a.fresh, err = w.config.Store.SuppressDead(ctx, a.delivery, a.source); err != nil {
		w.config.Log.Error("suppress a reader whose address is dead; the next issue tries again", slog.Any("error", err))
	} else if a.fresh {
		w.config.Log.Info("address is dead: its reader is suppressed", slog.Int64("issue", a.delivery.IssueID), slog.Int64("subscriber", a.delivery.Subscriber.ID))
	}
}

// takeBack takes back what was believed of a domain.
func (w *Worker) takeBack(ctx context.Context, run []deadAddress) {
	w.config.Log.Warn("a provider knows none of several readers in a row: none of them is suppressed for it",
		slog.Int("readers", len(run)), slog.String("domain", domainOf(run[0].delivery.Subscriber.Email)))
	for _, a := range run {
		if !a.fresh {
			continue
		}
		if err := w.config.Store.ReleaseDead(ctx, a.delivery, a.source); err != nil {
			w.config.Log.Error("take a suppression back", slog.Int64("subscriber", a.delivery.Subscriber.ID), slog.Any("error", err))
		}
	}
}
