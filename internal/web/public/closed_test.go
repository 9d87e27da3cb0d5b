package public_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tidings/internal/issue"
	"tidings/internal/newsletter"
	"tidings/internal/render"
	"tidings/internal/store"
	"tidings/internal/token"
	"tidings/templates"
)

// Who can read what, for each way to keep an archive.
func TestArchive_Policies(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	s.mustSend("low-water", "Low water", "<p>sand</p>")
	s.mustSend("high-water", "High water", "<p>foam</p>")
	own := "/archive/" + s.link(token.Archive, id)
	tests := []struct {
		archive                         newsletter.Archive
		list, issue, feed, mine, myList int
		listed                          bool // on the newsletter's own page
	}{
		{newsletter.ArchivePublic, 200, 200, 200, 200, 200, true},
		{newsletter.ArchiveUnlisted, 404, 200, 404, 200, 404, false},
		{newsletter.ArchiveReaders, 403, 403, 404, 200, 200, false},
		{newsletter.ArchiveOff, 404, 404, 404, 404, 404, false},
	}
	for _, tt := range tests {
		t.Run(string(tt.archive), func(t *testing.T) {
			s.archive = tt.archive
			for path, status := range map[string]int{
				"/harbor/archive": tt.list, "/harbor/archive?q=sand": tt.list, "/harbor/archive/low-water": tt.issue,
				"/harbor/feed.xml": tt.feed, "/harbor/rss.xml": tt.feed, "/harbor/feed.json": tt.feed,
				own + "/low-water": tt.mine, own: tt.myList, own + "?q=sand": tt.myList,
			} {
				a := s.do(http.MethodGet, path, "")
				s.want(a, status)
				if status == http.StatusForbidden {
					s.want(a, status, "For readers only", "View in browser", `<meta name="robots" content="noindex, nofollow">`)
				}
				if status != http.StatusOK && strings.Contains(a.body, "sand") {
					t.Errorf("%s tells what is in it", path)
				}
				if strings.HasPrefix(path, own) {
					wantPrivate(t, a)
				}
			}
			about := s.do(http.MethodGet, "/harbor", "")
			for _, words := range []string{"Low water", "/harbor/archive", "feed.xml"} {
				if got := strings.Contains(about.body, words); got != tt.listed {
					t.Errorf("the newsletter's page holds %q: %v", words, got)
				}
			}
			if site := s.do(http.MethodGet, "/feed.xml", ""); strings.Contains(site.body, "Low water") != tt.listed {
				t.Error("the feed of the site is wrong about it")
			}
			for _, path := range []string{"/u/" + s.link(token.Unsubscribe, id), "/harbor/subscribe"} {
				if a := s.do(http.MethodGet, path, ""); strings.Contains(a.body, `href="/harbor/archive"`) != tt.listed {
					t.Errorf("%s leads to the archive, or should", path)
				}
			}
		})
	}
}

func TestArchive_Unlisted(t *testing.T) {
	s := mustSite(t)
	s.mustReader("ada@example.org")
	s.mustSend("low-water", "Low water", "<p>sand</p>")
	s.mustSend("high-water", "High water", "<p>foam</p>")
	s.archive = newsletter.ArchiveUnlisted
	a := s.do(http.MethodGet, "/harbor/archive/low-water", "")
	s.want(a, http.StatusOK, `<meta name="robots" content="noindex, nofollow">`, "sand")
	if a.Header.Get("X-Robots-Tag") != "noindex, nofollow" || strings.Contains(a.body, "canonical") || strings.Contains(a.body, "high-water") ||
		strings.Contains(a.body, "ld+json") {
		t.Errorf("the page leads on, or into search engines:\n%s", a.body)
	}
}

