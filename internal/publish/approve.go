package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"tidings/internal/newsletter"
)

// errNotApproved holds an issue whose newsletter asks for a person's consent.
var errNotApproved = errors.New("not approved")

// Approve binds a person's consent to a draft as it is.
func (p *Publisher) Approve(ctx context.Context, d *Draft, by string) error {
	err := p.config.Store.Approve(ctx, newsletter.Approval{
		Newsletter: d.Newsletter.ID, Slug: d.Issue.Slug, SHA256: d.SHA256, By: by,
	})
	if err != nil {
		return err
	}
	p.config.Log.Info("issue approved", slog.String("issue", d.Issue.Ref()), slog.String("by", by), slog.String("sha256", d.SHA256))
	return nil
}

// Approvals lists who approved an issue, when, and what ended it, oldest first.
func (p *Publisher) Approvals(ctx context.Context, n *newsletter.Newsletter, slug string) ([]newsletter.Approval, error) {
	return p.config.Store.Approvals(ctx, n.ID, slug)
}

// allowed says whether a draft may go out: its newsletter asks for no approval,
// or the one that holds is for exactly this draft.
func allowed(d *Draft, a *newsletter.Approval) error {
	switch {
	case d.Newsletter.Approval != newsletter.ApprovalRequired:
		return nil
	case a == nil:
		return newsletter.Hint(fmt.Errorf("%s: %w", d.Issue.File, errNotApproved), "look at it, then: tidings approve "+d.Issue.Ref())
	case a.SHA256 != d.SHA256:
		return newsletter.Hint(fmt.Errorf("%s: %w as it is: it was changed after %s approved it", d.Issue.File, errNotApproved, a.By),
			"look at it again, then: tidings approve "+d.Issue.Ref())
	}
	return nil
}
