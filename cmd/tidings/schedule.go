package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/publish"
	"tidings/internal/schedule"
	"tidings/internal/store"
)

func (a *app) scheduleCommand() *cobra.Command {
	c := group(&cobra.Command{
		Use:     "schedule",
		Short:   "Show when issues go out",
		Example: "  tidings schedule next harbor",
	})
	c.AddCommand(a.scheduleNextCommand(), a.schedulePastCommand(), a.scheduleICalCommand())
	return c
}

// scheduleFlags is what schedule next is asked for.
type scheduleFlags struct {
	count    int
	after    string
	cron     []string
	timezone string
}

func (a *app) scheduleNextCommand() *cobra.Command {
	var f scheduleFlags
	c := &cobra.Command{
		Use:   "next [NEWSLETTER]",
		Short: "Print the next slots of a newsletter, or of a cron line",
		Long: "Print the next slots, in local time and in UTC. A wall time that a change to summer time\n" +
			"leaves out has its slot right after the change; one that comes twice has it the first time.",
		Example: "  tidings schedule next harbor -n 3\n" +
			"  tidings schedule next --cron '0 9 * * TUE' --timezone America/Los_Angeles --after 2026-11-01T00:00:00Z",
		Args: wants("[NEWSLETTER]"),
		RunE: func(_ *cobra.Command, args []string) error { return a.scheduleNext(f, args) },
	}
	c.Flags().IntVarP(&f.count, "number", "n", 5, "how many slots, `N`, at most 1000")
	c.Flags().StringVar(&f.after, "after", "", "the `INSTANT` after which to look, RFC 3339 (default now)")
	c.Flags().StringArrayVar(&f.cron, "cron", nil, "a cron `LINE` of five fields, instead of a newsletter's; may be repeated")
	c.Flags().StringVar(&f.timezone, "timezone", "", "IANA time `ZONE` of --cron, such as Europe/Berlin")
	return c
}

// slot is one slot as it is printed.
type slot struct {
	Local string `json:"local"`
	UTC   string `json:"utc"`
}

func (a *app) scheduleNext(f scheduleFlags, args []string) error {
	if f.count < 1 || f.count > 1000 {
		return usage("from 1 to 1000", "-n %d", f.count)
	}
	at := time.Now()
	if f.after != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, f.after); err != nil {
			return usage("write it like 2026-11-24T09:00:00Z", "--after %q is no instant", f.after)
		}
	}
	times, err := a.readSchedule(f, args)
	if err != nil {
		return err
	}
	slots := make([]slot, 0, f.count)
	for range f.count {
		at = times.Next(at)
		if at.IsZero() {
			break
		}
		slots = append(slots, newSlot(at.In(times.Zone())))
	}
	if a.json {
		return a.printJSON(slots)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, s := range slots {
		fmt.Fprintf(w, "%s\t%s\n", s.Local, s.UTC)
	}
	return w.Flush()
}

// readSchedule is the schedule that the flags or the newsletter name.
func (a *app) readSchedule(f scheduleFlags, args []string) (*schedule.Schedule, error) {
	if len(f.cron) > 0 {
		if len(args) > 0 {
			return nil, usage("give one of them", "both a newsletter and --cron")
		}
		zone, err := schedule.Zone(f.timezone)
		if err != nil {
			return nil, badFlag("--timezone", err)
		}
		times, err := schedule.Parse(f.cron, zone)
		return times, badFlag("--cron", err)
	}
	if len(args) == 0 {
		return nil, usage("tidings schedule next NEWSLETTER", "neither a newsletter nor --cron")
	}
	if f.timezone != "" {
		return nil, usage("a newsletter has its own", "--timezone without --cron")
	}
	d, err := a.openFolder(nil)
	if err != nil {
		return nil, err
	}
	defer d.folder.Close()
	n, err := d.folder.Newsletter(args[0])
	if err != nil {
		return nil, err
	}
	if len(n.Schedule) == 0 {
		return nil, newsletter.Hint(fmt.Errorf("%s has no schedule", n.ID), `set schedule in its newsletter.toml, such as "0 9 * * TUE"`)
	}
	return schedule.Parse(n.Schedule, n.Zone)
}

func (a *app) schedulePastCommand() *cobra.Command {
	count := 20
	c := &cobra.Command{
		Use:   "past NEWSLETTER",
		Short: "Print what became of the last slots",
		Long: "Print the last slots of a newsletter, newest first, with what became of each: sent, empty (there\n" +
			"was nothing in the queue), held (its issue could not go), late (missed by more than max_lateness),\n" +
			"passed (missed, and catch_up did not want it) or undo (its issue can still be stopped).",
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

// newSlot is a slot as it is printed, in the zone of the time given.
func newSlot(t time.Time) slot {
	return slot{Local: t.Format(time.RFC3339), UTC: t.UTC().Format(time.RFC3339)}
}
