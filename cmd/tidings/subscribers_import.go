package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tidings/internal/lists"
)

// importMemory is what an import's own memory is held to, in bytes, beside that
// of the database: rows come and go, and are collected in time.
const importMemory = 20 << 20

// importFlags say how a list is to be taken in.
type importFlags struct {
	lists.ImportOptions
	report  string
	mapping []string
}

func (f *importFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.Newsletter, "newsletter", "", "the `NEWSLETTER`'s id, which is the name of its folder")
	c.Flags().BoolVar(&f.Confirmed, "confirmed", false, "they consented elsewhere: do not ask")
	c.Flags().StringVar(&f.Source, "source", "", "where they consented, a `TEXT` that is kept as proof")
	c.Flags().StringVar(&f.Statement, "statement", "", "what they agreed to, a `TEXT` that is kept as proof")
	c.Flags().StringVar(&f.From, "from", "", "the `FORMAT`, where it is not recognized: mailchimp, ghost, …, or plain")
	c.Flags().StringArrayVar(&f.mapping, "map", nil, "what columns hold, as `HEADING=NAME`, with commas between several; may be repeated")
	c.Flags().StringSliceVar(&f.Tags, "tag", nil, "a `TAG` for all of them; may be repeated")
	c.Flags().StringVar(&f.report, "refused", "", "write the refused rows, and who is kept out, to this `FILE` (default print the refused)")
	c.Flags().BoolVar(&f.DryRun, "dry-run", false, "say what would happen, and change nothing")
}

// check reads what the flags say of a list. A whole site, which names no newsletter,
// comes in as it is.
func (f *importFlags) check(flags *pflag.FlagSet) (err error) {
	if f.Source != "" && !f.Confirmed {
		return usage("add --confirmed if they consented there", "--source without --confirmed")
	}
	if f.Map, err = lists.ParseMap(f.mapping); err != nil {
		return badFlag("--map", err)
	}
	if f.Newsletter == "" {
		for _, list := range []string{"confirmed", "source", "statement", "from", "map", "tag", "refused", "dry-run"} {
			if flags.Changed(list) {
				return usage("name its --newsletter; a whole site comes in as it is", "--%s is for a list of readers", list)
			}
		}
		return nil
	}
	if all := lists.Formats(); f.From != "" && !slices.Contains(all, f.From) {
		return usage("one of "+strings.Join(all, ", "), "--from %q is not known", f.From)
	}
	return nil
}

func (a *app) subscribersImportCommand() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   "import FILE --newsletter NEWSLETTER",
		Short: "Take in readers from a list, or a whole site",
		Long: "Take in readers from CSV, TSV, JSON lines or a JSON array, plain or packed with gzip or zip.\n" +
			"Exports of Mailchimp, Substack, Ghost, Buttondown, beehiiv, Keila and listmonk are recognized,\n" +
			"a zip of several files too; --from names the format where it is not. In any other file the first\n" +
			"line names the columns: email, name, first_name, last_name, tags, status, language and timezone\n" +
			"are known, every other column becomes a field; --map says otherwise.\n\n" +
			"A row that cannot be right is refused with its line and the reason, and the rest is imported.\n" +
			"Importing the same file again changes nothing. Nobody who left, bounced, complained or was erased\n" +
			"is brought back, and whoever the list says did is kept as a suppression. --refused writes the\n" +
			"refused rows so that they can be mended and imported, and who is kept out and why. --dry-run says\n" +
			"what would happen and changes nothing.\n\n" +
			"Without --confirmed every new reader is asked to confirm by mail. Each person gets a receipt with\n" +
			"the source, who imported, and the --statement of what they agreed to. FILE may be - for standard\n" +
			"input.\n\n" +
			"The file that export --all writes needs no --newsletter. It fills a site that has no readers yet.",
		Example: "  tidings subscribers import readers.csv --newsletter harbor --confirmed --source 'spring fair 2026'\n" +
			"  tidings subscribers import mailchimp.zip --newsletter harbor --confirmed --dry-run\n" +
			"  tidings subscribers import list.csv --newsletter harbor --map 'E-mail=email,MMERGE7=field.city,IP=ignore'\n" +
			"  tidings subscribers import site.zip",
		Args: wants("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(c.Flags()); err != nil {
				return err
			}
			if f.Newsletter == "" {
				return a.importSite(c.Context(), args[0])
			}
			return a.withNewsletter(c.Context(), f.Newsletter, func(ctx context.Context, d *desk) error {
				f.Actor, f.File = actor(""), args[0]
				return a.importReaders(ctx, d, f.report, f.ImportOptions)
			})
		},
	}
	f.add(c)
	return c
}

