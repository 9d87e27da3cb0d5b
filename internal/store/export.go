package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// FieldNames lists the fields that any reader of a newsletter, or with "" of the site,
// has a value for, sorted.
func (s *Store) FieldNames(ctx context.Context, newsletterID string) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT s.fields FROM subscription p
		JOIN subscriber s ON s.id = p.subscriber_id WHERE ($1 = '' OR p.newsletter = $1) AND s.fields <> '{}'`, newsletterID)
	if err != nil {
		return nil, fmt.Errorf("list fields: %w", plain(err))
	}
	names := map[string]bool{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var text []byte
		if err := r.Scan(&text); err != nil {
			return err
		}
		var fields map[string]string
		if err := json.Unmarshal(text, &fields); err != nil {
			return fmt.Errorf("decode fields: %w", err)
		}
		for name := range fields {
			names[name] = true
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list fields: %w", plain(err))
	}
	return slices.Sorted(maps.Keys(names)), nil
}
