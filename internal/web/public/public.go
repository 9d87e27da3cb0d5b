// Package public is in charge of the pages that readers meet: the newsletters of
// a site, the form to sign up, the pages behind the links in a letter, and the
// archive. The pages hold no rules: each reads its request, makes one call into
// package signup or store, and shows what came of it. They work without script
// and without a cookie, and nothing that a link scanner fetches changes anything.
package public

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"tidings/internal/locale"
	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/store"
	"tidings/internal/web"
)

// Config is what the reader pages stand on. All of it must be given, but for
// Now, which is time.Now when it is nil.
type Config struct {
	Pages       *web.Pages
	Signup      *signup.Service
	Store       *store.Store                                           // the archive
	Newsletters func(context.Context) ([]newsletter.Newsletter, error) // of the site, in the order to show them
	Media       fs.FS                                                  // pictures, as hash/name
	BaseURL     string                                                 // of the site, without a slash at its end
	Now         func() time.Time
}

// pages answers the routes of routes.go.
type pages struct {
	Config
}

// New returns the reader pages. They answer every path that nobody else does.
func New(c Config) http.Handler {
	if c.Now == nil {
		c.Now = time.Now
	}
	return (&pages{c}).routes()
}

// newsletter returns the newsletter that the path names.
func (p *pages) newsletter(r *http.Request) (*newsletter.Newsletter, error) {
	all, err := p.Newsletters(r.Context())
	if err != nil {
		return nil, fmt.Errorf("listing newsletters: %w", err)
	}
	id := r.PathValue("newsletter")
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("newsletter %q: %w", id, newsletter.ErrNotFound)
}

// frame is the frame of a page of n in the words of l. Title is the id of a
// message; empty: the newsletter's own title.
func frame(l *locale.Locale, n *newsletter.Newsletter, title string) web.Page {
	f := web.Page{Locale: l, Title: n.Title, Theme: themeURL(n)}
	if title != "" {
		f.Title, f.Site = f.Say(title), n.Title
	}
	return f
}

// open is the frame of a page of n that anybody may open.
func (p *pages) open(r *http.Request, n *newsletter.Newsletter, title string) web.Page {
	f := frame(p.Pages.Locale(r, "", n.Language), n, title)
	if n.Archive.Listed() {
		f.Feeds = feedLinks("/"+n.ID, n.Title)
	}
	return f
}

// personal is the frame of a page for the person a link is about.
func (p *pages) personal(r *http.Request, person signup.Person, title string) web.Page {
	return frame(p.Pages.Locale(r, person.Language, person.Newsletter.Language), &person.Newsletter, title)
}
