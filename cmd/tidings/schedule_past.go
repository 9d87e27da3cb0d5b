package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/publish"
	"tidings/internal/store"
)

func (a *app) schedulePastCommand() *cobra.Command {
	count := 20
	c := &cobra.Command{
		Use:   "past NEWSLETTER",
		Short: "Print what became of the last slots",
		Long: "Print the last slots of a newsletter, newest first, with what became of each: sent, empty (there\n" +
			"was nothing in the queue), held (its issue could not go), late (missed by more than max_lateness),\n" +
			"passed (missed, and catch_up did not want it), paused (the queue was) or undo (its issue can still\n" +
			"be stopped).",
		Example: "  tidings schedule past harbor",
		Args:    wants("NEWSLETTER"),
		RunE: func(c *cobra.Command, args []string) error {
			if count < 1 || count > 1000 {
				return usage("from 1 to 1000", "-n %d", count)
			}
			return a.withSite(c.Context(), func(ctx context.Context, d *desk) error { return a.schedulePast(ctx, d, args[0], count) })
		},
	}
	c.Flags().IntVarP(&count, "number", "n", count, "how many slots, `N`, at most 1000")
	return c
}

// pastSlot is a slot that was dealt with, as it is printed.
type pastSlot struct {
	slot
	Outcome   store.SlotOutcome `json:"outcome"`
	Slug      string            `json:"slug"` // of the issue that it sent or held
	HandledAt time.Time         `json:"handled_at"`
}

func (a *app) schedulePast(ctx context.Context, d *desk, id string, count int) error {
	n, err := d.folder.Newsletter(id)
	if err != nil {
		return err
	}
	slots, err := d.store.Slots(ctx, n.ID, count)
	if err != nil {
		return err
	}
	list := make([]pastSlot, 0, len(slots))
	for _, s := range slots {
		list = append(list, pastSlot{newSlot(publish.Shown(n, s.At)), s.Outcome, s.Slug, s.HandledAt})
	}
	if a.json {
		return a.printJSON(list)
	}
	if len(list) == 0 {
		fmt.Fprintln(a.stdout, "No slot has passed yet.")
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, s := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Local, s.Outcome, s.Slug)
	}
	return w.Flush()
}
