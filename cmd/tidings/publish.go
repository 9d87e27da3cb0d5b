package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
	"tidings/internal/store"
)

func (a *app) publishCommand() *cobra.Command {
	var now, wait bool
	var at string
	c := &cobra.Command{
		Use:   "publish FILE",
		Short: "Send an issue out of the queue's order",
		Long: "Check, render and freeze an issue, and make one delivery for each of its readers. A running\n" +
			"serve, or the next one, sends it. With --wait this command shows the progress until the last\n" +
			"delivery, and sends by itself when no serve runs. With --at the issue stands in the queue until\n" +
			"that time, and a running serve freezes and sends it then. Where a newsletter wants approvals, whoever\n" +
			"sends by hand with --now approves by that, and it is kept as theirs; --at waits for an approval.",
		Example: "  tidings publish newsletters/harbor/2026-11-24-first-frost.md --now --wait\n" +
			"  tidings publish harbor/first-frost --at 2026-12-24T17:00:00-08:00\n" +
			"  tidings publish harbor/first-frost --at \"2026-12-24 17:00\"    in the newsletter's zone",
		Args: wants("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case now && at != "":
				return usage("give one of them", "both --now and --at")
			case at != "" && wait:
				return usage("a running serve sends it; tidings status shows how far it got", "--wait goes with --now")
			case at != "":
				return a.publishAt(c.Context(), args[0], at)
			case !now:
				return usage("add --now to send it to every reader now, or --at for later", "publish sends at once, so it wants to be told twice")
			}
			log := a.logger(slog.LevelWarn)
			ctx, stop := a.untilStopped(c.Context())
			defer stop()
			return a.publish(ctx, args[0], wait, log)
		},
	}
	c.Flags().BoolVar(&now, "now", false, "send it now")
	c.Flags().StringVar(&at, "at", "", "send it at this `TIME`, RFC 3339 or local in the newsletter's zone")
	c.Flags().BoolVar(&wait, "wait", false, "show the progress until the last delivery")
	return c
}

// publishAt puts an issue into the queue with a time of its own.
func (a *app) publishAt(ctx context.Context, arg, at string) error {
	return a.withSite(ctx, func(ctx context.Context, d *desk) error {
		file, n, err := d.folder.IssuePath(arg)
		if err != nil {
			return err
		}
		moment, err := schedule.Moment(at, n.Zone)
		if err != nil {
			return badFlag("--at", err)
		}
		if _, err := loadDKIM(d.folder.Config.DKIM); err != nil {
			return err
		}
		draft, err := d.publisher.Prepare(ctx, n, file) // what cannot go is said now and not then
		if err != nil {
			return err
		}
		if _, err := d.publisher.AddAt(ctx, n, file, moment); err != nil {
			return err
		}
		return a.showPlace(ctx, d, n, draft.Issue.Slug)
	})
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
	if _, err := loadDKIM(d.folder.Config.DKIM); err != nil { // said before anything is written
		return err
	}
	if wait {
		if err := d.maySend(ctx); err != nil {
			return err
		}
	}
	draft, err := d.publisher.Prepare(ctx, n, file)
	if err != nil {
		return err
	}
	for _, w := range draft.Warnings {
		fmt.Fprintln(a.stderr, "warning:", w)
	}
	readers := 0
	err = a.during(ctx, d, draft.Issue.Newsletter, draft.Issue.Slug, farFrozen, func() (err error) {
		readers, err = d.publisher.Publish(ctx, draft, actor(""))
		return err
	})
	switch {
	case err == nil:
		fmt.Fprintf(a.stderr, "tidings: %s is going out to %s\n", draft.Issue.Ref(), count(readers, "reader"))
	case errors.Is(err, newsletter.ErrConflict):
		return a.publishedBefore(ctx, d, draft.Issue, wait, err)
	default:
		return d.stoppedHalfway(ctx, draft.Issue, err)
	}
	if !wait {
		return cmp.Or(a.sayWhoSends(d), a.printBegun(ctx, d, draft.Issue))
	}
	i, err := a.seeThrough(ctx, d, draft.Issue)
	if err != nil {
		return err
	}
	return a.printOutcome(i)
}

