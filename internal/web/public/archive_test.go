package public_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tidings/internal/token"
)

func TestHome(t *testing.T) {
	s := mustSite(t)
	s.want(s.do(http.MethodGet, "/", ""), http.StatusOK, "Harbor Letters", `href="/harbor"`, "Harbor Walks")
	s.want(s.do(http.MethodGet, "/healthz", ""), http.StatusOK, "ok")
	for _, path := range []string{"/nobody", "/nobody/", "/harbor/nothing", "/harbor/nothing/x", "/a/b/c/d", "/harbor/archive/none", "/static/x/y"} {
		s.want(s.do(http.MethodGet, path, ""), http.StatusNotFound, "There is nothing here", `<a href="/">All newsletters</a>`)
	}
	a := s.do(http.MethodGet, "/harbor/", "")
	if a.StatusCode != http.StatusMovedPermanently || a.Header.Get("Location") != "/harbor" {
		t.Errorf("/harbor/ leads to %s %q", a.Status, a.Header.Get("Location"))
	}
}

func TestAbout(t *testing.T) {
	s := mustSite(t)
	a := s.do(http.MethodGet, "/harbor", "")
	s.want(a, http.StatusOK, "Harbor Letters", "small repairs", `action="/harbor/subscribe"`, `name="city"`, "Town or city",
		"Harbor Counseling, 1 Quay Street", `<link rel="canonical" href="https://news.example.org/harbor">`)
	if strings.Contains(a.body, "Past issues</h2>") {
		t.Error("an empty archive is shown")
	}
	s.mustReader("ada@example.org")
	for i := range 7 {
		s.mustSend(fmt.Sprintf("issue-%d", i), fmt.Sprintf("Issue %d", i), "<p>hello</p>")
	}
	a = s.do(http.MethodGet, "/harbor", "")
	s.want(a, http.StatusOK, "Issue 6", "Issue 2", "All past issues")
	if strings.Contains(a.body, "Issue 1") {
		t.Error("more issues are shown than the latest")
	}
}

func TestArchive(t *testing.T) {
	s := mustSite(t)
	s.want(s.do(http.MethodGet, "/walks/archive", ""), http.StatusOK, "Nothing has been sent yet")
	s.mustReader("ada@example.org")
	for i := range 31 {
		s.mustSend(fmt.Sprintf("issue-%d", i), fmt.Sprintf("Issue %d.", i), "<p>hello</p>")
	}
	a := s.do(http.MethodGet, "/harbor/archive", "")
	s.want(a, http.StatusOK, `href="/harbor/archive/issue-30"`, "Issue 1.", "What stays on the sand", "Older issues")
	if strings.Contains(a.body, "Issue 0.") || strings.Contains(a.body, "Newer issues") {
		t.Error("the first page shows too much")
	}
	s.want(s.do(http.MethodGet, "/harbor/archive?page=2", ""), http.StatusOK, "Issue 0.", "Newer issues")
	s.want(s.do(http.MethodGet, "/harbor/archive?page=3", ""), http.StatusOK, "no issues on this page")
	for _, bad := range []string{"0", "-1", "x", "99999999999999999999"} {
		s.want(s.do(http.MethodGet, "/harbor/archive?page="+bad, ""), http.StatusNotFound)
	}
}

// The archive is the same for everybody and holds nothing of any reader.
func TestIssue(t *testing.T) {
	s := mustSite(t)
	s.mustReader("ada@example.org")
	s.mustSend("low-water", `Low "water" & <tide>`, "<h2>Sand</h2><p>It stays.</p>")
	a := s.do(http.MethodGet, "/harbor/archive/low-water", "")
	s.want(a, http.StatusOK, "Low &#34;water&#34; &amp; &lt;tide&gt;", "<h2>Sand</h2><p>It stays.</p>", "Mara Lind",
		`<article class="sheet letter" lang="en" dir="ltr">`, `content="article"`,
		`<link rel="canonical" href="https://news.example.org/harbor/archive/low-water">`)
	for _, secret := range []string{"ada", "/u/", "/confirm/"} {
		if strings.Contains(a.body, secret) {
			t.Errorf("the page holds %q", secret)
		}
	}
	s.want(s.do(http.MethodGet, "/walks/archive/low-water", ""), http.StatusNotFound)
}

