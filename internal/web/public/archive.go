package public

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strconv"

	"tidings/internal/locale"
	"tidings/internal/newsletter"
	"tidings/internal/store"
	"tidings/internal/web"
)

// perPage is how many issues one page of the archive lists.
const perPage = 30

// archivePage lists what a newsletter sent, newest first.
type archivePage struct {
	web.Page
	Newsletter   *newsletter.Newsletter
	Issues       []store.SentIssue
	Newer, Older int // numbers of the pages beside this one; 0: none
}

// issuePage is an issue to read, the same for everybody.
type issuePage struct {
	web.Page
	Newsletter    *newsletter.Newsletter
	Mail          *newsletter.Mail
	Text          template.HTML
	TextDirection string // "ltr" or "rtl"
	Day           string // of the issue, in its own language
}

// archive answers GET /{newsletter}/archive.
func (p *pages) archive(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter) error {
	number := 1
	if text := r.URL.Query().Get("page"); text != "" {
		var err error
		if number, err = strconv.Atoi(text); err != nil || number < 1 || number > 1_000_000 {
			return fmt.Errorf("page %q of the archive: %w", text, newsletter.ErrNotFound)
		}
	}
	issues, err := p.pastIssues(r.Context(), n, perPage+1, (number-1)*perPage)
	if err != nil {
		return err
	}
	page := archivePage{Page: p.open(r, n, "page.past"), Newsletter: n, Issues: issues, Newer: number - 1}
	page.Canonical = p.BaseURL + r.URL.Path
	if len(issues) > perPage {
		page.Issues, page.Older = issues[:perPage], number+1
	}
	return p.Pages.Render(w, http.StatusOK, "archive.html", page)
}

// pastIssues lists what n sent, newest first, on the days it was sent there.
func (p *pages) pastIssues(ctx context.Context, n *newsletter.Newsletter, limit, offset int) ([]store.SentIssue, error) {
	issues, err := p.Store.SentIssues(ctx, n.ID, limit, offset)
	if err != nil {
		return nil, fmt.Errorf("listing past issues: %w", err)
	}
	for i := range issues {
		issues[i].SentAt = issues[i].SentAt.In(n.Zone)
	}
	return issues, nil
}

// issue answers GET /{newsletter}/archive/{slug}.
func (p *pages) issue(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter) error {
	mail, err := p.Store.SentMail(r.Context(), n.ID, r.PathValue("slug"))
	if err != nil {
		return fmt.Errorf("reading issue: %w", err)
	}
	page := issuePage{Page: p.open(r, n, ""), Newsletter: n}
	page.show(mail, p.Pages.Languages(), p.BaseURL+r.URL.Path)
	return p.Pages.Render(w, http.StatusOK, "issue.html", page)
}

// show fills the page with an issue, and tells search engines and link previews
// what it is; url is where it stands, unless it first appeared elsewhere.
func (p *issuePage) show(mail *newsletter.Mail, languages *locale.Bundle, url string) {
	p.Mail = mail
	p.Text = template.HTML(mail.Web) //nolint:gosec // sanitized when it was rendered
	p.TextDirection = locale.Direction(mail.Language)
	p.Day = languages.For(mail.Language).Date(mail.Date)
	p.Title, p.Site = mail.Title, p.Newsletter.Title
	p.Article = true
	p.Description = mail.Description
	p.Image = mail.Image
	p.Canonical = url
	if mail.Canonical != "" {
		p.Canonical = mail.Canonical
	}
}
