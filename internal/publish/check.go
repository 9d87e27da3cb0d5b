package publish

import (
	"context"

	"tidings/internal/check"
	"tidings/internal/newsletter"
	"tidings/internal/render"
)

// Check renders an issue and runs every check on it, as check.Issue does. Its readers,
// and those who would get a blank, are counted, but where there is no database yet,
// where the audience cannot be read, which stops the freezing, and of a welcome, whose
// readers are still to come. links follows the links; nil: they are not followed.
func (p *Publisher) Check(
	ctx context.Context, n *newsletter.Newsletter, i *newsletter.Issue, links *check.Prober,
) (*newsletter.Mail, newsletter.Problems, error) {
	opt := check.Options{Render: render.Options{BaseURL: p.config.Site.Config.BaseURL, Files: p.config.Site.FS()}, Now: p.config.Now()}
	if audience, err := newsletter.ParseAudience(i.Audience); err == nil && p.config.Store != nil && i.Kind != newsletter.KindWelcome {
		opt.Readers = func() (int, error) { return p.config.Store.CountAudience(ctx, i.Newsletter, audience) }
		opt.Blank = func(field string) (int, error) {
			return p.config.Store.CountBlank(ctx, i.Newsletter, audience, field)
		}
	}
	if links != nil {
		opt.Reach = func(urls []string) map[string]check.Outcome { return links.Reach(ctx, urls) }
	}
	return check.Issue(p.config.Renderer, n, i, opt)
}
