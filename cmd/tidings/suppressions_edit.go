package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
)

// suppressFlags are what add and import share.
type suppressFlags struct {
	lists.SuppressOptions
	reason string
}

func (f *suppressFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.Newsletter, "newsletter", "", "only on this `NEWSLETTER` (default all)")
	c.Flags().StringVar(&f.reason, "reason", "blocked", "why, a `REASON`: unsubscribed, bounced, complained or blocked")
	c.Flags().StringVar(&f.Source, "source", "", "who or what says so, a `TEXT` (default you)")
}

// read checks what the flags say.
func (f *suppressFlags) read() (o lists.SuppressOptions, err error) {
	if f.Reason, err = readReason(f.reason); err != nil {
		return f.SuppressOptions, err
	}
	if f.Reason == newsletter.SuppressedErasure {
		return f.SuppressOptions, usage("erase a person with tidings subscribers erase", "--reason erased cannot be given")
	}
	if f.Source == "" {
		f.Source = actor("")
	}
	return f.SuppressOptions, nil
}

func (a *app) suppressionsAddCommand() *cobra.Command {
	var f suppressFlags
	c := &cobra.Command{
		Use:   "add EMAIL",
		Short: "Suppress an address",
		Long: "Suppress an address, or the SHA-256 of one in lower case. From this moment no mail begins its way to\n" +
			"them, sends that are running included.",
		Example: "  tidings suppressions add ada@example.org --reason complained --source 'phone, 3 May'",
		Args:    wants("EMAIL"),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := f.read()
			if err != nil {
				return err
			}
			return a.withNewsletter(c.Context(), o.Newsletter, func(ctx context.Context, d *desk) error {
				added, err := d.lists.Suppress(ctx, args[0], o)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(map[string]any{"who": args[0], "newsletter": o.Newsletter, "reason": o.Reason, "added": added})
				}
				if !added {
					fmt.Fprintf(a.stdout, "%s was suppressed already; nothing was changed\n", args[0])
					return nil
				}
				fmt.Fprintf(a.stdout, "%s gets no more mail (%s: %s)\n", args[0], where(o.Newsletter), o.Reason)
				return nil
			})
		},
	}
	f.add(c)
	return c
}

func (a *app) suppressionsRemoveCommand() *cobra.Command {
	var (
		id  string
		yes bool
	)
	c := &cobra.Command{
		Use:   "remove EMAIL",
		Short: "Let an address be mailed again",
		Long: "Take suppressions of an address, or of a hash, away. A reader whom nothing else silences is back where\n" +
			"they stood; whoever left stays away until they come back themselves. For somebody who complained or\n" +
			"was erased you are asked whether you are sure, or say --yes.",
		Example: "  tidings suppressions remove ada@example.org",
		Args:    wants("EMAIL"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withNewsletter(c.Context(), id, func(ctx context.Context, d *desk) error {
				return a.unsuppress(ctx, d, args[0], id, yes)
			})
		},
	}
	c.Flags().StringVar(&id, "newsletter", "", "only the suppression of this `NEWSLETTER` (default all there are)")
	c.Flags().BoolVar(&yes, "yes", false, "you are sure")
	return c
}

func (a *app) unsuppress(ctx context.Context, d *desk, name, id string, yes bool) error {
	found, err := d.lists.FindSuppressions(ctx, name)
	if err != nil {
		return err
	}
	var all []newsletter.Suppression
	grave := newsletter.SuppressionReason("")
	for _, p := range found {
		if id != "" && p.Newsletter != id {
			continue
		}
		all = append(all, p)
		if p.Reason == newsletter.SuppressedComplained || p.Reason == newsletter.SuppressedErasure {
			grave = p.Reason
		}
	}
	if len(all) == 0 {
		return newsletter.Hint(fmt.Errorf("%s: %w", name, newsletter.ErrNotFound), "tidings suppressions list shows who is suppressed")
	}
	if grave != "" && !yes {
		if err := a.confirm(fmt.Sprintf("%s is suppressed because: %s. Mail them again all the same?", name, grave)); err != nil {
			return err
		}
	}
	if err := d.lists.Unsuppress(ctx, all); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"who": name, "removed": all})
	}
	fmt.Fprintf(a.stdout, "%s: %s taken away\n", name, count(len(all), "suppression"))
	return nil
}

func (a *app) suppressionsImportCommand() *cobra.Command {
	var (
		f      suppressFlags
		report string
	)
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Take in a list of suppressions",
		Long: "Take in a list of suppressions: one address a line, or one SHA-256 of an address in lower case a line,\n" +
			"or CSV with a column email (or sha256, or value) and, if it likes, reason, newsletter, source and\n" +
			"created_at; plain or packed with gzip. Sends that are running leave them out. FILE may be - for\n" +
			"standard input.",
		Example: "  tidings suppressions import do-not-mail.txt.gz --reason blocked --source 'agency list of May'",
		Args:    wants("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := f.read()
			if err != nil {
				return err
			}
			return a.withNewsletter(c.Context(), o.Newsletter, func(ctx context.Context, d *desk) error {
				return a.importSuppressions(ctx, d, args[0], report, o)
			})
		},
	}
	f.add(c)
	c.Flags().StringVar(&report, "refused", "", "write the refused lines to this `FILE` (default print them)")
	return c
}

func (a *app) importSuppressions(ctx context.Context, d *desk, file, report string, o lists.SuppressOptions) (err error) {
	refused, err := a.newRefusals(report, file)
	if err != nil {
		return err
	}
	in, closeIn, err := a.openInput(file)
	if err != nil {
		return err
	}
	defer closeIn()
	defer func() { err = errors.Join(err, refused.close()) }()
	bar := a.newProgress("suppressions", -1)
	o.Progress = func(c lists.SuppressCount) { bar.show(c.Rows, counted(c.Refused, "refused")) }
	o.Refused = refused.add
	done, err := d.lists.ImportSuppressions(ctx, in, o)
	bar.finish()
	if err != nil {
		return fmt.Errorf("import %s: %w", file, err)
	}
	if a.json {
		err = a.printJSON(done)
	} else {
		a.printSuppressed(done)
	}
	return errors.Join(err, nothingOf(file, done.Rows, done.Refused))
}

func (a *app) printSuppressed(done lists.SuppressCount) {
	fmt.Fprintf(a.stdout, "%s: %d added, %d known, %d refused\n", count(done.Rows, "line"), done.Added, done.Known, done.Refused)
	if done.Readers > 0 {
		fmt.Fprintf(a.stdout, "the hashes were tried on %s\n", count(done.Readers, "reader"))
	}
}
