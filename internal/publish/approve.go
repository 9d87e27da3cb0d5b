package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"

	"golang.org/x/sync/errgroup"

	"tidings/internal/newsletter"
)

// errNotApproved holds an issue whose newsletter asks for a person's consent.
var errNotApproved = errors.New("not approved")

// Approve binds a person's consent to a draft as it is.
func (p *Publisher) Approve(ctx context.Context, d *Draft, by string) error {
	if err := p.config.Store.Approve(ctx, d.approval(by)); err != nil {
		return err
	}
	p.logApproval(d, by)
	return nil
}

func (d *Draft) approval(by string) newsletter.Approval {
	return newsletter.Approval{Newsletter: d.Newsletter.ID, Slug: d.Issue.Slug, SHA256: d.SHA256, By: by}
}

func (p *Publisher) logApproval(d *Draft, by string) {
	p.config.Log.Info("issue approved", slog.String("issue", d.Issue.Ref()), slog.String("by", by), slog.String("sha256", d.SHA256))
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
		return newsletter.Hint(errNotApproved, "look at it, then: tidings approve "+d.Issue.Ref())
	case a.SHA256 != d.SHA256:
		return newsletter.Hint(fmt.Errorf("%w as it is: it was changed after %s approved it", errNotApproved, a.By),
			"look at it again, then: tidings approve "+d.Issue.Ref())
	}
	return nil
}

// Review looks at the issues of a queue as their slots will: it says which have
// errors that would stop them, and shows approved ones that are no longer what
// somebody approved as ready. It changes nothing that is kept: a running clock
// ends their approval and tells staff, and each slot looks once more.
func (p *Publisher) Review(ctx context.Context, n *newsletter.Newsletter, entries []Entry) error {
	looks, ctx := errgroup.WithContext(ctx)
	looks.SetLimit(runtime.GOMAXPROCS(0)) // each renders a mail
	for i := range entries {
		looks.Go(func() error { return p.review(ctx, n, &entries[i]) })
	}
	return looks.Wait()
}

func (p *Publisher) review(ctx context.Context, n *newsletter.Newsletter, e *Entry) error {
	if e.Issue == nil || e.State == newsletter.QueueHeld {
		return nil
	}
	draft, err := p.Prepare(ctx, n, e.File)
	problems, broken := errors.AsType[newsletter.Problems](err)
	if err != nil && !broken && !errors.Is(err, newsletter.ErrNotFound) {
		return err
	}
	if n.Approval == newsletter.ApprovalRequired && e.Standing == Approved && (err != nil || draft.SHA256 != e.Approval.SHA256) {
		e.Standing, e.Remark = Ready, "changed after "+e.Approval.By+" approved it"
		e.Approval = nil
	}
	if broken {
		e.Errors = len(problems.Errors())
		e.Remark = errorCount(e.Errors) + ": tidings check " + e.Ref()
	}
	return nil
}

func errorCount(n int) string {
	if n == 1 {
		return "1 error"
	}
	return fmt.Sprintf("%d errors", n)
}
