package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
)

// pauseFlags is the pause that is asked for.
type pauseFlags struct {
	from, until string
	reason, by  string
}

func (a *app) queuePauseCommand() *cobra.Command {
	var f pauseFlags
	c := &cobra.Command{
		Use:   "pause NEWSLETTER",
		Short: "Let the queue of a newsletter stand still for a while",
		Long: "Pause a queue: its slots pass with a note, and nothing is caught up afterwards. The issues keep\n" +
			"their order and take the slots after the pause; one with a time of its own in it is held. An\n" +
			"issue in its last minutes waits again, and one that is going out already goes on: stop it with\n" +
			"tidings pause. In a pause this command gives it another end. publish --now still sends.",
		Example: "  tidings queue pause harbor --until \"2027-01-04 00:00\" --reason \"winter break\"\n" +
			"  tidings queue pause harbor --from \"2026-12-20 00:00\" --until \"2027-01-04 00:00\"",
		Args: wants("NEWSLETTER"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error { return a.queuePause(ctx, d, args[0], f) })
		},
	}
	c.Flags().StringVar(&f.from, "from", "", "the `TIME` it begins, RFC 3339 or local in the newsletter's zone (default now)")
	c.Flags().StringVar(&f.until, "until", "", "the `TIME` it ends; a slot at that time goes out (default until queue resume)")
	c.Flags().StringVar(&f.reason, "reason", "", "why, as a `TEXT` for whoever looks at the queue")
	c.Flags().StringVar(&f.by, "by", "", "the `NAME` of who asks for it (default who is logged in here)")
	return c
}

func (a *app) queuePause(ctx context.Context, d *desk, id string, f pauseFlags) error {
	n, err := d.folder.Newsletter(id)
	if err != nil {
		return err
	}
	p := newsletter.Pause{Reason: f.reason, By: actor(f.by)}
	if p.From, err = momentFlag("--from", f.from, n.Zone); err != nil {
		return err
	}
	if p.Until, err = momentFlag("--until", f.until, n.Zone); err != nil {
		return err
	}
	if err := d.publisher.PauseQueue(ctx, n, p); err != nil {
		return err
	}
	return a.showPaused(ctx, d, n)
}

// momentFlag reads a time that a flag may give; the zero time where it does not.
func momentFlag(name, text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := schedule.Moment(text, zone)
	return at, badFlag(name, err)
}

func (a *app) queueResumeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "resume NEWSLETTER",
		Short: "Let a paused queue go on at its next slot",
		Long: "End the pause of a queue, and forget those that were to come. Slots that passed are not caught up:\n" +
			"the first issue goes out at the next one.",
		Example: "  tidings queue resume harbor",
		Args:    wants("NEWSLETTER"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error {
				n, err := d.folder.Newsletter(args[0])
				if err != nil {
					return err
				}
				if err := d.publisher.ResumeQueue(ctx, n); err != nil {
					return err
				}
				return a.showPaused(ctx, d, n)
			})
		},
	}
}

// pause is a pause of a queue as it is printed.
type pause struct {
	Newsletter string     `json:"newsletter"`
	From       time.Time  `json:"from"`
	Until      *time.Time `json:"until"` // null: until queue resume
	Reason     string     `json:"reason"`
	By         string     `json:"by"`
}

// showPaused prints the pauses of a queue, and to people the queue as it stands
// with them.
func (a *app) showPaused(ctx context.Context, d *desk, n *newsletter.Newsletter) error {
	if !a.json {
		return a.showQueues(ctx, d, []string{n.ID})
	}
	pauses, err := d.publisher.Pauses(ctx, n)
	if err != nil {
		return err
	}
	list := []pause{}
	for _, p := range pauses {
		list = append(list, pause{n.ID, p.From, optional(p.Until), p.Reason, p.By})
	}
	return a.printJSON(list)
}

// printPauses says when a queue is paused.
func (a *app) printPauses(ctx context.Context, d *desk, n *newsletter.Newsletter) error {
	pauses, err := d.publisher.Pauses(ctx, n)
	for _, p := range pauses {
		word, end, reason := "is paused since", "until tidings queue resume "+n.ID, p.Reason
		if p.From.After(time.Now()) {
			word = "will be paused from"
		}
		if !p.Until.IsZero() {
			end = "until " + p.Until.In(n.Zone).Format(time.RFC3339)
		}
		if reason != "" {
			reason = ": " + reason
		}
		fmt.Fprintf(a.stdout, "%s %s %s %s, by %s%s\n", n.ID, word, p.From.In(n.Zone).Format(time.RFC3339), end, p.By, reason)
	}
	return err
}
