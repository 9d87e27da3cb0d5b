package web_test

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"tidings/internal/web"
)

func TestNew_RefusesBrokenTemplates(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	good := fstest.MapFS{
		"web/layout.html": file(`{{template "main" .}}`), "web/parts.html": file(""),
		"web/page.html": file(`{{define "main"}}hello{{end}}`), "static/a.css": file(""),
	}
	tests := map[string]func(fstest.MapFS){
		"no frame":     func(f fstest.MapFS) { delete(f, "web/layout.html") },
		"broken frame": func(f fstest.MapFS) { f["web/layout.html"] = file("{{if}}") },
		"broken page":  func(f fstest.MapFS) { f["web/page.html"] = file("{{define") },
		"no static":    func(f fstest.MapFS) { delete(f, "static/a.css") },
	}
	if _, err := web.New(good, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(good)
			spoil(files)
			if _, err := web.New(files, slog.New(slog.DiscardHandler)); err == nil {
				t.Error("pages were made, expected an error")
			}
		})
	}
}

// A page that cannot be made must not leave half of itself behind.
func TestPages_RenderWritesAllOrNothing(t *testing.T) {
	p := mustPages(t, io.Discard)
	for _, name := range []string{"error.html", "none.html"} {
		w := httptest.NewRecorder()
		if err := p.Render(w, http.StatusOK, name, struct{}{}); err == nil {
			t.Errorf("%s was rendered from nothing", name)
		}
		if w.Body.Len() > 0 || len(w.Header()) > 0 {
			t.Errorf("%s left %q and %v", name, w.Body, w.Header())
		}
	}
}
