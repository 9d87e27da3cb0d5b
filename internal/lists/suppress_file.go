package lists

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// ImportSuppressions keeps a list of suppressions, plain or packed with gzip:
// one address or hash a line, or CSV with a column email (or value, or sha256)
// and, if it likes, reason, newsletter, source and created_at. It is streamed. A
// line that cannot be right is refused with the reason, and the rest is kept.
func (s *Service) ImportSuppressions(ctx context.Context, r io.Reader, o SuppressOptions) (SuppressCount, error) {
	if o.Source == "" {
		o.Source = "import"
	}
	l := &suppressionList{SuppressOptions: o, service: s, offered: map[string]error{}, verdicts: verdicts()}
	if err := l.offers(ctx, o.Newsletter); err != nil {
		return SuppressCount{}, err
	}
	if _, err := suppression("a@example.org", o); err != nil { // what is said once for all
		return SuppressCount{}, err
	}
	text, err := unpackOne(r)
	if err != nil {
		return SuppressCount{}, err
	}
	l.in = newRecords(text)
	err = l.read(ctx)
	if err == nil && l.hashes {
		l.count.Readers, err = s.Store.SettleHashes(ctx)
	}
	return l.count, err
}

// unpackOne is the text of one file that may be packed with gzip.
func unpackOne(r io.Reader) (*bufio.Reader, error) {
	begun := bufio.NewReaderSize(r, 4096)
	switch howPacked(begun) {
	case packedZip:
		return nil, newsletter.Hint(fmt.Errorf("%w file: this is a zip", newsletter.ErrInvalid), "unpack it and import what is in it")
	case packedGzip:
		inside, err := gunzip(begun)
		if err != nil {
			return nil, err
		}
		return textOf(inside), nil
	case packedNot:
	}
	return textOf(begun), nil
}

// suppressionList is a list of suppressions that is being read.
type suppressionList struct {
	SuppressOptions
	service  *Service
	in       *records
	offered  map[string]error // newsletters that were looked for
	verdicts map[string]verdict
	head     []string       // the headings, as the file has them
	columns  map[string]int // by what they hold; nil until the first line is read
	count    SuppressCount
	hashes   bool
	pending  []newsletter.Suppression
}

func (l *suppressionList) read(ctx context.Context) error {
	for {
		cells, at, err := l.in.next()
		if errors.Is(err, io.EOF) {
			return l.flush(ctx)
		}
		if bad, ok := errors.AsType[*recordError](err); ok {
			if err := l.refuse(Refusal{Line: bad.line, Reason: bad.reason, Cells: bad.cells()}); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if l.columns == nil && l.header(cells) || strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		l.count.Rows++
		p, err := l.row(ctx, cells)
		if err != nil {
			l.count.Rows--
			if err := l.refuse(Refusal{Line: at, Reason: err.Error(), Email: l.cell(cells, columnEmail), Cells: cells}); err != nil {
				return err
			}
			continue
		}
		l.hashes = l.hashes || p.Email == ""
		if l.pending = append(l.pending, p); len(l.pending) == store.SuppressionBatch {
			if err := l.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// header understands the first line, and says whether it names columns.
func (l *suppressionList) header(cells []string) bool {
	l.columns = map[string]int{}
	words := map[string]string{
		"email": columnEmail, "email_address": columnEmail, "e_mail": columnEmail, "address": columnEmail, "value": columnEmail,
		"sha256": columnEmail, "hash": columnEmail, "recipient": columnEmail, "suppressed": columnEmail,
		"reason": "reason", "status": "reason", "type": "reason", "newsletter": "newsletter", "source": "source",
		"created_at": columnCreated, "date": columnCreated, "created": columnCreated,
	}
	for i, cell := range cells {
		as, ok := words[snake(cell)]
		if _, taken := l.columns[as]; ok && (!taken || snake(cell) == "value") {
			l.columns[as] = i // value is whom our own export names, and email may be empty there
		}
	}
	if _, ok := l.columns[columnEmail]; ok {
		l.head = cells
		return true
	}
	l.head = []string{columnEmail}
	l.columns = map[string]int{columnEmail: 0}
	return false
}

func (l *suppressionList) cell(cells []string, as string) string {
	if i, ok := l.columns[as]; ok && i < len(cells) {
		return strings.TrimSpace(disarm(cells[i]))
	}
	return ""
}

// row reads one line.
func (l *suppressionList) row(ctx context.Context, cells []string) (newsletter.Suppression, error) {
	o := l.SuppressOptions
	if word := l.cell(cells, "reason"); word != "" {
		reason, err := newsletter.ParseSuppressionReason(word)
		if err != nil {
			reason = l.verdicts[snake(word)].gone
		}
		if reason == "" {
			return newsletter.Suppression{}, err
		}
		o.Reason = reason
	}
	if name := l.cell(cells, "newsletter"); name != "" {
		o.Newsletter = name
	}
	if source := l.cell(cells, "source"); source != "" {
		o.Source = source
	}
	if err := l.offers(ctx, o.Newsletter); err != nil {
		return newsletter.Suppression{}, err
	}
	p, err := suppression(l.cell(cells, columnEmail), o)
	if at := when(l.cell(cells, columnCreated)); !at.IsZero() && at.Before(l.service.Now()) {
		p.CreatedAt = at
	}
	return p, err
}

// offers looks for a newsletter once, however many lines name it: that reads the
// settings of all there are.
func (l *suppressionList) offers(ctx context.Context, id string) error {
	err, looked := l.offered[id]
	if !looked {
		err = l.service.offers(ctx, id)
		if len(l.offered) < 1000 {
			l.offered[id] = err
		}
	}
	return err
}

func (l *suppressionList) refuse(r Refusal) error {
	l.count.Rows++
	l.count.Refused++
	r.Head = l.head
	if l.Refused == nil {
		return nil
	}
	return l.Refused(r)
}

// flush keeps what was read.
func (l *suppressionList) flush(ctx context.Context) error {
	n, err := l.service.Store.Suppress(ctx, l.pending)
	if err != nil {
		return err
	}
	l.count.Added += n
	l.count.Known += len(l.pending) - n
	l.pending = l.pending[:0]
	if l.Progress != nil {
		l.Progress(l.count)
	}
	return nil
}
