// Package publish is in charge of the step from a file to a send: it reads,
// checks and renders an issue, freezes it together with one delivery for each
// reader, and does so at the newsletter's slots, once.
package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"tidings/internal/issue"
	"tidings/internal/newsletter"
	"tidings/internal/render"
	"tidings/internal/site"
	"tidings/internal/store"
)

// Config is what a Publisher works with.
type Config struct {
	Site     *site.Folder
	Store    *store.Store // nil: there is none yet; only Check can do without
	Renderer *render.Renderer
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now, moved by Offset
	Offset   time.Duration    // how far ahead of the machine's clock the schedules are kept, to try them
	Wake     func()           // tells the delivery worker that there is work; may be nil
}

// Publisher takes issues from their files to their deliveries. There may be
// many beside each other: the database decides who was first.
type Publisher struct {
	config  Config
	shelf   shelf
	welcome welcomes
}

// New returns a Publisher.
func New(c Config) *Publisher {
	if c.Now == nil {
		c.Now = func() time.Time { return time.Now().Add(c.Offset) }
	}
	if c.Wake == nil {
		c.Wake = func() {}
	}
	return &Publisher{config: c, shelf: shelf{known: map[string]*listing{}}, welcome: welcomes{known: map[string]*greeting{}}}
}

// Draft is an issue made ready: everything is known but who gets it.
type Draft struct {
	Newsletter *newsletter.Newsletter
	Issue      *newsletter.Issue
	Mail       *newsletter.Mail
	SHA256     string              // of all that would be sent, and of the file's bytes
	Warnings   newsletter.Problems // what staff should look at; nothing that stops
}

// Prepare reads, checks and renders the issue in a file below the site folder.
// Whatever stops it is a newsletter.Problems.
func (p *Publisher) Prepare(ctx context.Context, n *newsletter.Newsletter, file string) (*Draft, error) {
	i, err := readIssue(p.config.Site.FS(), file, n)
	if err != nil {
		return nil, err
	}
	return p.prepare(ctx, n, i)
}

// readIssue reads an issue that can stand in a queue.
func readIssue(fsys fs.FS, file string, n *newsletter.Newsletter) (*newsletter.Issue, error) {
	i, err := issue.Read(fsys, file, n)
	if err == nil && i.Kind == newsletter.KindWelcome {
		err := fmt.Errorf("%w issue: %s greets each reader when they confirm", newsletter.ErrInvalid, file)
		return nil, newsletter.Hint(err, "to see it: tidings test "+file+" --to EMAIL")
	}
	return i, err
}

func (p *Publisher) prepare(ctx context.Context, n *newsletter.Newsletter, i *newsletter.Issue) (*Draft, error) {
	mail, problems, err := p.Check(ctx, n, i, nil)
	if err != nil {
		return nil, err
	}
	if errs := problems.Errors(); len(errs) > 0 {
		return nil, errs
	}
	sum, err := fingerprintOf(i, mail)
	if err != nil {
		return nil, err
	}
	return &Draft{Newsletter: n, Issue: i, Mail: mail, SHA256: sum, Warnings: problems}, nil
}

// fingerprintOf is the SHA-256, in hexadecimal, of what a reader would get and
// of what the writer wrote: the mail as it is frozen, which holds the template
// and the theme, its pictures, and every byte of the file.
func fingerprintOf(i *newsletter.Issue, m *newsletter.Mail) (string, error) {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(m); err != nil {
		return "", fmt.Errorf("encode mail: %w", err)
	}
	for _, picture := range m.Media {
		fmt.Fprintln(h, picture.Hash, picture.Name)
	}
	fmt.Fprintln(h, i.SHA256)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Publish freezes a draft and makes its deliveries now, at the word of a person
// and out of the queue's order, and returns how many. Where the newsletter asks for
// approvals, that person approves by this. The same issue is never published twice:
// newsletter.ErrConflict.
func (p *Publisher) Publish(ctx context.Context, d *Draft, by string) (int, error) {
	if err := p.single(d.Newsletter, d.Issue); err != nil {
		return 0, err
	}
	if d.Newsletter.Approval != newsletter.ApprovalRequired {
		return p.freeze(ctx, d, store.Publication{})
	}
	a := d.approval(by)
	n, err := p.freeze(ctx, d, store.Publication{Approval: &a})
	if err == nil {
		p.logApproval(d, by)
	}
	return n, err
}

// freeze publishes a draft. Of how, it is given all but the issue itself.
func (p *Publisher) freeze(ctx context.Context, d *Draft, how store.Publication) (int, error) {
	var err error
	if how.Audience, err = newsletter.ParseAudience(d.Issue.Audience); err != nil {
		return 0, fmt.Errorf("%s: audience: %w", d.Issue.File, err)
	}
	if err := p.KeepMedia(d.Mail.Media); err != nil {
		return 0, err
	}
	how.Slug, how.Mail, how.QuietGap = d.Issue.Slug, d.Mail, p.config.Site.Config.Delivery.QuietGap
	n, err := p.config.Store.Publish(ctx, how)
	if err == nil && !how.Wall.IsZero() {
		err = p.spread(ctx)
	}
	if err == nil {
		p.config.Wake()
	}
	return n, err
}

// KeepMedia writes a mail's pictures to the media folder before anybody can ask
// for them. They are named by their content, so one that is there is right.
func (p *Publisher) KeepMedia(media []newsletter.Media) error {
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