func (a *app) importReaders(ctx context.Context, d *desk, report string, o lists.ImportOptions) (err error) {
	refused, err := a.newRefusals(report, o.File)
	if err != nil {
		return err
	}
	in, closeIn, err := a.openInput(o.File)
	if err != nil {
		return err
	}
	defer closeIn()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(importMemory))
	defer func() { err = errors.Join(err, refused.close()) }()
	bar := a.newProgress("import", -1)
	o.Progress = func(c lists.ImportCount, read int) {
		note := counted(c.Refused, "refused")
		if read > c.Rows {
			note = fmt.Sprintf("%d read", read)
		}
		bar.show(c.Rows, note)
	}
	o.Refused = refused.add
	if report != "" { // they may be many, and are no mistakes
		o.KeptOut = refused.add
	}
	done, err := d.lists.Import(ctx, in, o)
	bar.finish()
	if err != nil {
		if done.Rows > 0 && !o.DryRun {
			fmt.Fprintf(a.stderr, "tidings: stopped after %s; importing the file again goes on from there\n", count(done.Rows, "row"))
		}
		return fmt.Errorf("import %s: %w", o.File, err)
	}
	if a.json {
		err = a.printJSON(done)
	} else {
		a.printImport(done)
	}
	return errors.Join(err, nothingOf(o.File, done.Rows, done.Refused))
}

func (a *app) printImport(r lists.ImportReport) {
	a.printCount("", r.ImportCount)
	for _, f := range r.Files {
		a.printImported(f, len(r.Files) > 1)
	}
	if r.DryRun {
		fmt.Fprintln(a.stdout, "nothing was changed; without --dry-run it would be")
	}
}

// printImported tells of one file; its figures where there are several.
func (a *app) printImported(f lists.ImportedFile, several bool) {
	if f.Skipped != "" {
		fmt.Fprintf(a.stdout, "%s: not read, %s\n", harmless(f.Name), harmless(f.Skipped))
		return
	}
	if several {
		a.printCount(harmless(f.Name)+": ", f.ImportCount)
	}
	if f.Format != "" {
		fmt.Fprintf(a.stdout, "recognized as an export of %s\n", f.Format)
	}
	var renamed []string
	for _, heading := range slices.Sorted(maps.Keys(f.Columns)) {
		if as := f.Columns[heading]; as != heading {
			renamed = append(renamed, harmless(heading)+" = "+as)
		}
	}
	if len(renamed) > 0 {
		fmt.Fprintf(a.stdout, "columns: %s\n", strings.Join(renamed, ", "))
	}
	if len(f.Ignored) > 0 {
		ignored := make([]string, len(f.Ignored))
		for i, heading := range f.Ignored {
			ignored[i] = harmless(heading)
		}
		fmt.Fprintf(a.stdout, "columns not used: %s\n", strings.Join(ignored, ", "))
	}
}

func (a *app) printCount(of string, c lists.ImportCount) {
	fmt.Fprintf(a.stdout, "%s%s: %d added, %d updated, %d unchanged, %s, %d kept out, %d refused\n",
		of, count(c.Rows, "row"), c.Added, c.Updated, c.Unchanged, count(c.Doubles, "double"), c.KeptOut, c.Refused)
}

// openInput opens a file, or standard input for "-".
func (a *app) openInput(file string) (io.Reader, func(), error) {
	if file == "-" {
		return a.stdin, func() {}, nil
	}
	f, err := openImport(file)
	if err != nil {
		return nil, nil, err
	}
	return f, func() { _ = f.Close() }, nil
}
