package web

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
)

// tokenPaths are the words after which a path goes on with a token. Whoever has it
// can act for its reader, so that a log holds no more than its start.
var tokenPaths = []string{"confirm", "u", "preferences", "address", "archive", "calendar"}

const (
	shownToken = 6  // how much of a token a log holds: enough to tell two apart
	longName   = 24 // a part of a path that is longer and has capitals is no name of ours
)

// Log writes one line for each request: method, path, status, size and time.
// Query strings, bodies, addresses of readers and whole tokens stay out of it.
func Log(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(rec, r)
		log.LogAttrs(r.Context(), slog.LevelInfo, "request",
			slog.String("method", r.Method),
			slog.String("path", logPath(r.URL.Path)),
			slog.Int("status", rec.status),
			slog.Int64("bytes", rec.bytes),
			slog.Duration("took", time.Since(start).Round(time.Microsecond)))
	})
}

// logPath is a path fit for a log. Links get broken, and their tokens stand in odd
// places; and what was here before may have had addresses in its links.
func logPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch {
		case strings.Contains(part, "@"):
			parts[i] = "…"
		case len(part) > shownToken && i == 2 && slices.Contains(tokenPaths, parts[1]), len(part) > longName && strings.ToLower(part) != part:
			parts[i] = strings.ToValidUTF8(part[:shownToken], "") + "…"
		}
	}
	return strings.Join(parts, "/")
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
