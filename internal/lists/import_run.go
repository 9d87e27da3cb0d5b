package lists

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// batch is a stretch of a file.
type batch struct {
	rows    []store.ImportRow
	refused []Refusal
	never   int // rows of people who never asked for mail
	seen    int // rows of the file that were read until now
}

// full says whether a batch should be written.
func (b *batch) full() bool {
	return len(b.rows)+b.never >= store.ImportBatch || len(b.refused) >= store.ImportBatch
}

// run takes one file in.
func (im *importer) run(ctx context.Context, name string, t *table, rows *rowReader) error {
	if err := im.mayAsk(ctx, rows, t); err != nil {
		return err
	}
	im.report.Files = append(im.report.Files, ImportedFile{Name: name, Format: rows.format.title})
	im.file = &im.report.Files[len(im.report.Files)-1]
	keptOut := im.keptOut(t, rows)
	batches := make(chan batch) // one is read while one is written
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(batches)
		return im.read(ctx, t, rows, batches)
	})
	group.Go(func() error {
		for b := range batches {
			if err := im.write(ctx, b, keptOut); err != nil {
				return err
			}
		}
		return nil
	})
	err := group.Wait()
	im.file.columnsOf(rows)
	return err
}

// columnsOf tells what the columns of a file were taken for.
func (f *ImportedFile) columnsOf(r *rowReader) {
	f.Columns, f.Ignored = map[string]string{}, append([]string{}, r.ignored...)
	for i, as := range r.as {
		if as != columnIgnored {
			f.Columns[r.headings[i]] = as
		}
	}
}

// read reads a file to its end.
func (im *importer) read(ctx context.Context, t *table, rows *rowReader, out chan<- batch) error {
	f := feeder{ctx: ctx, out: out, after: sortAfter}
	defer f.later.close()
	for end := false; !end; {
		var err error
		if end, err = readRow(t, rows, &f.b, im.inArchive()); err != nil {
			return err
		}
		if err := f.pass(end); err != nil {
			return err
		}
	}
	return f.rest()
}

// rest hands on what was sorted.
func (f *feeder) rest() error {
	if f.sorted == 0 {
		return nil
	}
	err := f.later.each(func(row store.ImportRow) error {
		f.b.rows = append(f.b.rows, row)
		if !f.b.full() {
			return nil
		}
		return f.send()
	})
	if err != nil {
		return err
	}
	return f.send()
}

// feeder hands the rows of a file on to where they are written: the first ones
// as they come, the rest of a long file sorted.
type feeder struct {
	ctx    context.Context
	out    chan<- batch
	b      batch
	later  sorter
	after  int // rows after which the rest is sorted
	sent   int // rows that were handed on
	sorted int
	read   int // records of the file
	told   int // of them, when the last batch was handed on
}

// pass hands on what was read, when it is enough or the end.
func (f *feeder) pass(end bool) error {
	f.read++
	if f.sent < f.after {
		if end || f.b.full() {
			return f.send()
		}
		return nil
	}
	for i := range f.b.rows {
		if err := f.later.add(&f.b.rows[i]); err != nil {
			return err
		}
		f.sorted++
	}
	f.b.rows = f.b.rows[:0]
	if end || f.b.full() || f.read-f.told >= store.ImportBatch {
		return f.send()
	}
	return nil
}

// send hands on a batch.
func (f *feeder) send() error {
	f.sent += len(f.b.rows)
	f.b.seen, f.told = f.read, f.read
	select {
	case f.out <- f.b:
	case <-f.ctx.Done():
		return f.ctx.Err()
	}
	f.b = batch{rows: make([]store.ImportRow, 0, store.ImportBatch)}
	return nil
}

// inArchive is the name of the file that is read, where there may be others.
func (im *importer) inArchive() string {
	if im.file.Name == im.File {
		return ""
	}
	return im.file.Name
}

