package public

import (
	"fmt"
	"net/http"

	"tidings/internal/newsletter"
	"tidings/internal/store"
	"tidings/internal/web"
)

// latest is how many past issues a newsletter's own page shows.
const latest = 5

// aboutPage is the page of a newsletter: what it is, the form, past issues.
type aboutPage struct {
	web.Page
	Newsletter *newsletter.Newsletter
	Form       form
	Base       string // path of the archive
	Issues     []store.SentIssue
	More       bool // there are more issues than these
}

// about answers GET /{newsletter}.
func (p *pages) about(w http.ResponseWriter, r *http.Request) error {
	n, err := p.newsletter(r)
	if err != nil {
		return err
	}
	page := aboutPage{Page: p.open(r, n, ""), Newsletter: n, Form: p.newForm(n), Base: archivePath(n)}
	if n.Archive.Listed() {
		if page.Issues, err = p.pastIssues(r.Context(), n, latest+1, 0); err != nil {
			return err
		}
	}
	page.Description = n.Description
	page.Canonical = p.BaseURL + "/" + n.ID
	if len(page.Issues) > latest {
		page.Issues, page.More = page.Issues[:latest], true
	}
	return p.Pages.Render(w, http.StatusOK, "newsletter.html", page)
}

// withoutSlash sends /{newsletter}/ to where the newsletter is.
func (p *pages) withoutSlash(w http.ResponseWriter, r *http.Request) error {
	n, err := p.newsletter(r)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/"+n.ID, http.StatusMovedPermanently)
	return nil
}

// pageOf answers GET /{newsletter}/{page}.
func (p *pages) pageOf(w http.ResponseWriter, r *http.Request) error {
	n, err := p.newsletter(r)
	if err != nil {
		return err
	}
	switch r.PathValue("page") {
	case "subscribe":
		return p.askToSubscribe(w, r, n)
	case "archive":
		return p.archive(w, r, n)
	case atomFile, rssFile, jsonFile:
		return p.newsletterFeed(w, r, n)
	case themeFile:
		return serveTheme(w, n)
	}
	return p.nothing(w, r)
}

// pageBelow answers GET /{newsletter}/{page}/{slug}.
func (p *pages) pageBelow(w http.ResponseWriter, r *http.Request) error {
	n, err := p.newsletter(r)
	if err != nil {
		return err
	}
	if r.PathValue("page") != "archive" {
		return p.nothing(w, r)
	}
	return p.issue(w, r, n)
}

// postTo answers POST /{newsletter}/{page}.
func (p *pages) postTo(w http.ResponseWriter, r *http.Request) error {
	n, err := p.newsletter(r)
	if err != nil {
		return err
	}
	if r.PathValue("page") != "subscribe" {
		return p.nothing(w, r)
	}
	return p.subscribe(w, r, n)
}

// nothing answers every path that is none of ours.
func (*pages) nothing(http.ResponseWriter, *http.Request) error {
	return fmt.Errorf("page: %w", newsletter.ErrNotFound)
}
