package publish

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"sync"
	"time"

	"tidings/internal/issue"
	"tidings/internal/newsletter"
)

// welcomes remembers the welcome of each newsletter as it was last made, so that
// it is made again only after something in the folder has changed.
type welcomes struct {
	mu    sync.Mutex
	known map[string]*greeting // by newsletter
}

// greeting is what came of making a welcome.
type greeting struct {
	print uint64 // of the names, sizes and times of the newsletter's files and of the templates
	mail  *newsletter.Mail
	err   error
}

// Welcome makes the mail that greets a new reader of a newsletter, from its
// welcome.md; no mail where there is no such file. It is checked like an issue,
// and what stops it is newsletter.Problems. Its pictures are kept.
func (p *Publisher) Welcome(ctx context.Context, n newsletter.Newsletter) (*newsletter.Mail, error) {
	dir := path.Join("newsletters", n.ID)
	if _, err := fs.Stat(p.config.Site.FS(), path.Join(dir, issue.Welcome)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // most newsletters have none
	}
	p.welcome.mu.Lock()
	defer p.welcome.mu.Unlock()
	sum, newest := fingerprint(p.config.Site.FS(), dir, "templates")
	if g := p.welcome.known[n.ID]; g != nil && g.print == sum && g.print != 0 {
		return g.mail, g.err
	}
	g := &greeting{print: sum}
	if g.mail, g.err = p.makeWelcome(ctx, &n, path.Join(dir, issue.Welcome)); g.err != nil || time.Since(newest) < settled {
		g.print = 0 // it may be mended, or change without looking changed
	}
	p.welcome.known[n.ID] = g
	return g.mail, g.err
}

// makeWelcome reads, checks and renders a welcome.
func (p *Publisher) makeWelcome(ctx context.Context, n *newsletter.Newsletter, file string) (*newsletter.Mail, error) {
	i, err := issue.Read(p.config.Site.FS(), file, n)
	if err != nil {
		return nil, err
	}
	mail, problems, err := p.Check(ctx, n, i, nil)
	if err != nil {
		return nil, err
	}
	if errs := problems.Errors(); len(errs) > 0 {
		return nil, errs
	}
	return mail, errors.Join(ctx.Err(), p.KeepMedia(mail.Media))
}
