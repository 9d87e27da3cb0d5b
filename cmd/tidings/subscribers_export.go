package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

func (a *app) subscribersExportCommand() *cobra.Command {
	var (
		f          store.ReaderFilter
		out, state string
	)
	c := &cobra.Command{
		Use:   "export --newsletter NEWSLETTER",
		Short: "Write readers as CSV",
		Long: "Write a newsletter's readers as CSV that import takes back unchanged. Cells that a spreadsheet\n" +
			"would run as formulas are made safe.",
		Example: "  tidings subscribers export --newsletter harbor --state confirmed --out readers.csv",
		Args:    wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if f.State, err = readState(state); err != nil {
				return err
			}
			return a.withNewsletter(c.Context(), f.Newsletter, func(ctx context.Context, d *desk) error {
				return a.exportReaders(ctx, d, f, out)
			})
		},
	}
	c.Flags().StringVar(&f.Newsletter, "newsletter", "", "the `NEWSLETTER`'s id, which is the name of its folder")
	c.Flags().StringVar(&state, "state", "", "only those in this `STATE`: pending, confirmed, unsubscribed or suppressed")
	c.Flags().StringVar(&f.Tag, "tag", "", "only those with this `TAG`")
	c.Flags().StringVar(&out, "out", "", "the `FILE` to write (default standard output)")
	must(c.MarkFlagRequired("newsletter"))
	return c
}

func (a *app) exportReaders(ctx context.Context, d *desk, f store.ReaderFilter, out string) error {
	to := a.stdout
	closeFile := func() error { return nil }
	if out != "" {
		file, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return newsletter.Hint(fmt.Errorf("export: %w", err), "an existing file is never overwritten")
		}
		to, closeFile = file, file.Close
	}
	n, err := d.signup.Export(ctx, to, f)
	if err := errors.Join(err, closeFile()); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if out != "" {
		fmt.Fprintf(a.stderr, "tidings: %s written to %s\n", count(n, "reader"), out)
	}
	return nil
}
