package public

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"time"

	"tidings/internal/newsletter"
)

// maxMapped is how many pages a site map may list (sitemaps.org).
const maxMapped = 50_000

// siteMap answers GET /sitemap.xml: what search engines are welcome to show.
func (p *pages) siteMap(w http.ResponseWriter, r *http.Request) error {
	all, err := p.Newsletters(r.Context())
	if err != nil {
		return fmt.Errorf("listing newsletters: %w", err)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	left := maxMapped
	add := func(path string, changed time.Time) error {
		if left--; left < 0 {
			return nil
		}
		b.WriteString("<url><loc>")
		_ = xml.EscapeText(&b, []byte(p.BaseURL+path)) // a buffer takes everything
		b.WriteString("</loc>")
		if !changed.IsZero() {
			b.WriteString("<lastmod>" + changed.Format(time.RFC3339) + "</lastmod>")
		}
		b.WriteString("</url>\n")
		return nil
	}
	_ = add("/", time.Time{})
	for i := range all {
		if err := p.mapNewsletter(r, &all[i], add); err != nil {
			return err
		}
	}
	b.WriteString("</urlset>\n")
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(b.Bytes()) // an error means that the robot has gone
	return nil
}

// mapNewsletter adds the pages of a newsletter.
func (p *pages) mapNewsletter(r *http.Request, n *newsletter.Newsletter, add func(path string, changed time.Time) error) error {
	_ = add("/"+n.ID, time.Time{})
	if !n.Archive.Listed() {
		return nil
	}
	_ = add(archivePath(n), time.Time{})
	return p.Store.EachSent(r.Context(), n.ID, maxMapped, func(slug string, sentAt time.Time) error {
		return add(archivePath(n)+"/"+slug, sentAt.In(n.Zone))
	})
}

// robots answers GET /robots.txt. Pages behind a token are for one person; that
// they must not be shown stands on them, too.
func (p *pages) robots(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = io.WriteString(w, "User-agent: *\nDisallow: /u/\nDisallow: /confirm/\nDisallow: /preferences/\nDisallow: /address/\nDisallow: /archive/\n\nSitemap: "+p.BaseURL+"/sitemap.xml\n")
	return nil
}
