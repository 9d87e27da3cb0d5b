package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

func (a *app) publishCommand() *cobra.Command {
	var now, wait bool
	c := &cobra.Command{
		Use:   "publish FILE",
		Short: "Send an issue out of the queue's order",
		Long: "Check, render and freeze an issue, and make one delivery for each of its readers. A running\n" +
			"serve, or the next one, sends it. With --wait this command shows the progress until the last\n" +
			"delivery, and sends by itself when no serve runs.",
		Example: "  tidings publish newsletters/harbor/2026-11-24-first-frost.md --now --wait",
		Args:    wants("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			if !now {
				return usage("add --now to send it to every reader now", "publish sends at once, so it wants to be told twice")
			}
			log := a.logger(slog.LevelWarn)
			ctx, stop := untilStopped(c.Context(), log)
			defer stop()
			return a.publish(ctx, args[0], wait, log)
		},
	}
	c.Flags().BoolVar(&now, "now", false, "send it now")
	c.Flags().BoolVar(&wait, "wait", false, "show the progress until the last delivery")
	return c
}

func (a *app) publish(ctx context.Context, arg string, wait bool, log *slog.Logger) error {
	d, err := a.open(ctx, log)
	if err != nil {
		return err
	}
	defer d.Close()
	file, n, err := d.folder.IssuePath(arg)
	if err != nil {
		return err
	}
	draft, err := d.publisher.Prepare(n, file)
	if err != nil {
		return err
	}
	for _, w := range draft.Warnings {
		fmt.Fprintln(a.stderr, "warning:", w)
	}
	count, err := d.publisher.Publish(ctx, draft, time.Time{})
	switch {
	case err == nil:
		fmt.Fprintf(a.stderr, "tidings: %s is going out to %d readers\n", draft.Issue.Ref(), count)
	case wait && errors.Is(err, newsletter.ErrConflict): // an earlier call was cut short: see it to its end
		fmt.Fprintf(a.stderr, "tidings: %s was published before; going on with it\n", draft.Issue.Ref())
	default:
		return err
	}
	if !wait {
		return nil
	}
	i, err := a.seeThrough(ctx, d, draft.Issue)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(newIssueStatus(i))
	}
	fmt.Fprintln(a.stdout, equation(i.Tally))
	return nil
}

// seeThrough waits until an issue is finished. Where no serve runs, this
// process sends.
func (a *app) seeThrough(ctx context.Context, d *desk, issue *newsletter.Issue) (*store.Issue, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e, err := d.startEngine(ctx)
	switch {
	case err == nil:
		defer e.stop()
		defer cancel() // before e.stop waits
	case !errors.Is(err, newsletter.ErrLocked):
		return nil, err
	}
	return a.watch(ctx, d, issue)
}

// watchEvery is how often the progress is looked at.
const watchEvery = 200 * time.Millisecond

// watch shows the progress of an issue until it is finished.
func (a *app) watch(ctx context.Context, d *desk, issue *newsletter.Issue) (*store.Issue, error) {
	var bar *progress
	defer func() { bar.finish() }()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		i, err := d.store.FindIssue(ctx, issue.Newsletter, issue.Slug)
		if err != nil {
			return nil, err
		}
		if bar == nil {
			bar = a.newProgress(issue.Ref(), i.Audience)
		}
		bar.show(i.Audience-i.Open(), fmt.Sprintf("%d deferred, %d failed, %d unknown", i.Deferred, i.Failed, i.Unknown))
		if i.State != newsletter.IssueSending {
			return i, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, newsletter.Hint(errStopped, "run the same command again, or tidings serve, to go on")
		}
	}
}