// stoppedHalfway says of an issue whose freezing was stopped that it goes out all the
// same, where it was begun; else it is err.
func (d *desk) stoppedHalfway(ctx context.Context, i *newsletter.Issue, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if _, e := d.store.FindIssue(context.WithoutCancel(ctx), i.Newsletter, i.Slug); e != nil {
		return err
	}
	return newsletter.Hint(fmt.Errorf("stopped, but %s is published: a running serve, or the next one, goes on with it", i.Ref()),
		"to end it: tidings cancel "+i.Ref())
}

// maySend says what keeps this process from sending, unless another one sends.
func (d *desk) maySend(ctx context.Context) error {
	lock, held, err := store.LookAtLock(d.lockFile())
	if err != nil || held != nil {
		return err
	}
	return cmp.Or(canLogIn(d.folder.Config.Relays), d.store.Home(ctx, lock))
}

// publishedBefore answers who publishes an issue again. With --wait an earlier call
// may have been cut short, and the issue is seen to its end.
func (a *app) publishedBefore(ctx context.Context, d *desk, issue *newsletter.Issue, wait bool, conflict error) error {
	i, err := d.store.FindIssue(ctx, issue.Newsletter, issue.Slug)
	if errors.Is(err, newsletter.ErrNotFound) { // it is another conflict
		return conflict
	}
	if err != nil {
		return err
	}
	sent := i.State == newsletter.IssueSent
	switch {
	case !wait && sent:
		err := newsletter.Refuse(newsletter.ErrConflict, "%s was sent already, and nothing is left to do", issue.Ref())
		return newsletter.Hint(err, "a second issue needs its own slug")
	case !wait:
		return conflict
	case sent:
		fmt.Fprintf(a.stderr, "tidings: %s was sent already, and nothing is left to do\n", issue.Ref())
		return a.printOutcome(i)
	}
	fmt.Fprintf(a.stderr, "tidings: %s was published before; going on with it\n", issue.Ref())
	if i, err = a.seeThrough(ctx, d, issue); err != nil {
		return err
	}
	return a.printOutcome(i)
}

// printOutcome prints what came of an issue that was waited for.
func (a *app) printOutcome(i *store.Issue) error {
	var err error
	if a.json {
		err = a.printJSON(newIssueStatus(i))
	} else {
		fmt.Fprintln(a.stdout, equation(i.Tally))
	}
	return cmp.Or(err, stoppedShort(i))
}

// printBegun tells a script where an issue stands that nobody waits for.
func (a *app) printBegun(ctx context.Context, d *desk, issue *newsletter.Issue) error {
	if !a.json {
		return nil
	}
	i, err := d.store.FindIssue(ctx, issue.Newsletter, issue.Slug)
	if err != nil {
		return err
	}
	return a.printJSON(newIssueStatus(i))
}

// sayWhoSends tells a person for whom nothing will happen by itself.
func (a *app) sayWhoSends(d *desk) error {
	served, err := store.Locked(d.lockFile())
	if err == nil && !served {
		fmt.Fprintln(a.stderr, "tidings: nothing sends for this site now: the next tidings serve does, or the same command with --wait")
	}
	return err
}

// stoppedShort says why an issue that is waited for goes nowhere.
func stoppedShort(i *store.Issue) error {
	ref := i.Newsletter + "/" + i.Slug
	switch i.State {
	case newsletter.IssuePaused:
		return newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s is paused", ref), "to let it go on: tidings resume "+ref)
	case newsletter.IssueCancelled:
		return newsletter.Hint(newsletter.Refuse(newsletter.ErrConflict, "%s was cancelled", ref), "whoever did not get it will not")
	case newsletter.IssueExpanding, newsletter.IssueSending, newsletter.IssueSent, newsletter.IssueHeld:
	}
	return nil
}
