package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tidings/internal/locale"
)

// The frame of every page, and the parts that several pages show. A page's own
// file defines the template "main" and, where it needs to, replaces "header"
// and "footer".
const (
	layout = "web/layout.html"
	parts  = "web/parts.html"
)

// Pages renders pages. It is safe for use by several goroutines.
type Pages struct {
	templates map[string]*template.Template // by file name
	frame     *template.Template            // and the parts
	assets    *Assets
	languages *locale.Bundle
	log       *slog.Logger
}

// Page is what the frame of every page needs to know. The struct that a page is
// rendered from embeds it. Its templates say everything in the words of its
// Locale: {{.Say "left.title"}}.
type Page struct {
	*locale.Locale // must be given: Languages has them

	Title       string // of the window; also of link previews
	Site        string // shown with the title, such as the newsletter's name; may be empty
	Description string // for search engines and link previews; may be empty
	Canonical   string // absolute URL of this page; may be empty
	Image       string // absolute URL of a picture for link previews; may be empty
	Theme       string // URL of a style sheet after our own; may be empty
	Class       string // of the body: "reader" unless said otherwise, or "staff"
	Private     bool   // not for search engines
	Article     bool   // a piece of writing, for link previews

	Author    string    // of an article; may be empty
	Published time.Time // when an article was; zero: it is not said
	Feeds     []Feed    // what to follow instead of the page
}

// Feed is a feed that goes with a page.
type Feed struct {
	Type  string // MIME type
	Title string
	URL   string
}

// Linked is the page for search engines that read JSON-LD (schema.org), or nil
// where it is no article.
func (p Page) Linked() map[string]any {
	if !p.Article || p.Private {
		return nil
	}
	said := map[string]any{
		"@context": "https://schema.org", "@type": "Article",
		"headline": p.Title, "url": p.Canonical, "description": p.Description,
		"publisher": map[string]any{"@type": "Organization", "name": p.Site},
	}
	if p.Author != "" {
		said["author"] = map[string]any{"@type": "Person", "name": p.Author}
	}
	if p.Image != "" {
		said["image"] = p.Image
	}
	if !p.Published.IsZero() {
		said["datePublished"] = p.Published.Format(time.DateOnly)
	}
	return said
}

// New reads every page below web/ and every file below static/ of files, which
// is templates.FS or a site's own files laid over it. A template that does not
// parse stops the start.
func New(files fs.FS, log *slog.Logger) (*Pages, error) {
	assets, err := NewAssets(files)
	if err != nil {
		return nil, err
	}
	languages, err := locale.Load(files)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "web/*.html")
	if err != nil {
		return nil, fmt.Errorf("listing page templates: %w", err)
	}
	frame, err := template.New(path.Base(layout)).Funcs(template.FuncMap{"asset": assets.URL, "address": address, "code": code}).ParseFS(files, layout, parts)
	if err != nil {
		return nil, fmt.Errorf("reading page frame: %w", err)
	}
	p := &Pages{frame: frame, templates: make(map[string]*template.Template, len(names)), assets: assets, languages: languages, log: log}
	for _, name := range names {
		if name == layout || name == parts {
			continue
		}
		t, err := frame.Clone()
		if err != nil {
			return nil, fmt.Errorf("copying page frame: %w", err)
		}
		if p.templates[path.Base(name)], err = t.ParseFS(files, name); err != nil {
			return nil, fmt.Errorf("reading page template: %w", err)
		}
	}
	return p, nil
}

// Render writes the page of that file name, such as "error.html", filled from
// page, a struct that embeds Page. It is made whole before its first byte is
// written: a page that cannot be made changes nothing of the answer. Caches are
// told in which language it is, and that browsers of other languages get another.
func (p *Pages) Render(w http.ResponseWriter, status int, name string, page any) error {
	body, err := p.execute(name, page)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if p, ok := page.(interface{ Tag() string }); ok {
		h.Set("Content-Language", p.Tag())
		h.Add("Vary", "Accept-Language")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error means that the reader has gone
	return nil
}

// execute fills the template of that file name.
func (p *Pages) execute(name string, page any) ([]byte, error) {
	t, ok := p.templates[name]
	if !ok {
		return nil, fmt.Errorf("rendering page %s: no such template", name)
	}
	var body bytes.Buffer
	if err := t.Execute(&body, page); err != nil {
		return nil, fmt.Errorf("rendering page %s: %w", name, err)
	}
	return body.Bytes(), nil
}

// Part renders a part that several pages show, without the frame around it.
func (p *Pages) Part(name string, data any) (string, error) {
	var body strings.Builder
	if err := p.frame.ExecuteTemplate(&body, name, data); err != nil {
		return "", fmt.Errorf("rendering %s: %w", name, err)
	}
	return body.String(), nil
}

// Languages returns the languages that pages can be in.
func (p *Pages) Languages() *locale.Bundle { return p.languages }

// Locale returns the language of a page: the reader's own choice where it is
// known, else what the browser asks for, else that of the newsletter. Each is a
// BCP 47 tag or empty.
func (p *Pages) Locale(r *http.Request, reader, newsletter string) *locale.Locale {
	return p.languages.Choose(reader, r.Header.Get("Accept-Language"), newsletter)
}

// address sets a mail address apart from the text around it, to be filled into a
// message by Locale.Rich. One that fits into a line of a phone is not broken, and
// a longer one before its host, if that is enough.
func address(email string) template.HTML {
	const short = 22 // letters
	class := "address"
	if utf8.RuneCountInString(email) <= short {
		class = "address whole"
	}
	safe := template.HTMLEscapeString(email)
	if class == "address" {
		safe = strings.Replace(safe, "@", "<wbr>@", 1)
	}
	return template.HTML(`<bdi class="` + class + `" dir="ltr">` + safe + `</bdi>`) //nolint:gosec // escaped here
}

// code sets apart a name that stands in files, to be filled into a message.
func code(name string) template.HTML {
	return `<code dir="ltr">` + template.HTML(template.HTMLEscapeString(name)) + `</code>` //nolint:gosec // escaped here
}

// Assets returns the static files that the pages link to.
func (p *Pages) Assets() *Assets { return p.assets }
