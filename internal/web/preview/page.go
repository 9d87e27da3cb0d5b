package preview

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// pagePolicy lets the page run the few lines that show what was saved, ask for
// its events and frame the mail.
const pagePolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// phone is how many CSS pixels a small phone has across.
const phone = "360"

// tab is one way to look at a mail.
type tab struct {
	Show, Name string
	Frame      string // what the frame holds, for those who do not see it; empty: no frame
	Note       string // what one should know of it
}

// tabs are the ways to look at a mail; the first is the one that is open.
var tabs = []tab{
	{"light", "Light", "The mail as its reader sees it", ""},
	{"dark", "Dark", "The mail in the dark", "Programs that know a dark scheme show the colors that the theme has for it."},
	{"forced", "Forced dark", "The mail with its colors turned around", "A stand-in: some programs turn the colors of a mail around, each by rules of its own. This shows about what to expect."},
	{"bare", "Pictures off", "The mail without its pictures", "Many programs ask before they load pictures. What stands in their place is their description."},
	{"text", "Text", "", "For readers and programs that want no HTML."},
	{"source", "HTML", "", ""},
}

// page is what preview.html is filled from.
type page struct {
	web.Page

	File     string
	Version  string
	Address  string // of the reader, as asked for
	Reader   newsletter.Subscriber
	Unknown  bool   // nobody has that address
	View     *View  // nil: there was never anything to show
	Stale    string // when the view was made, if it is not of the files as they are now
	Problems newsletter.Problems
	Size     size

	Tabs  []tab
	Tab   tab
	Phone bool
}

// page answers GET /.
func (p *preview) page(w http.ResponseWriter, r *http.Request) error {
	version, err := p.Version() // before the files are read: what is saved from now on is news
	if err != nil {
		version = ""
	}
	query := r.URL.Query()
	v := page{
		Page: web.Page{Locale: p.Pages.Languages().For("en"), Title: "Preview", Site: "Tidings", Theme: p.style, Class: "staff", Private: true},
		File: p.File, Version: version, Address: address(r), Tabs: tabs, Tab: tabs[0], Phone: query.Get("width") == phone,
	}
	if i := slices.IndexFunc(tabs, func(t tab) bool { return t.Show == query.Get("show") }); i >= 0 {
		v.Tab = tabs[i]
	}
	if v.Reader, err = p.Reader(r.Context(), v.Address); errors.Is(err, newsletter.ErrNotFound) || errors.Is(err, newsletter.ErrInvalid) {
		v.Unknown = true
		v.Reader, err = p.Reader(r.Context(), "")
	}
	if err != nil {
		return err
	}
	k, err := p.look(r.Context(), v.Reader)
	if err != nil {
		return err
	}
	v.show(k)
	web.Private(w)
	w.Header().Set("Content-Security-Policy", pagePolicy)
	return p.Pages.Render(w, http.StatusOK, "preview.html", v)
}

// show fills the page with what there is to show.
func (v *page) show(k kept) {
	v.View, v.Problems = k.good, k.problems
	if k.stale && k.good != nil {
		v.Stale = k.at.Format("15:04:05")
	}
	if k.good != nil {
		v.Title = k.good.Subject
		v.Size = newSize(k.good)
	}
}

// address is the reader that a request asks for.
func address(r *http.Request) string {
	return newsletter.Beginning(strings.TrimSpace(r.URL.Query().Get("as")), 320) // no address is longer (RFC 3696, erratum 1690)
}

// URL is the address of the page with another tab, or of the frame.
func (v page) URL(path, show string, narrow bool) string {
	query := url.Values{"show": {show}}
	if narrow {
		query.Set("width", phone)
	}
	if v.Address != "" && !v.Unknown {
		query.Set("as", v.Address)
	}
	return path + "?" + query.Encode()
}

// Errors is how many problems stop the issue.
func (v page) Errors() int { return len(v.Problems.Errors()) }

// Warnings is how many problems are only shown.
func (v page) Warnings() int { return len(v.Problems) - v.Errors() }
