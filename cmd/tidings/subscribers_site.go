package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// exportSite writes the whole site.
func (a *app) exportSite(ctx context.Context, d *desk, out string) error {
	folders, done, err := d.siteFolders(false)
	if err != nil {
		return err
	}
	defer done()
	bar := a.newProgress("export", -1)
	var went lists.SiteExport
	err = writeNew(out, "", func(w io.Writer) (err error) {
		went, err = d.lists.ExportSite(ctx, w, folders, func(rows int) { bar.show(rows, "") })
		return err
	})
	bar.finish()
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	for _, f := range went.Left {
		fmt.Fprintf(a.stderr, "warning: %s is not in the export: it is %s\n", f.Name, f.Reason)
	}
	fmt.Fprintf(a.stderr, "tidings: %s of all newsletters written to %s, which holds secrets\n", count(went.Readers, "reader"), out)
	return nil
}

// importSite fills this site with a whole-site export. Nothing else may run on
// it meanwhile.
func (a *app) importSite(ctx context.Context, file string) error {
	return a.withSite(ctx, func(ctx context.Context, d *desk) (err error) {
		in, err := openSiteFile(file)
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }()
		// A list whose newsletter was forgotten is told so, also while the site is at work.
		if err := lists.CheckSite(in); err != nil {
			return fmt.Errorf("import %s: %w", file, err)
		}
		lock, err := store.AcquireLock(d.lockFile())
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, lock.Release()) }()
		folders, done, err := d.siteFolders(true)
		if err != nil {
			return err
		}
		defer done()
		bar := a.newProgress("import", -1)
		came, err := d.lists.ImportSite(ctx, in, folders, func(rows int) { bar.show(rows, "") })
		bar.finish()
		if err != nil {
			return fmt.Errorf("import %s: %w", file, err)
		}
		if a.json {
			return a.printJSON(came)
		}
		a.printSiteImport(came)
		return nil
	})
}

func (a *app) printSiteImport(came lists.SiteImport) {
	fmt.Fprintf(a.stdout, "%s of all newsletters taken in, with receipts, suppressions, keys, what was sent and what is queued\n", count(came.Readers, "reader"))
	if came.Files > 0 {
		fmt.Fprintf(a.stdout, "%s written\n", count(came.Files, "file"))
	}
	for _, name := range came.Kept {
		fmt.Fprintf(a.stdout, "%s is different here and stays as it is; the other is in the export\n", name)
	}
	fmt.Fprintln(a.stdout, "nothing is sent from here yet: look through tidings.toml, stop the other site, then start once with: tidings serve --adopt")
}

// siteFolders are the folders that move with a site; make those that are not
// there, or leave them out.
func (d *desk) siteFolders(create bool) (folders []lists.SiteFolder, done func(), err error) {
	done = func() {
		for _, f := range folders {
			_ = f.Root.Close() // nothing of it is read any more
		}
	}
	for _, f := range []struct{ name, path string }{
		{"newsletters", filepath.Join(d.folder.Dir(), "newsletters")}, {"templates", filepath.Join(d.folder.Dir(), "templates")}, {"media", d.folder.Data("media")},
	} {
		if create {
			if err := os.MkdirAll(f.path, 0o750); err != nil {
				done()
				return nil, nil, newsletter.Hint(fmt.Errorf("make folder: %w", err), "may this user write there")
			}
		}
		root, err := os.OpenRoot(f.path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			done()
			return nil, nil, fmt.Errorf("open folder %s: %w", f.name, err)
		}
		folders = append(folders, lists.SiteFolder{Name: f.name, Root: root})
	}
	return folders, done, nil
}
