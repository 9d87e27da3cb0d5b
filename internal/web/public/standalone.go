package public

import (
	"fmt"
	"html/template"

	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// Standalone is the archive page of a mail as one file that needs nothing
// beside it, for previews.
func Standalone(pages *web.Pages, n *newsletter.Newsletter, mail *newsletter.Mail) ([]byte, error) {
	css, err := themeCSS(n)
	if err != nil {
		return nil, fmt.Errorf("theme of %s: %w", n.ID, err)
	}
	page := issuePage{
		Page:          web.Page{Title: mail.Title},
		Newsletter:    n,
		Mail:          mail,
		Text:          template.HTML(mail.Web), //nolint:gosec // sanitized when it was rendered
		TextDirection: direction(mail.Language),
	}
	page.describe(mail, mail.ArchiveURL)
	return pages.Standalone("issue.html", page, css)
}

// describe tells search engines and link previews what the page is; url is
// where it stands, unless the article first appeared elsewhere.
func (p *issuePage) describe(mail *newsletter.Mail, url string) {
	p.Article = true
	p.Description = mail.Description
	p.Image = mail.Image
	p.Canonical = url
	if mail.Canonical != "" {
		p.Canonical = mail.Canonical
	}
}
