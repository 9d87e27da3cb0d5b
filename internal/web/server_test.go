package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/web"
)

// The server's own headers and log, over a real connection.
func TestNewServer(t *testing.T) {
	var log strings.Builder
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		web.Private(w)
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "hello")
	})
	s := httptest.NewUnstartedServer(nil)
	s.Config = web.NewServer("", handler, slog.New(slog.NewTextHandler(&log, nil)))
	s.Start()
	res := mustGet(t, s, "/u/abcdefghijkl?email=ada@example.org")
	mustRead(t, res)
	s.Close()

	want := map[string]string{
		"Content-Security-Policy": web.PagePolicy,
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "no-referrer",
		"Cache-Control":           "no-store",
		"X-Robots-Tag":            "noindex, nofollow",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = res.Header.Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	for _, part := range []string{"method=GET", "path=/u/abcdef…", "status=418", "bytes=5"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("log lacks %q: %s", part, log.String())
		}
	}
	for _, secret := range []string{"abcdefg", "ada@"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("log holds %q: %s", secret, log.String())
		}
	}
	if s.Config.ReadHeaderTimeout == 0 || s.Config.ReadTimeout == 0 || s.Config.WriteTimeout == 0 || s.Config.IdleTimeout == 0 {
		t.Error("a deadline is missing")
	}
}

func mustGet(t *testing.T, s *httptest.Server, path string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return res
}
