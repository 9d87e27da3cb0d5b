package lists

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

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
	Source    string            // how consent came; "" is "import"
	Statement string            // what they agreed to, for the receipts; "" is a sentence that names Source
	Actor     string            // who imports, for the receipts; "" is "staff"
	Tags      []string          // given to everybody in the file
	File      string            // its name, where there is one
	From      string            // the format; "" is what the headings say
	Map       map[string]string // what a column holds, by heading, as ParseMap reads it
	DryRun    bool              // say what would happen, and keep nothing
	// Progress is called after each two thousand rows, with what was done and how
	// many rows were read; of a long file many are read before they are written.
	Progress func(done ImportCount, read int)
	Refused  func(Refusal) error // for each refused row; an error ends the import
	// KeptOut is called as Refused is, for each row that says nothing against
	// somebody who left or must not be mailed. Of the row only the address is told.
	KeptOut func(Refusal) error
}

// Refusal is a row that was not imported.
type Refusal struct {
	File   string   `json:"file"`   // in an archive; else ""
	Line   int      `json:"line"`   // of the file, from 1, on which the row begins
	Reason string   `json:"reason"` // one sentence
	Email  string   `json:"email"`  // as it stands in the file, at most 254 bytes; "" where it cannot be told
	Head   []string `json:"-"`      // the headings of the file
	Cells  []string `json:"-"`      // the row as it stands in the file, where it can be read
	Raw    string   `json:"-"`      // the same of a row of JSON
}

// ImportCount counts the rows of a file by what became of them.
type ImportCount struct {
	Rows      int `json:"rows"`      // without the header and empty lines
	Added     int `json:"added"`     // subscriptions that are new
	Updated   int `json:"updated"`   // readers who were known and changed
	Unchanged int `json:"unchanged"` // readers of whom all was known
	Doubles   int `json:"doubles"`   // the first row of an address counts
	KeptOut   int `json:"kept_out"`  // people who left, bounced, complained, were erased or never asked: they stay away
	Refused   int `json:"refused"`
}

// ImportReport is what came of an import.
type ImportReport struct {
	ImportCount
	Files  []ImportedFile `json:"files"`
	DryRun bool           `json:"dry_run"`
}

// ImportedFile is what came of one file of an import: the file itself, or one
// of an archive.
type ImportedFile struct {
	Name    string            `json:"name"`
	Format  string            `json:"format"`            // whose export it was taken for; "" where the headings alone say what they hold
	Columns map[string]string `json:"columns"`           // what was taken in, by heading
	Ignored []string          `json:"ignored"`           // headings of what was not
	Skipped string            `json:"skipped,omitempty"` // why nothing of it was read
	ImportCount
}

// Import takes a list of people in: CSV, TSV or JSON, plain or packed with gzip
// or zip, which the content tells and not the name. Exports of other programs
// are recognized by their headings; in any other file a heading says what its
// column holds, with at least one called "email". A zip is read file by file.
// Everything is streamed: its length costs no memory.
//
// A row that cannot be right is refused with its line and the reason, and the
// rest is imported. What a row says is added to what is known; an empty cell
// changes nothing. The same file again changes nothing. Nobody who left, must
// not be mailed or was erased is revived, and a status that says so ends a
// subscription and is kept as a suppression. An error tells of the file or the
// store as a whole; what the report counts until then is kept. Of a file of more
// than a hundred thousand rows, those behind are taken in in the order of their
// addresses.
func (s *Service) Import(ctx context.Context, r io.Reader, o ImportOptions) (report ImportReport, err error) {
	im, err := s.newImporter(ctx, o)
	if err != nil {
		return ImportReport{Files: []ImportedFile{}}, err
	}
	if o.DryRun {
		if im.into.Rehearsal, err = store.NewRehearsal(ctx); err != nil {
			return im.report, err
		}
		defer func() { err = errors.Join(err, im.into.Rehearsal.Close()) }()
	}
	err = im.open(ctx, r)
	return im.report, err
}

