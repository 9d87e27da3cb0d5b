// Package mailview is in charge of the pages of the built-in mailbox at
// /mailbox: the list, one mail as its reader sees it, its text and its source.
// What it shows was written by anybody, so nothing in a mail can run, load from
// elsewhere or act in our name.
package mailview

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"tidings/internal/mailbox"
	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// views answers the requests for the mailbox's pages.
type views struct {
	box   *mailbox.Mailbox
	pages *web.Pages
	style string // URL of the mailbox's own style sheet
	site  string // base URL of the site, from which a mail may load pictures
}

// Routes adds the pages of box to mux, all of them at /mailbox and below.
// baseURL is the site's: pictures of mails are shown only from there. The pages
// ask for no password; serve them on loopback alone, and only for a site that is
// reached there: before any other stands a proxy, and a request that it brings may
// look as one of this machine.
func Routes(mux *http.ServeMux, box *mailbox.Mailbox, pages *web.Pages, baseURL string) error {
	style, err := pages.Assets().URL("mailbox.css")
	if err != nil {
		return fmt.Errorf("pages of the mailbox: %w", err)
	}
	v := &views{box: box, pages: pages, style: style, site: baseURL}
	handle := func(pattern string, h web.Handler) {
		mux.Handle(pattern, http.NewCrossOriginProtection().Handler(pages.Handle(v.local(h))))
	}
	handle("GET /mailbox", v.list)
	handle("POST /mailbox/empty", v.empty)
	handle("GET /mailbox/{id}", v.mail)
	handle("GET /mailbox/{id}/html", v.html)
	handle("GET /mailbox/{id}/picture/{n}", v.picture)
	handle("GET /mailbox/{id}/source", v.source)
	return nil
}

// local refuses requests under a name that is not this machine's: a page on the
// web whose name leads to 127.0.0.1 must not read the mails. It refuses those, too,
// that come from elsewhere, or that a proxy on this machine brings, whatever name
// it calls us by.
func (v *views) local(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		switch {
		case brought(r):
			return fmt.Errorf("mailbox asked for through a proxy: %w", newsletter.ErrNotFound)
		case !web.IsLoopback(r.RemoteAddr):
			return fmt.Errorf("mailbox asked for from elsewhere: %w", newsletter.ErrNotFound)
		case !web.IsLoopback(r.Host):
			return fmt.Errorf("mailbox asked for as %.80q: %w", r.Host, newsletter.ErrNotFound)
		}
		return h(w, r)
	}
}

// brought says whether a proxy brings a request. Most say so; one that does not,
// as nginx in the default of its older versions, speaks HTTP/1.0, which no browser
// does. One that speaks as a browser cannot be told from it: see Routes.
func brought(r *http.Request) bool {
	if !r.ProtoAtLeast(1, 1) {
		return true
	}
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Forwarded-") || slices.Contains([]string{"Forwarded", "X-Real-Ip", "Via", "True-Client-Ip", "Cf-Connecting-Ip"}, name) {
			return true
		}
	}
	return false
}

// empty answers POST /mailbox/empty: it deletes all mails.
func (v *views) empty(w http.ResponseWriter, r *http.Request) error {
	if _, err := v.box.Clear(); err != nil {
		return err
	}
	http.Redirect(w, r, "/mailbox", http.StatusSeeOther)
	return nil
}

// find reads the mail that the request's path names.
func (v *views) find(r *http.Request) (*mailbox.Message, error) {
	m, err := v.box.Message(r.PathValue("id"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", newsletter.ErrNotFound, err)
	}
	return m, err
}

// page returns what the frame needs to know of every page here.
func (v *views) page(title string) web.Page {
	return web.Page{Locale: v.pages.Languages().For("en"), Title: title, Site: "Tidings", Theme: v.style, Class: "staff", Private: true}
}
