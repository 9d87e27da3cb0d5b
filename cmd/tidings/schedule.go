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
			"leaves out has its slot right after the change; one that comes twice has it the first time.\n" +
			"Slots in a pause of the newsletter's queue are marked: they pass without an issue. With local_time\n" +
			"a slot has passed once it came where clocks are ahead of all others, 14 hours before UTC.",
		Example: "  tidings schedule next harbor -n 3\n" +
			"  tidings schedule next --cron '0 9 * * TUE' --timezone America/Los_Angeles --after 2026-11-01T00:00:00Z",
		Args: wants("[NEWSLETTER]"),
		RunE: func(c *cobra.Command, args []string) error { return a.scheduleNext(c.Context(), f, args) },
	}
	c.Flags().IntVarP(&f.count, "number", "n", 5, "how many slots, `N`, at most 1000")
	c.Flags().StringVar(&f.after, "after", "", "the `INSTANT` after which to look, RFC 3339 (default now)")
	c.Flags().StringArrayVar(&f.cron, "cron", nil, "a cron `LINE` of five fields, instead of a newsletter's; may be repeated")
	c.Flags().StringVar(&f.timezone, "timezone", "", "IANA time `ZONE` of --cron, such as Europe/Berlin")
	return c
}

// slot is one slot as it is printed.
type slot struct {
	Local  string `json:"local"`
	UTC    string `json:"utc"`
	Paused bool   `json:"paused,omitempty"` // it lies in a pause of the queue
}

func (a *app) scheduleNext(ctx context.Context, f scheduleFlags, args []string) error {
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
	slots, err := a.comingSlots(ctx, f, at, args)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(slots)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, s := range slots {
		fmt.Fprintf(w, "%s\t%s%s\n", s.Local, s.UTC, map[bool]string{true: "\tpaused"}[s.Paused])
	}
	return w.Flush()
}

// comingSlots are the slots after an instant of the newsletter or of the cron line
// that is asked about.
func (a *app) comingSlots(ctx context.Context, f scheduleFlags, after time.Time, args []string) ([]slot, error) {
	switch {
	case len(f.cron) > 0 && len(args) > 0:
		return nil, usage("give one of them", "both a newsletter and --cron")
	case len(f.cron) > 0:
		return cronSlots(f, after)
	case len(args) == 0:
		return nil, usage("tidings schedule next NEWSLETTER", "neither a newsletter nor --cron")
	case f.timezone != "":
		return nil, usage("a newsletter has its own", "--timezone without --cron")
	}
	d, err := a.openToRead(ctx)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	n, err := d.folder.Newsletter(args[0])
	if err != nil {
		return nil, err
	}
	if len(n.Schedule) == 0 {
		return nil, newsletter.Hint(fmt.Errorf("%s has no schedule", n.ID), `set schedule in its newsletter.toml, such as "0 9 * * TUE"`)
	}
	return d.comingSlots(ctx, n, after, f.count)
}

// comingSlots are those of a newsletter as its queue meets them.
func (d *desk) comingSlots(ctx context.Context, n *newsletter.Newsletter, after time.Time, count int) ([]slot, error) {
	var (
		pauses []newsletter.Pause
		used   []time.Time
		err    error
	)
	if d.store != nil {
		if pauses, err = d.store.Pauses(ctx, n.ID, time.Time{}); err != nil {
			return nil, err
		}
		if used, err = d.store.UsedSlots(ctx, n.ID, after); err != nil {
			return nil, err
		}
	}
	coming, err := publish.Next(n, pauses, used, after, count)
	slots := make([]slot, len(coming))
	for i, c := range coming {
		slots[i] = newSlot(c.At)
		slots[i].Paused = c.Paused
	}
	return slots, err
}

// cronSlots are those of the schedule that the flags spell out.
func cronSlots(f scheduleFlags, at time.Time) ([]slot, error) {
	times, err := readCron(f)
	if err != nil {
		return nil, err
	}
	slots := make([]slot, 0, f.count)
	for range f.count {
		if at = times.Next(at); at.IsZero() {
			break
		}
		slots = append(slots, newSlot(at.In(times.Zone())))
	}
	return slots, nil
}

// readCron is the schedule that the flags spell out.
func readCron(f scheduleFlags) (*schedule.Schedule, error) {
	zone, err := schedule.Zone(f.timezone)
	if err != nil {
		return nil, badFlag("--timezone", err)
	}
	times, err := schedule.Parse(f.cron, zone)
	return times, badFlag("--cron", err)
}

// newSlot is a slot as it is printed, in the zone of the time given.
func newSlot(t time.Time) slot {
	return slot{Local: t.Format(time.RFC3339), UTC: t.UTC().Format(time.RFC3339)}
}