// importer is one import at work. A file is read by one goroutine and written
// by another; each owns the fields that it uses.
type importer struct {
	ImportOptions
	service *Service
	n       newsletter.Newsletter
	into    store.Import
	tags    []string
	state   newsletter.SubscriptionState
	report  ImportReport
	file    *ImportedFile // that is being read
}

// newImporter checks the options.
func (s *Service) newImporter(ctx context.Context, o ImportOptions) (*importer, error) {
	n, err := s.Newsletter(ctx, o.Newsletter)
	if err != nil {
		return nil, err
	}
	im := &importer{ImportOptions: o, service: s, n: n, state: newsletter.SubscriptionPending}
	im.report = ImportReport{Files: []ImportedFile{}, DryRun: o.DryRun}
	proof := newsletter.Proof{Source: "import", Words: o.Statement, Actor: cmp.Or(o.Actor, "staff")}
	if o.Source != "" {
		if proof.Source, err = newsletter.Line("source", o.Source, newsletter.MaxName); err != nil {
			return nil, err
		}
	}
	if o.Confirmed {
		im.state = newsletter.SubscriptionConfirmed
	}
	if proof.Words == "" {
		proof.Words = o.statement(proof.Source)
	}
	im.into = store.Import{Newsletter: n.ID, Began: s.Now(), Proof: proof}
	im.tags, err = newsletter.NormalizeTags(o.Tags)
	return im, err
}

// statement is what a receipt says where nobody says better.
func (o *ImportOptions) statement(source string) string {
	if o.Confirmed {
		return "Whoever brought this list stated that each person on it had agreed to this newsletter. Source: " + source + "."
	}
	return "A list was brought, and nobody stated that the people on it had agreed to this newsletter; each is asked. Source: " + source + "."
}

// open unpacks a file, or what is in it, and reads it.
func (im *importer) open(ctx context.Context, r io.Reader) error {
	begun := bufio.NewReaderSize(r, 4096)
	switch howPacked(begun) {
	case packedZip:
		return im.zip(ctx, r, begun)
	case packedGzip:
		inside, err := gunzip(begun)
		if err != nil {
			return err
		}
		text := textOf(inside)
		if howPacked(text) != packedNot {
			return packedTwice()
		}
		return im.plain(ctx, text)
	case packedNot:
	}
	return im.plain(ctx, textOf(begun))
}

func packedTwice() error {
	return newsletter.Hint(fmt.Errorf("%w file: an archive is packed in it", newsletter.ErrInvalid), "unpack it once and import that")
}

// plain reads the one file of an import.
func (im *importer) plain(ctx context.Context, text *bufio.Reader) error {
	t, err := openTable(text)
	if err != nil {
		return err
	}
	rows, err := im.rowReader(im.File, t)
	if err != nil {
		return err
	}
	if name := rows.unmapped(); name != "" && t.json == nil {
		return newsletter.Hint(fmt.Errorf("%w map: the file has no column %q", newsletter.ErrInvalid, name), "its columns are the first line of the file")
	}
	return im.run(ctx, im.File, t, rows)
}

// rowReader understands the headings of a file.
func (im *importer) rowReader(name string, t *table) (*rowReader, error) {
	c, err := readHeader(t.head, im.From, im.Map)
	if err != nil {
		return nil, err
	}
	rows := &rowReader{columns: c, verdicts: verdicts(), tags: im.tags, state: im.state}
	if rows.fileState = c.format.fileState(name); rows.fileState != "" {
		rows.file = rows.verdicts[snake(rows.fileState)]
	}
	return rows, nil
}

// mayAsk renders the mail that asks to confirm, where a file may need it.
func (im *importer) mayAsk(ctx context.Context, rows *rowReader, t *table) error {
	if im.into.Ask.Mail != nil || im.Confirmed && !rows.statuses && t.json == nil {
		return nil
	}
	var err error
	im.into.Ask, err = im.service.Ask(ctx, im.n)
	return err
}
