package main

import (
	"context"
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/signup"
)

// How often the house is kept: soon after the start and while a round left
// something to do, and else now and then.
const (
	keepSoon  = 10 * time.Second
	keepEvery = time.Hour
)

// keepHouse reminds, forgets and clears by the rules of each newsletter until ctx
// ends.
func (d *desk) keepHouse(ctx context.Context) {
	for wait := keepSoon; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = keepEvery
		kept, err := d.keep(ctx)
		if err != nil && ctx.Err() == nil {
			d.log.Error("housekeeping; it is tried again within the hour", slog.Any("error", err))
		}
		if kept.More {
			wait = keepSoon
		}
	}
}

// keep does one round of housekeeping, and says what it did.
func (d *desk) keep(ctx context.Context) (signup.Kept, error) {
	kept, err := d.signup.Keep(ctx)
	if kept.Reminded > 0 {
		d.wakeWorker()
	}
	if kept != (signup.Kept{}) {
		d.log.Info("housekeeping", slog.Int("reminded", kept.Reminded), slog.Int("expired", kept.Expired),
			slog.Int("erased", kept.Erased), slog.Int("deliveries", kept.Deliveries), slog.Int("notices", kept.Notices), slog.Int("mailbox", kept.Mails))
	}
	return kept, err
}

func (a *app) subscribersTidyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "tidy",
		Short: "Remind, forget and clear by the rules of newsletter.toml",
		Long: "Do at once what serve does by itself every hour, by the rules in each newsletter.toml: remind\n" +
			"who has not confirmed (remind_after), forget sign-ups that nobody confirmed (unconfirmed_days),\n" +
			"erase who left long ago and clear old deliveries ([retention]). Mails to single people, such as\n" +
			"confirmations, are kept for 30 days. Mails to people who are forgotten or erased go from the\n" +
			"built-in mailbox too.",
		Example: "  tidings subscribers tidy",
		Args:    wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, stop := a.untilStopped(c.Context())
			defer stop()
			return a.withSite(ctx, func(ctx context.Context, d *desk) error {
				sum, err := d.tidy(ctx)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(sum)
				}
				return a.printKept(sum)
			})
		},
	}
}

func (a *app) printKept(k signup.Kept) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, line := range []struct {
		n    int
		what string
	}{
		{k.Reminded, "asked once more to confirm"},
		{k.Expired, "sign-ups forgotten that nobody confirmed"},
		{k.Erased, "erased who had left"},
		{k.Deliveries, "old deliveries without names and addresses now"},
		{k.Notices, "old mails to single people dropped"},
		{k.Mails, "mails deleted from the built-in mailbox"},
	} {
		fmt.Fprintf(w, "%d\t  %s\n", line.n, line.what)
	}
	return w.Flush()
}

// tidy does rounds of housekeeping until nothing is left to do.
func (d *desk) tidy(ctx context.Context) (signup.Kept, error) {
	var sum signup.Kept
	for {
		k, err := d.keep(ctx)
		sum.Reminded += k.Reminded
		sum.Expired += k.Expired
		sum.Erased += k.Erased
		sum.Deliveries += k.Deliveries
		sum.Notices += k.Notices
		sum.Mails += k.Mails
		if err != nil || !k.More {
			return sum, err
		}
	}
}
