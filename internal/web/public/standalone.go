package public

import (
	"fmt"

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
	languages := pages.Languages()
	page := issuePage{Page: web.Page{Locale: languages.Choose(n.Language)}, Newsletter: n}
	page.show(mail, languages, mail.ArchiveURL)
	return pages.Standalone("issue.html", page, css)
}
