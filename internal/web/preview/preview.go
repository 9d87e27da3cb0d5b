// Package preview is in charge of the page that a writer keeps open beside the
// editor: an issue as its readers will see it, what the checks say of it, and
// how near it is to the size at which it would be cut. It shows anew what was
// saved, by itself. Nothing in a mail can run there or act in anybody's name.
package preview

import (
	"context"
	"fmt"
	"net/http"

	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// Config is what the pages need from outside.
type Config struct {
	Pages *web.Pages
	File  string // the file, as the writer knows it

	// Reader finds the reader of an address; an empty one is a reader of whom
	// nothing is known. One that nobody has is newsletter.ErrNotFound, one that
	// cannot be is newsletter.ErrInvalid.
	Reader func(ctx context.Context, address string) (newsletter.Subscriber, error)

	// Render reads everything anew and returns the issue as the reader gets it.
	// What is wrong with the files comes as newsletter.Problems, in the View or
	// as the error.
	Render func(ctx context.Context, reader newsletter.Subscriber) (*View, error)

	// Version is another text once anything changed that a View is made from.
	// It is asked several times a second.
	Version func() (string, error)
}

// View is an issue as one reader gets it, and what is wrong with it.
type View struct {
	Mail                *newsletter.Mail // nil: it cannot be rendered as it is now
	Subject, Text, HTML string           // of the mail, filled for the reader
	BaseURL             string           // of the site, below which the mail looks for its pictures
	Problems            newsletter.Problems
}

// preview answers the requests for the pages.
type preview struct {
	Config
	shelf shelf
	style string // URL of the preview's own style sheet
}

// New returns the pages of a preview. They ask for no password and show what
// is not published yet: serve them on loopback alone. They answer only to names
// of this machine, so that no page of the web can reach them under a name that
// it made lead here.
func New(c Config) (http.Handler, error) {
	style, err := c.Pages.Assets().URL("preview.css")
	if err != nil {
		return nil, fmt.Errorf("pages of the preview: %w", err)
	}
	p := &preview{Config: c, style: style}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", c.Pages.Handle(p.page))
	mux.Handle("GET /mail", c.Pages.Handle(p.frame))
	mux.Handle("GET /media/{hash}/{name}", c.Pages.Handle(p.picture))
	mux.Handle("GET /events", c.Pages.Handle(p.events))
	mux.Handle("GET /static/{hash}/{name}", c.Pages.Handle(c.Pages.Assets().Serve))
	mux.Handle("/", c.Pages.Handle(func(http.ResponseWriter, *http.Request) error { return newsletter.ErrNotFound }))
	return local(mux), nil
}

// local refuses requests whose Host is no name of this machine (DNS rebinding).
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !web.IsLoopback(r.Host) {
			http.Error(w, "This preview answers only at the address that tidings printed.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
