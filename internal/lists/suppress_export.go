package lists

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
)

// ExportSuppressions writes the suppressions of a newsletter, or with "" all of
// them, as CSV that ImportSuppressions takes back, and returns how many. Whoever
// was erased stands there as a hash that only this site can make.
func (s *Service) ExportSuppressions(ctx context.Context, w io.Writer, newsletterID string) (int, error) {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write([]string{"value", "email", "newsletter", "reason", "source", columnCreated}); err != nil {
		return 0, fmt.Errorf("write export: %w", err)
	}
	n := 0
	for p, err := range s.Store.Suppressions(ctx, newsletterID) {
		if err != nil {
			return n, err
		}
		row := []string{arm(p.Value), arm(p.Email), p.Newsletter, string(p.Reason), arm(p.Source), stamp(p.CreatedAt)}
		if err := out.Write(row); err != nil {
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
