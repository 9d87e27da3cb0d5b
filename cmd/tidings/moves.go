package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

func (a *app) pauseCommand() *cobra.Command {
	return a.moveCommand(cobra.Command{
		Use:   "pause ISSUE",
		Short: "Stop an issue that is going out, until it is resumed",
		Long: "Stop an issue that is going out. What is past its final dot is still written down; nothing\n" +
			"else is begun until resume.",
		Example: "  tidings pause harbor/first-frost",
	}, move{(*store.Store).Pause, farQueued})
}

func (a *app) resumeCommand() *cobra.Command {
	return a.moveCommand(cobra.Command{
		Use:   "resume ISSUE",
		Short: "Let a paused or held issue go on",
		Long: "Let a paused or held issue go on. Readers whose mail was refused because of the sender, such as\n" +
			"for a missing DKIM record, are sent it too: mend that first.",
		Example: "  tidings resume harbor/first-frost",
	}, move{(*store.Store).Resume, farQueued})
}

func (a *app) cancelCommand() *cobra.Command {
	return a.moveCommand(cobra.Command{
		Use:   "cancel ISSUE",
		Short: "End an issue: whoever did not get it yet will not",
		Long: "End an issue. Readers who did not get it yet are skipped, for good: a cancelled issue cannot\n" +
			"go on. To stop it for a while, use pause. To take one out that only waits, use queue remove.",
		Example: "  tidings cancel harbor/first-frost",
	}, move{(*store.Store).Cancel, farSkipped})
}

// move is a change of an issue's state, and what it does to deliveries.
type move struct {
	do  func(*store.Store, context.Context, int64) error
	far far
}

// moveCommand makes a command that changes an issue's state and shows the issue
// afterwards.
func (a *app) moveCommand(c cobra.Command, m move) *cobra.Command {
	c.Args = wants("ISSUE")
	c.RunE = func(c *cobra.Command, args []string) error {
		ctx, stop := signal.NotifyContext(c.Context(), stopSignals()...)
		defer stop()
		return a.withSite(ctx, func(ctx context.Context, d *desk) error {
			i, err := findIssue(ctx, d, args[0])
			if errors.Is(err, newsletter.ErrNotFound) {
				return a.moveQueued(ctx, d, args[0], c.Name(), err)
			}
			if err != nil {
				return err
			}
			err = a.during(ctx, d, i.Newsletter, i.Slug, m.far, func() error { return m.do(d.store, ctx, i.ID) })
			if err != nil && ctx.Err() != nil {
				return halfDone(args[0])
			}
			if err != nil {
				return newsletter.Hint(fmt.Errorf("%s: %w", args[0], err), "nothing was changed; tidings status shows where it stands")
			}
			return a.statusOf(ctx, d, args[0])
		})
	}
	return &c
}

// halfDone says of a move that was stopped by a signal what is left to do.
func halfDone(ref string) error {
	return newsletter.Hint(fmt.Errorf("%s: stopped, perhaps half done", ref), "run the same command again to go on; tidings status shows where it stands")
}

func (a *app) resendCommand() *cobra.Command {
	var unknown bool
	c := &cobra.Command{
		Use:   "resend ISSUE --unknown",
		Short: "Send once more what may not have arrived",
		Long: "Queue an issue's unknown deliveries once more. Most of them arrived, so some readers will have\n" +
			"the letter twice; the copy has the same bytes, and many programs show it once. A running serve,\n" +
			"or the next one, sends them.",
		Example: "  tidings resend harbor/first-frost --unknown",
		Args:    wants("ISSUE"),
		RunE: func(c *cobra.Command, args []string) error {
			if !unknown {
				return usage("add --unknown: nothing else is ever sent twice", "resend wants to be told what")
			}
			ctx, stop := signal.NotifyContext(c.Context(), stopSignals()...)
			defer stop()
			return a.withSite(ctx, func(ctx context.Context, d *desk) error {
				i, err := findIssue(ctx, d, args[0])
				if err != nil {
					return err
				}
				n := 0
				err = a.during(ctx, d, i.Newsletter, i.Slug, farQueued, func() (err error) {
					n, err = d.store.ResendUnknown(ctx, i.ID, time.Now())
					return err
				})
				if err != nil && ctx.Err() != nil {
					return halfDone(args[0])
				}
				if err != nil {
					return err
				}
				fmt.Fprintf(a.stderr, "tidings: %d queued once more\n", n)
				if rest := i.Unknown - n; rest > 0 {
					fmt.Fprintf(a.stderr, "tidings: %d not: their readers left or pause since, or were erased\n", rest)
				}
				return a.statusOf(ctx, d, args[0])
			})
		},
	}
	c.Flags().BoolVar(&unknown, "unknown", false, "the deliveries whose answer was lost")
	return c
}
