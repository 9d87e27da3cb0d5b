package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"tidings/internal/lists"
	"tidings/internal/mailbox"
	"tidings/internal/newsletter"
	"tidings/internal/publish"
	"tidings/internal/render"
	"tidings/internal/signup"
	"tidings/internal/site"
	"tidings/internal/store"
	"tidings/internal/token"
	"tidings/templates"
)

// desk is an open site: what most commands work with.
type desk struct {
	folder    *site.Folder
	store     *store.Store
	tokens    *token.Ring
	templates fs.FS
	renderer  *render.Renderer
	publisher *publish.Publisher
	signup    *signup.Service
	lists     *lists.Service
	media     *os.Root // open while pages are served
	log       *slog.Logger

	adopt bool   // this copy of the database is the one that sends
	wake  func() // tells the worker that there is work; nil where none runs
}

// open opens the site of --site with its database. Close it when done.
func (a *app) open(ctx context.Context, log *slog.Logger) (*desk, error) {
	return a.openAhead(ctx, log, 0)
}

// openAhead is open with the schedules and the house kept by a clock that is ahead of
// the machine's.
func (a *app) openAhead(ctx context.Context, log *slog.Logger, offset time.Duration) (*desk, error) {
	d, err := a.openFolder(log)
	if err != nil {
		return nil, err
	}
	if d.store, err = d.openStore(ctx); err != nil {
		return nil, errors.Join(err, d.folder.Close())
	}
	if err := d.connect(ctx, offset); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// openToRead opens the site with its database, if it has one already, and makes
// nothing: d.store is nil in a site where nothing has happened yet.
func (a *app) openToRead(ctx context.Context) (*desk, error) {
	d, err := a.openFolder(nil)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(d.folder.Config.Database); !errors.Is(err, fs.ErrNotExist) {
		if d.store, err = d.openStore(ctx); err != nil {
			return nil, errors.Join(err, d.folder.Close())
		}
	}
	d.makePublisher(0)
	return d, nil
}

// lockFile is held by the process that sends.
func (d *desk) lockFile() string { return d.folder.Data("data.lock") }

func (d *desk) openStore(ctx context.Context) (*store.Store, error) {
	return store.OpenBeside(ctx, d.folder.Config.Database, d.lockFile())
}

// openFolder opens the site without its database, for commands that only read
// files.
func (a *app) openFolder(log *slog.Logger) (*desk, error) {
	folder, err := site.Open(a.dir)
	if err != nil {
		return nil, err
	}
	d := &desk{folder: folder, log: log, templates: folder.Over(templates.FS)}
	d.renderer = render.New(d.templates)
	return d, nil
}

// connect makes what needs the database.
func (d *desk) connect(ctx context.Context, offset time.Duration) error {
	secrets, err := d.store.TokenKeys(ctx)
	if err != nil {
		return err
	}
	keys := make([]token.Key, len(secrets))
	for i, s := range secrets {
		keys[i] = token.Key{ID: byte(s.ID), Secret: s.Secret} //nolint:gosec // the store numbers them from 1 to 255
	}
	if d.tokens, err = token.New(keys); err != nil {
		return err
	}
	d.makePublisher(offset)
	d.signup = signup.New(signup.Config{
		Store:       d.store,
		Tokens:      d.tokens,
		Newsletters: func(context.Context) ([]newsletter.Newsletter, error) { return d.folder.Lasting() },
		ConfirmMail: func(_ context.Context, q newsletter.Question) (*newsletter.Mail, error) {
			return d.kept(d.renderer.Confirm(q, d.renderOptions()))
		},
		PersonalMail: func(_ context.Context, n newsletter.Newsletter, kind newsletter.Kind, language string) (*newsletter.Mail, error) {
			return d.kept(d.renderer.Personal(&n, kind, language, d.renderOptions()))
		},
		WelcomeMail: d.publisher.Welcome,
		// Also where a relay took the place of the mailbox: what it got before is there still.
		Forget: func(addresses []string) (int, error) { return mailbox.Forget(d.folder.Data("mailbox"), addresses) },
		Log:    d.log,
		Offset: offset,
	})
	d.lists = lists.New(lists.Config{Store: d.store, Newsletter: d.signup.Newsletter, Ask: d.signup.Ask})
	return nil
}

// makePublisher makes the publisher of an open folder, with its database where it
// has one.
func (d *desk) makePublisher(offset time.Duration) {
	d.publisher = publish.New(publish.Config{
		Site: d.folder, Store: d.store, Renderer: d.renderer, Log: d.log, Wake: d.wakeWorker, Offset: offset,
	})
}

// kept is a mail whose pictures are where its readers will look for them.
func (d *desk) kept(m *newsletter.Mail, err error) (*newsletter.Mail, error) {
	if err != nil {
		return nil, err
	}
	return m, d.publisher.KeepMedia(m.Media)
}

func (d *desk) renderOptions() render.Options {
	return render.Options{BaseURL: d.folder.Config.BaseURL, Files: d.folder.FS()}
}

// Close closes the database and the folder.
func (d *desk) Close() error {
	var err error
	if d.store != nil {
		err = d.store.Close()
	}
	return errors.Join(err, d.closeMedia(), d.folder.Close())
}

// wakeWorker tells the worker of this process, if there is one, that something
// is due.
func (d *desk) wakeWorker() {
	if d.wake != nil {
		d.wake()
	}
}
