package public_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestHome(t *testing.T) {
	s := mustSite(t)
	s.want(s.do(http.MethodGet, "/", ""), http.StatusOK, "Harbor Letters", `href="/harbor"`, "Harbor Walks")
	s.want(s.do(http.MethodGet, "/healthz", ""), http.StatusOK, "ok")
	for _, path := range []string{"/nobody", "/nobody/", "/harbor/nothing", "/harbor/nothing/x", "/a/b/c/d", "/harbor/archive/none", "/static/x/y"} {
		s.want(s.do(http.MethodGet, path, ""), http.StatusNotFound, "There is nothing here")
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
	s.want(a, http.StatusOK, "Low &#34;water&#34; &amp; &lt;tide&gt;", "<h2>Sand</h2><p>It stays.</p>", "Mara Lind", "24 November 2026",
		`<article class="sheet letter" lang="en" dir="ltr">`, `content="article"`,
		`<link rel="canonical" href="https://news.example.org/harbor/archive/low-water">`)
	for _, secret := range []string{"ada", "/u/", "/confirm/"} {
		if strings.Contains(a.body, secret) {
			t.Errorf("the page holds %q", secret)
		}
	}
	s.want(s.do(http.MethodGet, "/walks/archive/low-water", ""), http.StatusNotFound)
}

func TestTheme(t *testing.T) {
	s := mustSite(t)
	for path, accent := range map[string]string{"/harbor/theme.css": "#1a5b4e", "/walks/theme.css": "#7b2d50"} {
		a := s.do(http.MethodGet, path, "")
		s.want(a, http.StatusOK, "--accent:"+accent, "prefers-color-scheme:dark")
		if got := a.Header.Get("Content-Type"); got != "text/css; charset=utf-8" {
			t.Errorf("%s is %s", path, got)
		}
	}
	s.want(s.do(http.MethodGet, "/walks", ""), http.StatusOK, `href="/walks/theme.css?v=`)
}