// A reader's own page leads to their own pages, and tells nothing of them.
func TestArchive_Readers(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	s.mustSend("low-water", "Low water", "<p>sand</p>")
	s.mustSend("high-water", "High water", "<p>foam</p>")
	s.archive = newsletter.ArchiveReaders
	tok := s.link(token.Archive, id)
	own := "/archive/" + tok
	for _, path := range []string{own, own + "?q=sand", own + "/low-water"} {
		a := s.do(http.MethodGet, path, "")
		s.want(a, http.StatusOK, "Low water")
		for _, words := range []string{"ada", "example.org", `href="/harbor/archive`} {
			if strings.Contains(strings.ReplaceAll(a.body, "news.example.org", ""), words) {
				t.Errorf("%s holds %q:\n%s", path, words, a.body)
			}
		}
	}
	s.want(s.do(http.MethodGet, own+"/low-water", ""), http.StatusOK, `href="`+own+`/high-water"`, `href="`+own+`"`)
	s.want(s.do(http.MethodGet, own, ""), http.StatusOK, `href="`+own+`/low-water"`, `action="`+own+`"`)
	before := s.dump()
	for name, bad := range map[string]string{
		"changed": flip(tok), "cut": tok[:20], "for leaving": s.link(token.Unsubscribe, id), "none": "x",
		"of another newsletter": s.tokens.Sign(token.Archive, "nobody", id, time.Time{}),
		"of another reader":     s.tokens.Sign(token.Archive, "harbor", 9999, time.Time{}),
		"for another list":      s.tokens.Sign(token.Archive, "walks", id, time.Time{}),
	} {
		for _, path := range []string{"/archive/" + bad, "/archive/" + bad + "/low-water"} {
			if a := s.do(http.MethodGet, path, ""); a.StatusCode != http.StatusNotFound || strings.Contains(a.body, "sand") {
				t.Errorf("with a token that is %s: %s", name, a.Status)
			}
		}
	}
	for _, path := range []string{"/u/", "/confirm/"} {
		s.want(s.do(http.MethodGet, path+tok, ""), http.StatusNotFound)
	}
	if s.dump() != before {
		t.Error("reading changed the database")
	}
	s.Close()
	if strings.Contains(s.log.String(), tok[:7]) {
		t.Error("the log holds a token")
	}
}

// Nothing of any reader is on a page of the archive or in a feed (T26): a merge
// tag stands there with its default.
func TestArchive_HoldsNothingOfReaders(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	h := harbor()
	const file = "newsletters/harbor/2026-11-24-frost.md"
	src := "---\ntitle: Frost\nsubject: 'Frost, {{ subscriber.first_name | default: \"friends\" }}'\ndescription: 'To {{ subscriber.city | default: \"the coast\" }}.'\n---\n\n" +
		"Dear {{ subscriber.first_name | default: \"neighbor\" }}, [leave]({{ unsubscribe_url }}) or [choose]({{ preferences_url }}).\n\n" +
		"{% if subscriber.tags contains \"clients\" %}For clients.{% else %}For all.{% endif %} {{ subscriber.email }}\n"
	i, err := issue.Read(fstest.MapFS{file: {Data: []byte(src)}}, file, &h)
	if err != nil {
		t.Fatal(err)
	}
	mail, err := render.New(templates.FS).Mail(&h, i, render.Options{BaseURL: "https://news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.Publish(t.Context(), store.Publication{Slug: "frost", Mail: mail}); err != nil {
		t.Fatal(err)
	}
	own := "/archive/" + s.link(token.Archive, id)
	for _, path := range []string{
		"/harbor", "/harbor/archive", "/harbor/archive?q=neighbor", "/harbor/archive/frost", own, own + "/frost", "/harbor/feed.xml", "/harbor/rss.xml",
		"/harbor/feed.json", "/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml",
	} {
		a := s.do(http.MethodGet, path, "")
		s.want(a, http.StatusOK)
		if !strings.Contains(strings.ToLower(a.body), "frost") {
			t.Errorf("%s knows nothing of the issue", path)
		}
		for _, secret := range []string{"ada", "Ada", "@example", "/u/", "/preferences/", "/confirm/", "{{", "{%", "For clients"} {
			if strings.Contains(strings.ReplaceAll(a.body, own, ""), secret) {
				t.Errorf("%s holds %q:\n%s", path, secret, a.body)
			}
		}
	}
	s.want(s.do(http.MethodGet, "/harbor/archive/frost", ""), http.StatusOK, "Dear neighbor,", "For all.", "To the coast.", `href="https://news.example.org/harbor"`)
	s.want(s.do(http.MethodGet, "/harbor/archive?q=dear+neighbor", ""), http.StatusOK, "1 issue holds")
}
