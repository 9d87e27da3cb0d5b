package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"

	"github.com/spf13/cobra"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// readerFlags choose readers, as several commands take them.
type readerFlags struct {
	state, audience string
	filter          store.ReaderFilter
}

func (f *readerFlags) add(c *cobra.Command, newsletterHelp string) {
	c.Flags().StringVar(&f.filter.Newsletter, "newsletter", "", newsletterHelp)
	c.Flags().StringVar(&f.state, "state", "", "only those in this `STATE`: pending, confirmed, unsubscribed or suppressed")
	c.Flags().StringVar(&f.filter.Tag, "tag", "", "only those with this `TAG`")
	c.Flags().StringVar(&f.audience, "audience", "", "only those whom this `EXPRESSION` of tags and fields names, as an issue's audience does")
}

// read checks what the flags say.
func (f *readerFlags) read() (store.ReaderFilter, error) {
	var err error
	if f.filter.State, err = readState(f.state); err != nil {
		return f.filter, err
	}
	if f.audience != "" {
		if f.filter.Audience, err = newsletter.ParseAudience(f.audience); err != nil {
			return f.filter, badFlag("--audience", err)
		}
	}
	return f.filter, nil
}

// known holds the fields of --audience to those that a newsletter declares, or any of
// them where id is "", and to those that came with a list.
func (d *desk) known(ctx context.Context, id string, audience newsletter.Audience) error {
	all, _, err := d.folder.Usable()
	if err != nil {
		return err
	}
	var fields []newsletter.Field
	for _, n := range all {
		if id == "" || n.ID == id {
			fields = append(fields, n.Fields...)
		}
	}
	if audience.Declared(fields) == nil {
		return nil
	}
	imported, err := d.store.FieldNames(ctx, id)
	if err != nil {
		return err
	}
	for _, name := range imported {
		fields = append(fields, newsletter.Field{Name: name})
	}
	return badFlag("--audience", audience.Declared(fields))
}

func (a *app) subscribersExportCommand() *cobra.Command {
	var (
		f           readerFlags
		out, format string
		all         bool
	)
	c := &cobra.Command{
		Use:   "export --newsletter NEWSLETTER",
		Short: "Write readers as CSV, TSV or JSON, or a whole site",
		Long: "Write a newsletter's readers as CSV, TSV or JSON lines that import takes back unchanged. Cells that a\n" +
			"spreadsheet would run as formulas are made safe. A FILE that ends in .gz or .zip is packed.\n\n" +
			"--all writes a whole site as one zip, which import takes into a new site without loss: the people,\n" +
			"subscriptions, receipts of consent and suppressions; what was sent to whom and what is queued, with\n" +
			"pictures, newsletters/ and templates/; and the keys that the links in old mails need. This file\n" +
			"holds secrets: whoever has it can sign such links and test whether an erased address was here.\n" +
			"Keep it like a password. tidings.toml belongs to the machine, and is left out.",
		Example: "  tidings subscribers export --newsletter harbor --state confirmed --out readers.csv\n" +
			"  tidings subscribers export --newsletter harbor --audience 'tag:clients and field.city = \"Tacoma\"' --format jsonl\n" +
			"  tidings subscribers export --all --out site.zip",
		Args: wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			filter, err := f.read()
			if err != nil {
				return err
			}
			if a.json && !c.Flags().Changed("format") {
				format = string(lists.ExportJSONL)
			}
			as, err := lists.ParseExportFormat(format)
			if err != nil {
				return badFlag("--format", err)
			}
			switch {
			case all && out == "":
				return usage("add --out site.zip", "--all needs a file to write to")
			case all && c.Flags().Lookup("format").Changed:
				return usage("it is one zip, for import alone", "--all has no --format")
			}
			// Half a file looks like a whole one: it goes when the command is stopped.
			ctx, stop := signal.NotifyContext(c.Context(), stopSignals()...)
			defer stop()
			context.AfterFunc(ctx, stop) // the second one ends the process
			if all {
				err = a.withSite(ctx, func(ctx context.Context, d *desk) error { return a.exportSite(ctx, d, out) })
			} else {
				err = a.withNewsletter(ctx, filter.Newsletter, func(ctx context.Context, d *desk) error {
					return a.exportReaders(ctx, d, filter, out, as)
				})
			}
			if err != nil && ctx.Err() != nil {
				return errExportStopped
			}
			return err
		},
	}
	f.add(c, "the `NEWSLETTER`'s id, which is the name of its folder")
	c.Flags().StringVar(&out, "out", "", "the `FILE` to write (default standard output)")
	c.Flags().StringVar(&format, "format", "csv", "`FORMAT`: csv, tsv or jsonl")
	c.Flags().BoolVar(&all, "all", false, "a whole site, for another machine")
	c.MarkFlagsOneRequired("newsletter", "all")
	for _, other := range []string{"newsletter", "state", "tag", "audience"} {
		c.MarkFlagsMutuallyExclusive("all", other)
	}
	return c
}

var errExportStopped = errors.New("export: stopped; a file that was begun is gone")

func (a *app) exportReaders(ctx context.Context, d *desk, f store.ReaderFilter, out string, as lists.ExportFormat) error {
	if err := d.known(ctx, f.Newsletter, f.Audience); err != nil {
		return err
	}
	if out == "" {
		if _, err := d.lists.Export(ctx, a.stdout, f, as); err != nil {
			return fmt.Errorf("export: %w", err)
		}
		return nil
	}
	n := 0
	err := writeNew(out, f.Newsletter+"."+string(as), func(w io.Writer) (err error) {
		n, err = d.lists.Export(ctx, w, f, as)
		return err
	})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	fmt.Fprintf(a.stderr, "tidings: %s written to %s\n", count(n, "reader"), out)
	return nil
}
