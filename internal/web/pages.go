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
	assets    *Assets
	log       *slog.Logger
}

// Page is what the frame of every page needs to know. The struct that a page is
// rendered from embeds it.
type Page struct {
	Title       string // of the window; also of link previews
	Site        string // shown with the title, such as the newsletter's name; may be empty
	Language    string // BCP 47; empty: English
	Direction   string // "rtl" or empty
	Description string // for search engines and link previews; may be empty
	Canonical   string // absolute URL of this page; may be empty
	Image       string // absolute URL of a picture for link previews; may be empty
	Theme       string // URL of a style sheet after our own; may be empty
	Class       string // of the body: "reader" unless said otherwise, or "staff"
	Private     bool   // not for search engines
	Article     bool   // a piece of writing, for link previews
}

// New reads every page below web/ and every file below static/ of files, which
// is templates.FS or a site's own files laid over it. A template that does not
// parse stops the start.
func New(files fs.FS, log *slog.Logger) (*Pages, error) {
	assets, err := NewAssets(files)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "web/*.html")
	if err != nil {
		return nil, fmt.Errorf("listing page templates: %w", err)
	}
	frame, err := template.New(path.Base(layout)).Funcs(template.FuncMap{"asset": assets.URL}).ParseFS(files, layout, parts)
	if err != nil {
		return nil, fmt.Errorf("reading page frame: %w", err)
	}
	p := &Pages{templates: make(map[string]*template.Template, len(names)), assets: assets, log: log}
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
// written: a page that cannot be made changes nothing of the answer.
func (p *Pages) Render(w http.ResponseWriter, status int, name string, page any) error {
	body, err := p.execute(name, page)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
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

// Assets returns the static files that the pages link to.
func (p *Pages) Assets() *Assets { return p.assets }
