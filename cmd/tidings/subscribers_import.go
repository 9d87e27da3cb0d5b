package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
)

func (a *app) subscribersImportCommand() *cobra.Command {
	var (
		o      signup.ImportOptions
		report string
	)
	c := &cobra.Command{
		Use:   "import FILE --newsletter NEWSLETTER",
		Short: "Take in readers from a CSV file",
		Long: "Take in readers from a CSV file with a header row that has at least a column email; name,\n" +
			"first_name and tags are known, every other column becomes a field. A row that cannot be right\n" +
			"is refused with its line and the reason, and the rest is imported. Importing the same file again\n" +
			"changes nothing, and nobody who left is brought back. FILE may be - for standard input.\n\n" +
			"Without --confirmed every new reader is asked to confirm by mail.",
		Example: "  tidings subscribers import readers.csv --newsletter harbor --confirmed --source 'spring fair 2026'",
		Args:    wants("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.Source != "" && !o.Confirmed {
				return usage("add --confirmed if they consented there", "--source without --confirmed")
			}
			return a.withNewsletter(c.Context(), o.Newsletter, func(ctx context.Context, d *desk) error {
				return a.importReaders(ctx, d, args[0], report, o)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&o.Newsletter, "newsletter", "", "the `NEWSLETTER`'s id, which is the name of its folder")
	f.BoolVar(&o.Confirmed, "confirmed", false, "they consented elsewhere: do not ask")
	f.StringVar(&o.Source, "source", "", "where they consented, a `TEXT` that is kept as proof")
	f.StringSliceVar(&o.Tags, "tag", nil, "a `TAG` for all of them; may be repeated")
	f.StringVar(&report, "refused", "", "write the refused rows to this CSV `FILE` (default print them)")
	must(c.MarkFlagRequired("newsletter"))
	return c
}

func (a *app) importReaders(ctx context.Context, d *desk, file, report string, o signup.ImportOptions) (err error) {
	in, closeIn, err := a.openInput(file)
	if err != nil {
		return err
	}
	defer closeIn()
	refused, err := a.newRefusals(report)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, refused.close()) }()
	bar := a.newProgress("import", -1)
	o.Progress = func(c signup.ImportCount) { bar.show(c.Rows, counted(c.Refused, "refused")) }
	o.Refused = refused.add
	done, err := d.signup.Import(ctx, in, o)
	bar.finish()
	if err != nil {
		if done.Rows > 0 {
			fmt.Fprintf(a.stderr, "tidings: stopped after %s; importing the file again goes on from there\n", count(done.Rows, "row"))
		}
		return fmt.Errorf("import %s: %w", file, err)
	}
	if a.json {
		return a.printJSON(done)
	}
	a.printImport(done)
	return nil
}

func (a *app) printImport(r signup.ImportReport) {
	fmt.Fprintf(a.stdout, "%s: %d added, %d updated, %d unchanged, %s, %d kept out because they left, %d refused\n",
		count(r.Rows, "row"), r.Added, r.Updated, r.Unchanged, count(r.Doubles, "double"), r.KeptOut, r.Refused)
	if len(r.Ignored) > 0 {
		fmt.Fprintf(a.stdout, "columns not used: %s\n", strings.Join(r.Ignored, ", "))
	}
}

// openInput opens a file, or standard input for "-".
func (a *app) openInput(file string) (io.Reader, func(), error) {
	if file == "-" {
		return a.stdin, func() {}, nil
	}
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return nil, nil, newsletter.Hint(fmt.Errorf("import: %w", err), "nothing was changed")
	}
	return f, func() { _ = f.Close() }, nil
}

// refusals is where refused rows go: a CSV file, or standard error.
type refusals struct {
	file *os.File // nil: standard error
	add  func(signup.Refusal) error
}

func (a *app) newRefusals(path string) (*refusals, error) {
	if path == "" {
		return &refusals{add: func(r signup.Refusal) error {
			_, err := fmt.Fprintf(a.lines(), "line %d: %s: %s\n", r.Line, r.Reason, r.Email)
			return err
		}}, nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write refused rows: %w", err)
	}
	return &refusals{file: file, add: signup.RefusalsTo(file)}, nil
}

func (r *refusals) close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}
