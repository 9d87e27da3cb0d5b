package public_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// The day of an issue is the one on which it was sent, where its newsletter is,
// wherever a reader or a program meets it; the file may have another.
func TestDayOfAnIssue(t *testing.T) {
	s := mustSite(t)
	s.zone = time.FixedZone("far", int((14 * time.Hour).Seconds()))
	s.mustReader("ada@example.org")
	s.mustSend("low-water", "Low water", "<p>hello</p>") // its file says 24 November
	sent, err := s.store.SentIssues(t.Context(), "harbor", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	at := sent[0].SentAt.In(s.zone)
	day, short := at.Format("2 January 2006"), at.Format(time.DateOnly)
	stamp := at.Format(time.RFC3339)
	for path, want := range map[string][]string{
		"/harbor":         {`<time datetime="` + short + `">` + day + `</time>`},
		"/harbor/archive": {`<time datetime="` + short + `">` + day + `</time>`},
		"/harbor/archive/low-water": {
			`<time datetime="` + short + `">` + day + `</time>`, `"datePublished":"` + short + `"`,
			`<meta property="article:published_time" content="` + strings.ReplaceAll(stamp, "+", "&#43;") + `">`,
		},
		"/harbor/feed.xml":  {"<published>" + stamp + "</published>", "<updated>" + stamp + "</updated>"},
		"/harbor/rss.xml":   {"<pubDate>" + at.Format(time.RFC1123Z) + "</pubDate>"},
		"/harbor/feed.json": {`"date_published": "` + stamp + `"`},
		"/sitemap.xml":      {"<lastmod>" + stamp + "</lastmod>"},
	} {
		a := s.do(http.MethodGet, path, "")
		s.want(a, http.StatusOK, want...)
		if strings.Contains(a.body, "2026-11-24") || strings.Contains(a.body, "24 November") {
			t.Errorf("%s shows the day of the file", path)
		}
	}
}
