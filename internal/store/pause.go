package store

import (
	"context"
	"fmt"

	"tidings/internal/newsletter"
)

// PauseBecause pauses an issue that is being sent, and keeps why, for people.
// newsletter.ErrConflict: it is not being sent.
func (s *Store) PauseBecause(ctx context.Context, issue int64, why string) error {
	return s.update(ctx, func(t *tx) error {
		if err := t.moveIssue(issue, newsletter.IssuePaused, newsletter.IssueSending); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE issue SET reason = $2 WHERE id = $1`, issue, why); err != nil {
			return fmt.Errorf("keep why the issue is paused: %w", err)
		}
		return nil
	})
}