// Pictures of an issue may lie elsewhere, and are shown as in its mail; no other
// page loads anything from there.
func TestIssue_pictureElsewhere(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	s.mustSend("boat", "Boat", `<p><img src="https://example.org/boat.jpg" alt="A boat"></p>`)
	for path, want := range map[string]bool{
		"/harbor/archive/boat": true, "/archive/" + s.link(token.Archive, id) + "/boat": true,
		"/harbor/archive": false, "/harbor/archive/none": false, "/u/" + s.link(token.Unsubscribe, id): false,
	} {
		policy := s.do(http.MethodGet, path, "").Header.Get("Content-Security-Policy")
		if strings.Contains(policy, "img-src 'self' data: https:;") != want || !strings.HasPrefix(policy, "default-src 'none'; style-src 'self';") {
			t.Errorf("%s: pictures from elsewhere %t expected, policy %s", path, want, policy)
		}
	}
}

func TestTheme(t *testing.T) {
	s := mustSite(t)
	for path, accent := range map[string]string{"/harbor/theme.css": "#1a5b4e", "/walks/theme.css": "#7b2d50"} {
		a := s.do(http.MethodGet, path, "")
		s.want(a, http.StatusOK, "--accent:"+accent, "--warn:#7a4f00;--warn-soft:#f2e", "prefers-color-scheme:dark")
		if got := a.Header.Get("Content-Type"); got != "text/css; charset=utf-8" {
			t.Errorf("%s is %s", path, got)
		}
	}
	s.want(s.do(http.MethodGet, "/walks", ""), http.StatusOK, `href="/walks/theme.css?v=`)
}

func TestArchive_Search(t *testing.T) {
	s := mustSite(t)
	s.mustReader("ada@example.org")
	for i := range 31 {
		s.mustSend(fmt.Sprintf("issue-%d", i), fmt.Sprintf("Issue %d.", i), "<p>Über die Brücke</p>")
	}
	s.mustSend("frost", "First Frost", "<p>White boards.</p>")
	a := s.do(http.MethodGet, "/harbor/archive?q=FIRST+boards", "")
	s.want(a, http.StatusOK, "1 issue holds “<bdi>FIRST boards</bdi>”", `href="/harbor/archive/frost"`, `value="FIRST boards"`, "Show all issues", "noindex")
	if strings.Contains(a.body, "Issue 3.") {
		t.Error("what does not match is shown")
	}
	s.want(s.do(http.MethodGet, "/harbor/archive?q=brucke", ""), http.StatusOK, "31 issues hold", "Older issues", `?page=2&amp;q=brucke`)
	s.want(s.do(http.MethodGet, "/harbor/archive?q=brucke&page=2", ""), http.StatusOK, "Issue 0.", "Newer issues", `href="/harbor/archive?q=brucke"`)
	s.want(s.do(http.MethodGet, "/harbor/archive?q=brucke&page=3", ""), http.StatusOK, "no issues on this page")
	s.want(s.do(http.MethodGet, `/harbor/archive?q=%3Cscript%3E%22`, ""), http.StatusOK, "No issue holds “<bdi>&lt;script&gt;&#34;</bdi>”", "Try fewer words", "Show all issues")
	s.want(s.do(http.MethodGet, "/harbor/archive?q=+", ""), http.StatusOK, "First Frost", `<link rel="canonical" href="https://news.example.org/harbor/archive">`)
	s.want(s.do(http.MethodGet, "/walks/archive?q=frost", ""), http.StatusOK, "No issue holds")
	s.want(s.do(http.MethodGet, "/harbor/archive?q="+strings.Repeat("x", 5000), ""), http.StatusOK, "No issue holds")
}

// An issue says what it is to those who show links, and leads to its neighbors.
func TestIssue_Described(t *testing.T) {
	s := mustSite(t)
	s.mustReader("ada@example.org")
	for _, title := range []string{"One", "Two", "Three </script>"} {
		s.mustSend(strings.ToLower(title[:3]), title, "<p>hello</p>")
	}
	a := s.do(http.MethodGet, "/harbor/archive/two", "")
	s.want(a, http.StatusOK, `<meta property="og:type" content="article">`, `<meta property="article:published_time" content="`,
		`<meta property="article:author" content="Mara Lind">`, `<meta property="og:image" content="https://news.example.org/media/x/quay.png">`,
		`<a href="/harbor/archive/one" rel="prev">`, `<a class="next" href="/harbor/archive/thr" rel="next">`)
	_, rest, _ := strings.Cut(s.do(http.MethodGet, "/harbor/archive/thr", "").body, `<script type="application/ld+json">`)
	text, _, ok := strings.Cut(rest, "</script>")
	var said map[string]any
	if err := json.Unmarshal([]byte(text), &said); !ok || err != nil {
		t.Fatalf("JSON-LD is %s: %v", text, err)
	}
	if said["@type"] != "Article" || said["headline"] != "Three </script>" {
		t.Errorf("JSON-LD is %v", said)
	}
}
