package public_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// feedPaths are the feeds of harbor and of the site.
var feedPaths = map[string]string{
	"/harbor/feed.xml": "application/atom+xml; charset=utf-8", "/harbor/rss.xml": "application/rss+xml; charset=utf-8", "/harbor/feed.json": "application/feed+json; charset=utf-8",
	"/feed.xml": "application/atom+xml; charset=utf-8", "/rss.xml": "application/rss+xml; charset=utf-8", "/feed.json": "application/feed+json; charset=utf-8",
}

func TestFeeds(t *testing.T) {
	s := mustSite(t)
	s.mustReader("ada@example.org")
	for i := range 22 {
		s.mustSend(fmt.Sprintf("issue-%d", i), fmt.Sprintf("Issue %d.", i), "<p>all &amp; of it</p>")
	}
	for path, kind := range feedPaths {
		a := s.ask(path, "ar") // a feed is in the newsletter's language, whoever asks
		s.want(a, http.StatusOK, "https://news.example.org/harbor/archive/issue-21", "Issue 21.", "Mara Lind", "https://news.example.org"+path)
		if got := a.Header.Get("Content-Type"); got != kind {
			t.Errorf("%s is %s", path, got)
		}
		if strings.Contains(a.body, "Issue 1.") || !strings.Contains(a.body, "Issue 2.") {
			t.Errorf("%s holds not the newest 20", path)
		}
		if strings.HasSuffix(path, "json") {
			if !json.Valid([]byte(a.body)) {
				t.Errorf("%s is no JSON", path)
			}
			continue
		}
		if err := xml.Unmarshal([]byte(a.body), new(struct{})); err != nil || !strings.Contains(a.body, "&lt;p&gt;all &amp;amp; of it&lt;/p&gt;") {
			t.Errorf("%s: %v, or the article is not whole:\n%s", path, err, a.body)
		}
	}
	s.want(s.do(http.MethodGet, "/harbor", ""), http.StatusOK,
		`<link rel="alternate" type="application/atom&#43;xml" title="Harbor Letters" href="/harbor/feed.xml">`, `href="/harbor/feed.json"`)
	s.want(s.do(http.MethodGet, "/", ""), http.StatusOK, `title="news.example.org" href="/feed.xml"`)
	s.want(s.do(http.MethodGet, "/nobody/feed.xml", ""), http.StatusNotFound)
	s.want(s.do(http.MethodGet, "/walks/feed.xml", ""), http.StatusOK, "<title>Harbor Walks</title>")
}

// A program that has the newest issue is told so, and gets nothing again.
func TestFeeds_Conditional(t *testing.T) {
	s := mustSite(t)
	s.mustReader("ada@example.org")
	s.mustSend("first", "First", "<p>x</p>")
	for path := range feedPaths {
		a := s.do(http.MethodGet, path, "")
		etag, changed := a.Header.Get("ETag"), a.Header.Get("Last-Modified")
		if etag == "" || changed == "" || !strings.HasPrefix(a.Header.Get("Cache-Control"), "public") {
			t.Errorf("%s: %v", path, a.Header)
		}
		for _, known := range []http.Header{
			{"If-None-Match": {etag}}, {"If-None-Match": {`"x", W/` + etag}}, {"If-Modified-Since": {changed}},
		} {
			if b := s.request(http.MethodGet, path, "", known); b.StatusCode != http.StatusNotModified || b.body != "" || b.Header.Get("ETag") != etag {
				t.Errorf("%s with %v: %s, %q", path, known, b.Status, b.body)
			}
		}
		for _, unknown := range []http.Header{{"If-None-Match": {`"x"`}}, {"If-Modified-Since": {"Mon, 02 Jan 2006 15:04:05 GMT"}}, {"If-Modified-Since": {"yesterday"}}} {
			if b := s.request(http.MethodGet, path, "", unknown); b.StatusCode != http.StatusOK || b.body != a.body {
				t.Errorf("%s with %v: %s", path, unknown, b.Status)
			}
		}
		if b := s.do(http.MethodHead, path, ""); b.StatusCode != http.StatusOK || b.body != "" || b.ContentLength != int64(len(a.body)) {
			t.Errorf("HEAD %s: %s, %d bytes", path, b.Status, b.ContentLength)
		}
	}
	etag := s.do(http.MethodGet, "/feed.xml", "").Header.Get("ETag")
	s.mustSend("second", "Second", "<p>x</p>")
	s.want(s.request(http.MethodGet, "/feed.xml", "", http.Header{"If-None-Match": {etag}}), http.StatusOK, "Second")
}

func TestSiteMap(t *testing.T) {
	s := mustSite(t)
	s.mustReader("ada@example.org")
	s.mustSend("low-water", "Low water", "<p>x</p>")
	a := s.do(http.MethodGet, "/sitemap.xml", "")
	s.want(a, http.StatusOK, "<loc>https://news.example.org/</loc>", "<loc>https://news.example.org/walks/archive</loc>",
		"<loc>https://news.example.org/harbor/archive/low-water</loc><lastmod>")
	var m struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []string `xml:"url>loc"`
	}
	if err := xml.Unmarshal([]byte(a.body), &m); err != nil || len(m.URLs) != 11 {
		t.Errorf("the map has %d pages, %v", len(m.URLs), err)
	}
	s.want(s.do(http.MethodGet, "/robots.txt", ""), http.StatusOK, "Sitemap: https://news.example.org/sitemap.xml", "Disallow: /u/")
	for _, archive := range []newsletter.Archive{newsletter.ArchiveUnlisted, newsletter.ArchiveReaders, newsletter.ArchiveOff} {
		s.archive = archive
		a := s.do(http.MethodGet, "/sitemap.xml", "")
		s.want(a, http.StatusOK, "<loc>https://news.example.org/harbor</loc>")
		if strings.Contains(a.body, "harbor/archive") {
			t.Errorf("an archive that is %s is in the map", archive)
		}
	}
}
