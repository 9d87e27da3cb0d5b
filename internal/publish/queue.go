package publish

import (
	"context"
	"slices"

	"tidings/internal/issue"
	"tidings/internal/newsletter"
)

// Queue lists the issues of a newsletter that stand ready and were not
// published yet, in date order, together with what is wrong with files beside
// them. The files are the queue; the database knows what has left it.
func (p *Publisher) Queue(ctx context.Context, n *newsletter.Newsletter) ([]*newsletter.Issue, newsletter.Problems, error) {
	published, err := p.config.Store.Published(ctx, n.ID)
	if err != nil {
		return nil, nil, err
	}
	all, problems := issue.List(p.config.Site.FS(), n)
	queue := slices.DeleteFunc(all, func(i *newsletter.Issue) bool {
		return i.Status != newsletter.IssueReady || published[i.Slug]
	})
	return queue, problems, nil
}
