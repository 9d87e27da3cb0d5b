package preview

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// framePolicy is the Content-Security-Policy of a mail's HTML. Its sandbox
// forbids scripts, forms and everything that happens by itself, also when the
// address is opened outside of its frame; a link opens a new window, which is
// free of the sandbox so that the page there works. The mail keeps the origin of
// the page around it, whose script can then hold the place that is being read:
// where no script runs, an origin gives no power.
const framePolicy = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; " +
	"style-src 'unsafe-inline'; img-src %s; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

// frame answers GET /mail with the HTML of the mail in one of its looks.
func (p *preview) frame(w http.ResponseWriter, r *http.Request) error {
	web.Private(w)
	reader, err := p.Reader(r.Context(), address(r))
	if err != nil {
		return err
	}
	view, err := p.shown(r.Context(), reader)
	if err != nil {
		return err
	}
	show := r.URL.Query().Get("show")
	d := dress{dark: show == "dark", forced: show == "forced", bare: show == "bare", pictures: strings.TrimRight(view.BaseURL, "/") + "/media/"}
	pictures := "'self' data: https:"
	if d.bare {
		pictures = "'none'"
	}
	h := w.Header()
	h.Set("Content-Security-Policy", fmt.Sprintf(framePolicy, pictures))
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, d.apply(view.linked())) // an error means that the writer has gone
	return nil
}

// linked is the HTML with pictures that go in the mail as if they were hosted:
// a browser has no mail to look for them in.
func (v *View) linked() string {
	html := v.HTML
	for _, m := range v.Mail.Media {
		html = strings.ReplaceAll(html, `src="cid:`+m.ContentID()+`"`, `src="`+strings.TrimRight(v.BaseURL, "/")+m.Path()+`"`)
	}
	return html
}

// picture answers GET /media/{hash}/{name} with a picture of a mail that is
// shown. Drawings are none of them, so that no picture can hold scripts.
func (p *preview) picture(w http.ResponseWriter, r *http.Request) error {
	m, ok := p.shelf.media(r.PathValue("hash"), r.PathValue("name"))
	if !ok || !strings.HasPrefix(m.Type, "image/") || strings.Contains(m.Type, "svg") {
		return fmt.Errorf("picture: %w", newsletter.ErrNotFound)
	}
	w.Header().Set("Content-Type", m.Type)
	w.Header().Set("Cache-Control", web.Immutable)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(m.Data))
	return nil
}
