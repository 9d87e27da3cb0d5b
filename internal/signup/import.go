package signup

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// ImportOptions says what is known of a file besides its rows. Progress and
// Refused may be nil; they are called by one goroutine at a time.
type ImportOptions struct {
	Newsletter string
	// Confirmed states that consent was given elsewhere, as Source tells: the
	// rows count at once. Without it each new reader is pending and asked by
	// mail, once.
	Confirmed bool
	Source    string              // how consent came; "" is "import"
	Tags      []string            // given to everybody in the file
	Progress  func(ImportCount)   // after each thousand rows
	Refused   func(Refusal) error // for each refused row; an error ends the import
}

// Refusal is a row that was not imported.
type Refusal struct {
	Line   int    `json:"line"`   // of the file, from 1, on which the row begins
	Reason string `json:"reason"` // one sentence
	Email  string `json:"email"`  // as it stands in the file, at most 254 bytes; "" where it cannot be told
}

// ImportCount counts the rows of a file by what became of them.
type ImportCount struct {
	Rows      int `json:"rows"`      // without the header and empty lines
	Added     int `json:"added"`     // subscriptions that are new
	Updated   int `json:"updated"`   // readers who were known and changed
	Unchanged int `json:"unchanged"` // readers of whom all was known
	Doubles   int `json:"doubles"`   // the first row of an address counts
	KeptOut   int `json:"kept_out"`  // people who left: they stay away
	Refused   int `json:"refused"`
}

// ImportReport is what came of an import.
type ImportReport struct {
	ImportCount
	Ignored []string `json:"ignored"` // columns of an export that a list keeps by itself
}

// Import takes a list of people in from CSV: a header line with at least a
// column "email"; "name", "first_name", "tags" (parted by commas or semicolons)
// and "status" are known, any other column becomes a field of its heading.
// Cells may be parted by commas, semicolons or tabs; UTF-8, or UTF-16 with a
// byte order mark. The file is streamed: its length costs no memory.
//
// A row that cannot be right is refused with its line and the reason, and the
// rest is imported. What a row says is added to what is known; an empty cell
// changes nothing. The same file again changes nothing. Nobody who left is
// revived, and a status that means "left" ends a subscription. An error tells of the file or the store as a whole; what the report
// counts until then is kept.
func (s *Service) Import(ctx context.Context, r io.Reader, o ImportOptions) (ImportReport, error) {
	im, err := s.newImporter(ctx, r, o)
	if err != nil {
		return ImportReport{}, err
	}
	batches := make(chan batch, 1) // one is read while one is written
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(batches)
		return im.read(ctx, batches)
	})
	group.Go(func() error {
		for b := range batches {
			if err := im.write(ctx, b); err != nil {
				return err
			}
		}
		return nil
	})
	err = group.Wait()
	return im.report, err
}

// importer is one import at work. The file is read by one goroutine and written
// by another; each owns the fields that it uses.
type importer struct {
	ImportOptions
	store   *store.Store
	into    store.Import
	records *records
	rows    rowReader
	report  ImportReport
}

// batch is a stretch of the file.
type batch struct {
	rows    []store.ImportRow
	refused []Refusal
}

// newImporter checks the options and reads the header.
func (s *Service) newImporter(ctx context.Context, r io.Reader, o ImportOptions) (*importer, error) {
	n, err := s.newsletter(ctx, o.Newsletter)
	if err != nil {
		return nil, err
	}
	im := &importer{ImportOptions: o, store: s.Store, records: newRecords(r)}
	im.into = store.Import{Newsletter: n.ID, Began: s.Now(), Proof: newsletter.Proof{Source: "import"}}
	if o.Source != "" {
		if im.into.Proof.Source, err = line("source", o.Source, maxName); err != nil {
			return nil, err
		}
	}
	im.rows.state = newsletter.SubscriptionPending
	if o.Confirmed {
		im.rows.state = newsletter.SubscriptionConfirmed
	}
	if im.rows.tags, err = newsletter.NormalizeTags(o.Tags); err != nil {
		return nil, err
	}
	if im.rows.columns, err = header(im.records); err != nil {
		return nil, err
	}
	im.report.Ignored = im.rows.ignored
	if o.Confirmed && !im.rows.status {
		return im, nil // nobody will be pending
	}
	m, err := s.confirmMail(ctx, []newsletter.Newsletter{n}, []string{n.ID}, "", false)
	if err != nil {
		return nil, err
	}
	mail := func([]string, string) (*newsletter.Mail, error) { return m, nil }
	im.into.Ask = store.Ask{Mail: mail, Every: askEvery, Most: askMost}
	return im, nil
}

// header reads the first record of a file.
func header(r *records) (columns, error) {
	cells, _, err := r.next()
	switch {
	case errors.Is(err, io.EOF):
		err = fmt.Errorf("%w file: it is empty", newsletter.ErrInvalid)
		return columns{}, newsletter.Hint(err, "the first line names the columns, with one called email")
	case err != nil:
		return columns{}, fmt.Errorf("%w header: %w", newsletter.ErrInvalid, err)
	}
	return readHeader(cells)
}

// read reads the file to its end.
func (im *importer) read(ctx context.Context, out chan<- batch) error {
	var b batch
	for {
		end, err := im.readRow(&b)
		if err != nil {
			return err
		}
		full := len(b.rows) == store.ImportBatch || len(b.refused) == store.ImportBatch
		if !end && !full {
			continue
		}
		select {
		case out <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		if end {
			return nil
		}
		b = batch{rows: make([]store.ImportRow, 0, store.ImportBatch)}
	}
}

// readRow reads one row into the batch, among its rows or its refusals.
func (im *importer) readRow(b *batch) (end bool, err error) {
	cells, at, err := im.records.next()
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	if bad, ok := errors.AsType[*recordError](err); ok {
		b.refused = append(b.refused, Refusal{Line: bad.line, Reason: bad.reason})
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if blank(cells) {
		return false, nil
	}
	row, err := im.rows.row(cells)
	if err != nil {
		b.refused = append(b.refused, Refusal{Line: at, Reason: err.Error(), Email: im.rows.address(cells)})
		return false, nil
	}
	b.rows = append(b.rows, row)
	return false, nil
}

// blank says whether a record is one of the empty lines that spreadsheets leave
// behind.
func blank(cells []string) bool {
	for _, cell := range cells {
		if cell != "" {
			return false
		}
	}
	return true
}

// write takes a batch into the store and tells what became of it.
func (im *importer) write(ctx context.Context, b batch) error {
	for _, r := range b.refused {
		im.report.Rows++
		im.report.Refused++
		if im.Refused == nil {
			continue
		}
		if err := im.Refused(r); err != nil {
			return fmt.Errorf("report refused row: %w", err)
		}
	}
	fates, err := im.store.Import(ctx, im.into, b.rows)
	if err != nil {
		return err
	}
	for _, fate := range fates {
		im.report.count(fate)
	}
	if im.Progress != nil {
		im.Progress(im.report.ImportCount)
	}
	return nil
}

func (c *ImportCount) count(fate store.Imported) {
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
