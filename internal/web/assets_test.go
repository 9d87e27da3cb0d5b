package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tidings/internal/web"
)

func TestAssets(t *testing.T) {
	p := mustPages(t, io.Discard)
	mux := http.NewServeMux()
	mux.Handle("GET /static/{hash}/{name}", p.Handle(p.Assets().Serve))
	get := func(path string) *http.Response {
		return answer(mux, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
	}
	for name, kind := range map[string]string{"tidings.css": "text/css", "mark.svg": "image/svg+xml"} {
		path, err := p.Assets().URL(name)
		if err != nil {
			t.Fatal(err)
		}
		res := get(path)
		if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: %s, %s", path, res.Status, res.Header.Get("Content-Type"))
		}
		if got := res.Header.Get("Cache-Control"); got != web.Immutable {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
		if mustRead(t, res) == "" {
			t.Errorf("%s is empty", path)
		}
		if res := get("/static/0000000000000000/" + name); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s with another hash: %s", name, res.Status)
		}
	}
	if _, err := p.Assets().URL("none.css"); err == nil {
		t.Error("a file that is not there has a URL")
	}
}
