package public

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tidings/internal/locale"
	"tidings/internal/newsletter"
	"tidings/internal/store"
	"tidings/internal/token"
	"tidings/internal/web"
)

// perPage is how many issues one page of the archive lists.
const perPage = 30

// archivePage lists what a newsletter sent, newest first, or what of it holds
// the words that were searched for.
type archivePage struct {
	web.Page
	Newsletter   *newsletter.Newsletter
	Base         string // path of the archive, of which each issue is one more segment
	Query        string // as typed; empty: nothing is searched for
	Found        int    // issues that hold it
	Issues       []store.SentIssue
	Newer, Older string // the pages beside this one; empty: none
}

// closedPage says that the archive is for readers.
type closedPage struct {
	web.Page
	Newsletter *newsletter.Newsletter
}

// archive answers GET /{newsletter}/archive.
func (p *pages) archive(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter) error {
	if !n.Archive.Listed() {
		return p.closed(w, r, n)
	}
	page := archivePage{Page: p.open(r, n, "page.past"), Newsletter: n, Base: archivePath(n)}
	page.Canonical = p.BaseURL + page.Base
	return p.list(w, r, page)
}

// archivePath is where the archive of n is for everybody.
func archivePath(n *newsletter.Newsletter) string { return "/" + n.ID + "/archive" }

// closed answers for an archive that does not open: readers learn how they get
// in, and of all others there is nothing.
func (p *pages) closed(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter) error {
	if n.Archive != newsletter.ArchiveReaders {
		return fmt.Errorf("archive of %s, which is %s: %w", n.ID, n.Archive, newsletter.ErrNotFound)
	}
	page := closedPage{Page: p.open(r, n, "archive.readers"), Newsletter: n}
	page.Private = true
	return p.Pages.Render(w, http.StatusForbidden, "closed.html", page)
}

// readersArchive answers GET /archive/{token}, the archive for one reader.
// Nothing of the reader is on it: the link says who may come in, and no more.
func (p *pages) readersArchive(w http.ResponseWriter, r *http.Request) error {
	page, err := p.readersPage(r, "page.past")
	if err != nil {
		return err
	}
	if a := page.Newsletter.Archive; !a.Listed() && a != newsletter.ArchiveReaders {
		return fmt.Errorf("list of an archive that is %s: %w", a, newsletter.ErrNotFound)
	}
	return p.list(w, r, page)
}

// readersPage is a page of the archive for the reader whose link it is.
func (p *pages) readersPage(r *http.Request, title string) (archivePage, error) {
	tok := r.PathValue("token")
	person, err := p.Signup.Lookup(r.Context(), token.Archive, tok)
	if err != nil {
		return archivePage{}, fmt.Errorf("archive: %w", err)
	}
	n := person.Newsletter
	page := archivePage{Page: p.personal(r, person, title), Newsletter: &n, Base: "/archive/" + tok}
	page.Private = true
	return page, nil
}

// list shows a page of the archive.
func (p *pages) list(w http.ResponseWriter, r *http.Request, page archivePage) error {
	number, err := pageNumber(r)
	if err != nil {
		return err
	}
	page.Query = strings.TrimSpace(cut(r.URL.Query().Get("q")))
	offset := (number - 1) * perPage
	if page.Query == "" {
		page.Issues, err = p.pastIssues(r.Context(), page.Newsletter, perPage+1, offset)
	} else {
		page.Private, page.Canonical = true, "" // of what people search for there is no end
		page.Issues, page.Found, err = p.Store.SearchIssues(r.Context(), page.Newsletter.ID, page.Query, perPage+1, offset)
		inZone(page.Issues, page.Newsletter)
	}
	if err != nil {
		return err
	}
	if number > 1 {
		page.Newer = page.at(number - 1)
	}
	if len(page.Issues) > perPage {
		page.Issues, page.Older = page.Issues[:perPage], page.at(number+1)
	}
	return p.Pages.Render(w, http.StatusOK, "archive.html", page)
}