// readRow reads one row into the batch, among its rows or its refusals.
func readRow(t *table, rows *rowReader, b *batch, file string) (end bool, err error) {
	cells, at, err := t.next()
	if err != nil {
		return unread(err, t, rows, b, file)
	}
	if rows.blank(cells) {
		return false, nil
	}
	refuse := func(err error) {
		b.refused = append(b.refused, Refusal{
			File: file, Line: at, Reason: err.Error(), Email: rows.address(cells),
			Head: rows.named("status", t.head), Cells: rows.named(rows.fileState, cells), Raw: t.raw(),
		})
	}
	if t.json != nil {
		if err := rows.grow(t.head); err != nil {
			refuse(err)
			return false, nil
		}
	}
	row, err := rows.row(cells)
	row.Line = at
	switch {
	case errors.Is(err, errNever):
		b.never++
	case err != nil:
		refuse(err)
	default:
		b.rows = append(b.rows, row)
	}
	return false, nil
}

// unread deals with what the file itself says: its end, or a record that cannot
// be read, which is refused.
func unread(err error, t *table, rows *rowReader, b *batch, file string) (end bool, _ error) {
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	bad, ok := errors.AsType[*recordError](err)
	if !ok {
		return false, err
	}
	r := Refusal{File: file, Line: bad.line, Reason: bad.reason, Head: rows.named("status", t.head)}
	if t.json != nil {
		r.Raw = bad.raw
	} else {
		r.Cells = bad.cells()
	}
	b.refused = append(b.refused, r)
	return false, nil
}

// grow understands the headings that a record of JSON brought with it. One that
// cannot be understood is refused with its record, and passed over in those that
// follow.
func (c *columns) grow(head []string) error {
	for i := len(c.as); i < len(head); i++ {
		names := make([]string, len(head))
		for j, h := range head {
			names[j] = snake(h)
		}
		if err := c.add(head[i], names); err != nil {
			c.as[i] = columnIgnored
			return err
		}
	}
	return nil
}

// blank says whether a record is one of the empty lines that spreadsheets leave
// behind, or a mended file's line of a record that could not be read.
func (c *columns) blank(cells []string) bool {
	for i, cell := range cells {
		if cell != "" && (i >= len(c.as) || c.as[i] != columnIgnored) {
			return false
		}
	}
	return true
}

// write takes a batch into the store and tells what became of it.
func (im *importer) write(ctx context.Context, b batch, keptOut func(*store.ImportRow, newsletter.SuppressionReason) Refusal) error {
	for _, r := range b.refused {
		im.count(func(c *ImportCount) { c.Rows++; c.Refused++ })
		if im.Refused == nil {
			continue
		}
		if err := im.Refused(r); err != nil {
			return fmt.Errorf("report refused row: %w", err)
		}
	}
	into := im.into
	var outside []Refusal
	if im.KeptOut != nil {
		into.KeptOut = func(row *store.ImportRow, why newsletter.SuppressionReason) {
			outside = append(outside, keptOut(row, why))
		}
	}
	fates, err := im.service.Store.Import(ctx, into, b.rows)
	if err != nil {
		return err
	}
	for _, r := range outside {
		if err := im.KeptOut(r); err != nil {
			return fmt.Errorf("report who is kept out: %w", err)
		}
	}
	for range b.never {
		im.count(func(c *ImportCount) { c.add(store.ImportKeptOut) })
	}
	for _, fate := range fates {
		im.count(func(c *ImportCount) { c.add(fate) })
	}
	if im.Progress != nil {
		im.Progress(im.report.ImportCount, b.seen)
	}
	return nil
}

// count counts for the file and for all of them.
func (im *importer) count(add func(*ImportCount)) {
	add(&im.report.ImportCount)
	add(&im.file.ImportCount)
}

func (c *ImportCount) add(fate store.Imported) {
	c.Rows++
	switch fate {
	case store.ImportAdded:
		c.Added++
	case store.ImportUpdated:
		c.Updated++
	case store.ImportUnchanged:
		c.Unchanged++
	case store.ImportDouble:
		c.Doubles++
	case store.ImportKeptOut:
		c.KeptOut++
	}
}
