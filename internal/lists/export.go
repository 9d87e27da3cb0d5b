package lists

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// ExportFormat is how a list is written.
type ExportFormat string

// The formats of an export.
const (
	ExportCSV   ExportFormat = "csv" // RFC 4180
	ExportTSV   ExportFormat = "tsv"
	ExportJSONL ExportFormat = "jsonl" // one object a line
)

// ParseExportFormat reads the name of a format. newsletter.ErrInvalid: it is
// none.
func ParseExportFormat(name string) (ExportFormat, error) {
	switch f := ExportFormat(name); f {
	case ExportCSV, ExportTSV, ExportJSONL:
		return f, nil
	}
	return "", newsletter.Hint(fmt.Errorf("%w format %.40q", newsletter.ErrInvalid, name), "csv, tsv or jsonl")
}

// Export writes the readers of a newsletter that the filter lets pass, in UTF-8,
// and returns how many. In CSV and TSV, cells that a spreadsheet would run as
// formulas are made safe; importing the file again undoes that and changes
// nothing. It is streamed, whatever the length of the list.
func (s *Service) Export(ctx context.Context, w io.Writer, f store.ReaderFilter, as ExportFormat) (int, error) {
	if _, err := s.Newsletter(ctx, f.Newsletter); err != nil {
		return 0, err
	}
	write, flush := exportLines(w)
	if as != ExportJSONL {
		fields, err := s.Store.FieldNames(ctx, f.Newsletter)
		if err != nil {
			return 0, err
		}
		if write, flush, err = exportTable(w, fields, as); err != nil {
			return 0, fmt.Errorf("write export: %w", err)
		}
	}
	n := 0
	for r, err := range s.Store.Readers(ctx, f) {
		if err != nil {
			return n, err
		}
		if err := write(r); err != nil {
			return n, fmt.Errorf("write export: %w", err)
		}
		n++
	}
	if err := flush(); err != nil {
		return n, fmt.Errorf("write export: %w", err)
	}
	return n, nil
}

// exportTable writes the header of a table, and returns what writes its rows.
func exportTable(w io.Writer, fields []string, as ExportFormat) (write func(store.Reader) error, flush func() error, err error) {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if as == ExportTSV {
		out.Comma = '\t'
	}
	head := slices.Concat([]string{columnEmail, columnName, columnFirst, columnTags, columnStatus}, keptColumns(), fields)
	write = func(r store.Reader) error { return out.Write(exportRow(r, fields)) }
	flush = func() error { out.Flush(); return out.Error() }
	return write, flush, out.Write(head)
}

// exportRow is one reader in the order of the header.
func exportRow(r store.Reader, fields []string) []string {
	sub, standing := r.Subscriber, r.Subscription
	row := []string{
		sub.Email, sub.Name, sub.FirstName, strings.Join(sub.Tags, ","), string(standing.State),
		standing.Source, stamp(standing.CreatedAt), stamp(standing.ConfirmedAt), stamp(standing.UnsubscribedAt), sub.Language, sub.Timezone,
	}
	for _, name := range fields {
		row = append(row, sub.Fields[name])
	}
	for i := range row {
		row[i] = arm(row[i])
	}
	return row
}

// keptColumns are written by an export and are not a reader's fields.
func keptColumns() []string {
	return []string{"source", columnCreated, columnConfirmed, columnUnsubscribedAt, columnLanguage, columnZone}
}

// exportLine is one reader as JSON has them.
type exportLine struct {
	Email       string                       `json:"email"`
	Name        string                       `json:"name"`
	FirstName   string                       `json:"first_name"`
	Tags        []string                     `json:"tags"`
	Status      newsletter.SubscriptionState `json:"status"`
	Source      string                       `json:"source"`
	CreatedAt   string                       `json:"created_at"`
	ConfirmedAt string                       `json:"confirmed_at"`
	LeftAt      string                       `json:"unsubscribed_at"`
	Language    string                       `json:"language"`
	Timezone    string                       `json:"timezone"`
	Fields      map[string]string            `json:"fields"`
}

// exportLines returns what writes readers as JSON lines.
func exportLines(w io.Writer) (write func(store.Reader) error, flush func() error) {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	write = func(r store.Reader) error {
		sub, standing := r.Subscriber, r.Subscription
		return out.Encode(exportLine{
			Email: sub.Email, Name: sub.Name, FirstName: sub.FirstName, Tags: sub.Tags, Status: standing.State, Source: standing.Source,
			CreatedAt: stamp(standing.CreatedAt), ConfirmedAt: stamp(standing.ConfirmedAt), LeftAt: stamp(standing.UnsubscribedAt),
			Language: sub.Language, Timezone: sub.Timezone, Fields: sub.Fields,
		})
	}
	return write, func() error { return nil }
}

// stamp is a time as exports have it; nothing for one that never was.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
