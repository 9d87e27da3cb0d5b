package web_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tidings/internal/newsletter"
	"tidings/internal/web"
	"tidings/templates"
)

func mustPages(t *testing.T, log io.Writer) *web.Pages {
	t.Helper()
	p, err := web.New(templates.FS, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func answer(h http.Handler, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func mustRead(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPages_HandleTurnsErrorsIntoPages(t *testing.T) {
	tests := []struct {
		err    error
		status int
		logged bool
		words  string
	}{
		{newsletter.ErrNotFound, 404, false, "There is nothing here"},
		{newsletter.ErrForged, 404, false, "There is nothing here"},
		{newsletter.ErrInvalid, 400, false, "That did not work"},
		{newsletter.ErrConflict, 409, false, "That did not work"},
		{newsletter.ErrUnavailable, 503, true, "Not just now"},
		{&http.MaxBytesError{Limit: 1}, 413, false, "too much at once"},
		{errors.New("disk on fire"), 500, true, "Something broke on our side"},
	}
	for _, tt := range tests {
		t.Run(tt.err.Error(), func(t *testing.T) {
			var log strings.Builder
			p := mustPages(t, &log)
			h := p.Handle(func(http.ResponseWriter, *http.Request) error {
				return fmt.Errorf("reading secret thing: %w", tt.err)
			})
			res := answer(h, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/u/abcdefghijkl", http.NoBody))
			body := mustRead(t, res)
			if res.StatusCode != tt.status || !strings.Contains(body, tt.words) {
				t.Errorf("status %d, expected %d with %q on the page:\n%s", res.StatusCode, tt.status, tt.words, body)
			}
			if strings.Contains(body, "secret thing") {
				t.Error("the page tells the cause")
			}
			if got := strings.Contains(log.String(), "secret thing"); got != tt.logged {
				t.Errorf("cause in the log: %v, expected %v", got, tt.logged)
			}
			if strings.Contains(log.String(), "abcdefg") {
				t.Errorf("a whole token is in the log: %s", log.String())
			}
		})
	}
}
