package lists

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// zip takes in the files of an archive that are lists of readers, those of
// people who left first: a "no" counts whatever another file says.
func (im *importer) zip(ctx context.Context, r io.Reader, begun *bufio.Reader) error {
	archive, err := openZip(r, begun)
	if err != nil {
		return err
	}
	defer archive.close()
	entries, err := archive.entries(mostEntries)
	if err != nil {
		return err
	}
	lists, err := im.choose(ctx, entries)
	if err != nil {
		return err
	}
	for _, l := range lists {
		if err := im.entry(ctx, l.file); err != nil {
			return fmt.Errorf("%s: %w", l.file.Name, err)
		}
	}
	return nil
}

// listed is a file of an archive that is a list of readers.
type listed struct {
	file  *zip.File
	known bool // recognized as the export of another program, or of ours
	gone  bool // of people who left
}

// choose looks at the headings of an archive's files. Where any is an export
// that is recognized, the others are not lists of readers: exports also hold
// who opened what.
func (im *importer) choose(ctx context.Context, entries []*zip.File) ([]listed, error) {
	if slices.ContainsFunc(entries, func(f *zip.File) bool { return f.Name == siteManifest }) {
		err := fmt.Errorf("%w archive: this is the export of a whole site", newsletter.ErrInvalid)
		return nil, newsletter.Hint(err, "it needs no --newsletter")
	}
	var lists []listed
	for _, f := range entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l, err := im.headings(f)
		if err != nil {
			if !errors.Is(err, newsletter.ErrInvalid) {
				return nil, err
			}
			im.skip(f, "no list of readers")
			continue
		}
		lists = append(lists, l)
	}
	if slices.ContainsFunc(lists, func(l listed) bool { return l.known }) {
		lists = slices.DeleteFunc(lists, func(l listed) bool {
			if !l.known {
				im.skip(l.file, "not the list of readers of this export")
			}
			return !l.known
		})
	}
	if len(lists) == 0 {
		err := fmt.Errorf("%w archive: none of its %d files is a list of readers", newsletter.ErrInvalid, len(entries))
		return nil, newsletter.Hint(err, "the first line of a list names its columns, with one called email")
	}
	slices.SortStableFunc(lists, func(a, b listed) int {
		switch {
		case a.gone == b.gone:
			return strings.Compare(a.file.Name, b.file.Name)
		case a.gone:
			return -1
		}
		return 1
	})
	return lists, nil
}

// mostSkipped is how many files that were passed over are named.
const mostSkipped = 20

func (im *importer) skip(f *zip.File, why string) {
	if len(im.report.Files) < mostSkipped {
		im.report.Files = append(im.report.Files, ImportedFile{Name: f.Name, Skipped: why})
	}
}

// headings understands the headings of one file of an archive.
func (im *importer) headings(f *zip.File) (listed, error) {
	in, err := openEntry(f)
	if err != nil {
		return listed{}, err
	}
	defer func() { _ = in.Close() }()
	t, err := openTable(textOf(in))
	if err != nil {
		return listed{}, err
	}
	rows, err := im.rowReader(f.Name, t)
	if err != nil {
		return listed{}, err
	}
	return listed{file: f, known: rows.format.name != plainFormat, gone: rows.file.gone != ""}, nil
}

// entry takes in one file of an archive.
func (im *importer) entry(ctx context.Context, f *zip.File) error {
	in, err := openEntry(f)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	t, err := openTable(textOf(in))
	if err != nil {
		return err
	}
	rows, err := im.rowReader(f.Name, t)
	if err != nil {
		return err
	}
	return im.run(ctx, path.Clean(f.Name), t, rows)
}