// at is the address of another page of the same list.
func (p *archivePage) at(number int) string {
	query := url.Values{}
	if p.Query != "" {
		query.Set("q", p.Query)
	}
	if number > 1 {
		query.Set("page", strconv.Itoa(number))
	}
	if len(query) == 0 {
		return p.Base
	}
	return p.Base + "?" + query.Encode()
}

// pageNumber is the page of a list that a request asks for.
func pageNumber(r *http.Request) (int, error) {
	text := r.URL.Query().Get("page")
	if text == "" {
		return 1, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > 1_000_000 {
		return 0, fmt.Errorf("page %.40q of the archive: %w", text, newsletter.ErrNotFound)
	}
	return number, nil
}

// pastIssues lists what n sent, newest first, on the days it was sent there.
func (p *pages) pastIssues(ctx context.Context, n *newsletter.Newsletter, limit, offset int) ([]store.SentIssue, error) {
	issues, err := p.Store.SentIssues(ctx, n.ID, limit, offset)
	if err != nil {
		return nil, fmt.Errorf("listing past issues: %w", err)
	}
	inZone(issues, n)
	return issues, nil
}

// inZone sets the times of issues to the clock of n.
func inZone(issues []store.SentIssue, n *newsletter.Newsletter) {
	for i := range issues {
		issues[i].SentAt = issues[i].SentAt.In(n.Zone)
	}
}

// issuePolicy is web.PagePolicy for an issue, whose pictures may lie elsewhere, as
// they do in its mail.
var issuePolicy = strings.Replace(web.PagePolicy, "img-src 'self' data:", "img-src 'self' data: https:", 1)

// issuePage is an issue to read, the same for everybody.
type issuePage struct {
	web.Page
	Newsletter    *newsletter.Newsletter
	Base          string // path of the archive; empty: it is not listed
	Reader        bool   // a reader's own page: there is nothing to invite them to
	Mail          *newsletter.Mail
	Text          template.HTML
	TextDirection string           // "ltr" or "rtl"
	Day           string           // of the issue, in its own language
	Before, After *store.SentIssue // the issues beside it; nil: none, or not listed
}

// issue answers GET /{newsletter}/archive/{slug}.
func (p *pages) issue(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter) error {
	if !n.Archive.Open() {
		return p.closed(w, r, n)
	}
	page := issuePage{Page: p.open(r, n, ""), Newsletter: n}
	if n.Archive.Listed() {
		page.Base = archivePath(n)
	} else {
		page.Private = true
		w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	}
	return p.read(w, r, page)
}

// readersIssue answers GET /archive/{token}/{slug}, as readersArchive does.
func (p *pages) readersIssue(w http.ResponseWriter, r *http.Request) error {
	list, err := p.readersPage(r, "")
	if err != nil {
		return err
	}
	n := list.Newsletter
	if n.Archive == newsletter.ArchiveOff {
		return p.closed(w, r, n)
	}
	page := issuePage{Page: list.Page, Newsletter: n, Reader: true}
	if n.Archive != newsletter.ArchiveUnlisted {
		page.Base = list.Base
	}
	return p.read(w, r, page)
}

// read shows an issue.
func (p *pages) read(w http.ResponseWriter, r *http.Request, page issuePage) error {
	slug := r.PathValue("slug")
	mail, sentAt, err := p.Store.SentMail(r.Context(), page.Newsletter.ID, slug)
	if err != nil {
		return fmt.Errorf("reading issue: %w", err)
	}
	if page.Base != "" {
		if page.Before, page.After, err = p.Store.Beside(r.Context(), page.Newsletter.ID, slug); err != nil {
			return fmt.Errorf("finding neighbors of an issue: %w", err)
		}
	}
	mail.Date = sentAt.In(page.Newsletter.Zone) // what readers saw, and the lists say; that of the file may be another
	page.show(mail, p.Pages.Languages(), p.BaseURL+archivePath(page.Newsletter)+"/"+slug)
	w.Header().Set("Content-Security-Policy", issuePolicy)
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
	p.Article, p.Author, p.Published = true, mail.Author, mail.Date
	p.Description = mail.Description
	p.Image = mail.Image
	if mail.Canonical != "" {
		url = mail.Canonical
	}
	if !p.Private {
		p.Canonical = url
	}
}
