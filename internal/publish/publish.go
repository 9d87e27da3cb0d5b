// Package publish is in charge of the step from a file to a send: it reads,
// checks and renders an issue, freezes it together with one delivery for each
// reader, and does so at the newsletter's slots, once.
package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"tidings/internal/check"
	"tidings/internal/issue"
	"tidings/internal/newsletter"
	"tidings/internal/render"
	"tidings/internal/site"
	"tidings/internal/store"
)

// Config is what a Publisher works with.
type Config struct {
	Site     *site.Folder
	Store    *store.Store
	Renderer *render.Renderer
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
	Wake     func()           // tells the delivery worker that there is work; may be nil
}

// Publisher takes issues from their files to their deliveries. There may be
// many beside each other: the database decides who was first.
type Publisher struct {
	config Config
}

// New returns a Publisher.
func New(c Config) *Publisher {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Wake == nil {
		c.Wake = func() {}
	}
	return &Publisher{config: c}
}

// Draft is an issue made ready: everything is known but who gets it.
type Draft struct {
	Newsletter *newsletter.Newsletter
	Issue      *newsletter.Issue
	Mail       *newsletter.Mail
	Warnings   newsletter.Problems // what staff should look at; nothing that stops
}

// Prepare reads, checks and renders the issue in a file below the site folder.
// Whatever stops it is a newsletter.Problems.
func (p *Publisher) Prepare(n *newsletter.Newsletter, file string) (*Draft, error) {
	i, err := issue.Read(p.config.Site.FS(), file, n)
	if err != nil {
		return nil, err
	}
	return p.prepare(n, i)
}

func (p *Publisher) prepare(n *newsletter.Newsletter, i *newsletter.Issue) (*Draft, error) {
	opt := render.Options{BaseURL: p.config.Site.Config.BaseURL, Files: p.config.Site.FS()}
	mail, problems, err := check.Issue(p.config.Renderer, n, i, check.Options{Render: opt, Now: p.config.Now()})
	if err != nil {
		return nil, err
	}
	if errs := problems.Errors(); len(errs) > 0 {
		return nil, errs
	}
	return &Draft{Newsletter: n, Issue: i, Mail: mail, Warnings: problems}, nil
}

// Publish freezes a draft and makes its deliveries, and returns how many. A
// zero slot means that a person sends it now, out of the queue's order. The
// same issue is never published twice: newsletter.ErrConflict.
func (p *Publisher) Publish(ctx context.Context, d *Draft, slot time.Time) (int, error) {
	audience, err := newsletter.ParseAudience(d.Issue.Audience)
	if err != nil {
		return 0, fmt.Errorf("%s: audience: %w", d.Issue.File, err)
	}
	if err := p.keepMedia(d.Mail.Media); err != nil {
		return 0, err
	}
	n, err := p.config.Store.Publish(ctx, store.Publication{
		Slug: d.Issue.Slug, Mail: d.Mail, Audience: audience, Slot: slot,
	})
	if err == nil {
		p.config.Wake()
	}
	return n, err
}

// keepMedia writes an issue's pictures to the media folder before anybody can
// ask for them. They are named by their content, so one that is there is right.
func (p *Publisher) keepMedia(media []newsletter.Media) error {
	for _, m := range media {
		dir := p.config.Site.Data("media", m.Hash)
		path := filepath.Join(dir, filepath.Base(m.Name))
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := errors.Join(os.MkdirAll(dir, 0o700), writeFile(path, m.Data)); err != nil {
			return newsletter.Hint(fmt.Errorf("keep picture %s: %w", m.Name, err), "may this user write to the data folder, and is there room")
		}
	}
	return nil
}

// writeFile writes a file whole or not at all.
func writeFile(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
