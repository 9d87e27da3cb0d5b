package signup

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tidings/internal/store"
)

// Export writes the readers of a newsletter that the filter lets pass as CSV
// (RFC 4180, UTF-8) and returns how many. Cells that a spreadsheet would run as
// formulas are made safe; importing the file again undoes that and changes
// nothing. It is streamed, whatever the length of the list.
func (s *Service) Export(ctx context.Context, w io.Writer, f store.ReaderFilter) (int, error) {
	if _, err := s.newsletter(ctx, f.Newsletter); err != nil {
		return 0, err
	}
	fields, err := s.Store.FieldNames(ctx, f.Newsletter)
	if err != nil {
		return 0, err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	head := slices.Concat([]string{columnEmail, columnName, columnFirst, columnTags, columnStatus}, keptColumns(), fields)
	if err := out.Write(head); err != nil {
		return 0, fmt.Errorf("write export: %w", err)
	}
	n := 0
	for r, err := range s.Store.Readers(ctx, f) {
		if err != nil {
			return n, err
		}
		if err := out.Write(exportRow(r, fields)); err != nil {
			return n, fmt.Errorf("write export: %w", err)
		}
		n++
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return n, fmt.Errorf("write export: %w", err)
	}
	return n, nil
}

// exportRow is one reader in the order of the header.
func exportRow(r store.Reader, fields []string) []string {
	sub, standing := r.Subscriber, r.Subscription
	row := []string{
		sub.Email, sub.Name, sub.FirstName, strings.Join(sub.Tags, ","), string(standing.State),
		standing.Source, stamp(standing.CreatedAt), stamp(standing.ConfirmedAt), stamp(standing.UnsubscribedAt),
	}
	for _, name := range fields {
		row = append(row, sub.Fields[name])
	}
	for i := range row {
		row[i] = arm(row[i])
	}
	return row
}

// stamp is a time as exports have it; nothing for one that never was.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// keptColumns are written by an export and are not a reader's fields.
func keptColumns() []string {
	return []string{"source", columnCreated, columnConfirmed, columnLeft}
}
