package store

import (
	"context"
	"fmt"

	"tidings/internal/newsletter"
)

// lastAsked is the receipt of how somebody was last asked to confirm a
// newsletter, and whether a list ever named them.
const lastAsked = `SELECT c.source, c.actor, p.imported_at > 0 FROM consent c
	JOIN subscription p ON p.subscriber_id = c.subscriber_id AND p.newsletter = c.newsletter
	WHERE c.subscriber_id = $2 AND c.newsletter = $1 AND c.act = 'asked' ORDER BY c.n DESC LIMIT 1`

// Origin says who brought a person to a newsletter, by the receipt of how they
// were asked; empty where they never were.
func (s *Store) Origin(ctx context.Context, newsletterID string, subscriberID int64) (newsletter.Origin, error) {
	var r asking
	err := s.read.QueryRowContext(ctx, lastAsked, newsletterID, subscriberID).Scan(&r.source, &r.actor, &r.listed)
	return r.origin(plain(err))
}

// origin is Origin in a transaction.
func (t *tx) origin(newsletterID string, subscriberID int64) (newsletter.Origin, error) {
	var r asking
	return r.origin(t.row(lastAsked, []any{newsletterID, subscriberID}, &r.source, &r.actor, &r.listed))
}

// asking is a row of lastAsked.
type asking struct {
	source, actor string
	listed        bool
}

func (r *asking) origin(err error) (newsletter.Origin, error) {
	switch {
	case notFound(err):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("find who brought them: %w", err)
	case r.actor == "" && r.source == string(newsletter.FromPage):
		return newsletter.FromPage, nil
	case r.actor == "":
		return newsletter.FromForm, nil
	case r.listed:
		return newsletter.FromList, nil
	}
	return newsletter.FromStaff, nil
}
