package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/publish"
)

func (a *app) queueCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "queue [NEWSLETTER]",
		Short: "Show the queue of a newsletter, and change it",
		Long: "Show the issues of a newsletter that wait to go out, in order, each with the slot it will\n" +
			"take. An issue with \"status: ready\" comes to the end of the queue by itself. Without a\n" +
			"newsletter, the queues of all are shown.",
		Example: "  tidings queue harbor\n" +
			"  tidings queue move harbor/spare-keys --to 1\n" +
			"  tidings queue hold harbor/first-frost",
		Args: wants("[NEWSLETTER]"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error { return a.showQueues(ctx, d, args) })
		},
	}
	c.AddCommand(a.queueAddCommand(), a.queueMoveCommand(), a.queueRemoveCommand(), a.queueHoldCommand(), a.queueReleaseCommand(),
		a.queuePauseCommand(), a.queueResumeCommand())
	return c
}

// queued is an issue in a queue as it is printed.
type queued struct {
	Position   int              `json:"position"`
	Newsletter string           `json:"newsletter"`
	Slug       string           `json:"slug"`
	Title      string           `json:"title"`
	File       string           `json:"file"`
	State      publish.Standing `json:"state"`
	Slot       *slot            `json:"slot"`    // when it goes out; null: not known
	Fixed      bool             `json:"fixed"`   // the time is its own and no slot
	GoesAt     *time.Time       `json:"goes_at"` // while sending: when it is frozen
	ApprovedBy string           `json:"approved_by"`
	ApprovedAt *time.Time       `json:"approved_at"`
	Reason     string           `json:"reason"`
}

// showQueues prints the queue of one newsletter, or of all.
func (a *app) showQueues(ctx context.Context, d *desk, args []string) error {
	ids := args
	if len(ids) == 0 {
		all, err := a.usable(d)
		if err != nil {
			return err
		}
		for _, n := range all {
			ids = append(ids, n.ID)
		}
	}
	list := []queued{}
	for _, id := range ids {
		n, err := d.folder.Newsletter(id)
		if err != nil {
			return err
		}
		entries, problems, err := d.publisher.Queue(ctx, n)
		if err != nil {
			return err
		}
		for _, p := range problems {
			fmt.Fprintln(a.stderr, p)
		}
		if err := d.publisher.Review(ctx, n, entries); err != nil {
			return err
		}
		if !a.json {
			if err := a.printPauses(ctx, d, n); err != nil {
				return err
			}
		}
		for i := range entries {
			list = append(list, newQueued(i+1, &entries[i]))
		}
	}
	if a.json {
		return a.printJSON(list)
	}
	return a.printQueue(list)
}

func newQueued(position int, e *publish.Entry) queued {
	q := queued{
		Position: position, Newsletter: e.Newsletter, Slug: e.Slug, File: e.File, State: e.Standing, Fixed: e.Fixed,
		GoesAt: optional(e.GoesAt), Reason: e.Remark,
	}
	if e.Issue != nil {
		q.Title = e.Issue.Title
	}
	if !e.At.IsZero() {
		at := newSlot(e.At)
		q.Slot = &at
	}
	if e.Approval != nil {
		q.ApprovedBy, q.ApprovedAt = e.Approval.By, optional(e.Approval.At)
	}
	return q
}

func (a *app) printQueue(list []queued) error {
	if len(list) == 0 {
		fmt.Fprintln(a.stdout, "The queue is empty. An issue with \"status: ready\" comes into it by itself.")
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PLACE\tISSUE\tSTATE\tGOES OUT\tREMARK")
	for _, q := range list {
		goes := "-"
		if q.Slot != nil {
			goes = q.Slot.Local
		}
		if q.Fixed {
			goes += " (its own time)"
		}
		state := string(q.State)
		if q.State == publish.Sending && q.GoesAt != nil {
			state += " in " + countdown(time.Until(*q.GoesAt))
		}
		fmt.Fprintf(w, "%d\t%s/%s\t%s\t%s\t%s\n", q.Position, q.Newsletter, q.Slug, state, goes, remark(q))
	}
	return w.Flush()
}

// remark is what a person should know of an issue in the queue.
func remark(q queued) string {
	switch {
	case q.State == publish.Sending:
		return "to stop it: tidings queue hold " + q.Newsletter + "/" + q.Slug
	case q.Reason == "" && q.State == publish.Ready && q.Slot != nil:
		return "not approved"
	case q.Reason == "" && q.ApprovedBy != "":
		return "approved by " + q.ApprovedBy
	}
	return q.Reason
}

// countdown is how long something takes, such as 4:59.
func countdown(d time.Duration) string {
	seconds := max(int(d.Round(time.Second).Seconds()), 0)
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}
