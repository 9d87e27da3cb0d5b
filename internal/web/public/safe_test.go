package public_test

import (
	"net/http"
	"strings"
	"testing"

	"tidings/internal/token"
)

// Mail scanners open every link of a letter, some of them often and from many
// places. None of it may change anything.
func TestSafeMethodsChangeNothing(t *testing.T) {
	s := mustSite(t)
	pending, reader := s.mustSignUp("ada@example.org"), s.mustReader("ben@example.org")
	s.mustSend("low-water", "Low water", "<p>hello</p>")
	paths := []string{
		"/", "/harbor", "/harbor/", "/harbor/subscribe", "/harbor/subscribe?email=eve@example.org", "/harbor/archive",
		"/harbor/archive/low-water", "/harbor/theme.css", "/healthz", "/nobody", "/nobody/subscribe",
		"/confirm/" + s.link(token.Confirm, pending), "/confirm/" + s.link(token.Confirm, reader), "/confirm/x",
		"/u/" + s.link(token.Unsubscribe, reader), "/u/" + s.link(token.Unsubscribe, reader) + "?List-Unsubscribe=One-Click", "/u/x",
		"/media/" + pictureHash + "/quay.png", "/subscribe", "/subscribe?email=eve@example.org&newsletter=harbor", "/tides/subscribe?email=eve@example.org&rhythm=Once+a+month&terms=yes",
	}
	before := s.dump()
	for _, path := range paths {
		for _, method := range []string{http.MethodGet, http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace} {
			a := s.do(method, path, "")
			if a.StatusCode >= 500 {
				t.Errorf("%s %s: %s", method, path, a.Status)
			}
			if a.StatusCode == http.StatusOK && method != http.MethodGet && method != http.MethodHead {
				t.Errorf("%s %s: %s", method, path, a.Status)
			}
			if c := a.Header.Get("Set-Cookie"); c != "" {
				t.Errorf("%s %s sets the cookie %q", method, path, c)
			}
		}
	}
	if after := s.dump(); after != before {
		t.Errorf("the database changed from\n%s\nto\n%s", before, after)
	}
}

// Methods that may change something do so on their own routes only.
func TestOtherMethodsAreRefused(t *testing.T) {
	s := mustSite(t)
	reader := s.mustReader("ben@example.org")
	before := s.dump()
	for _, path := range []string{"/", "/harbor", "/harbor/archive", "/harbor/archive/x", "/healthz", "/u/" + s.link(token.Unsubscribe, reader)} {
		for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodPost} {
			if method == http.MethodPost && strings.HasPrefix(path, "/u/") {
				continue
			}
			if a := s.do(method, path, "List-Unsubscribe=One-Click"); a.StatusCode != http.StatusMethodNotAllowed && a.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s: %s", method, path, a.Status)
			}
		}
	}
	if after := s.dump(); after != before {
		t.Errorf("the database changed from\n%s\nto\n%s", before, after)
	}
}

// What goes wrong is said in the reader's language, on a page that no cache keeps
// and from which no link tells where it led from.
func TestErrorsSpeakTheReadersLanguage(t *testing.T) {
	s := mustSite(t)
	many := strings.Repeat("x", 1<<20)
	for _, tt := range []struct {
		method, path, body, languages string
		status                        int
		words                         string
	}{
		{http.MethodGet, "/harbor/archive/none", "", "de", http.StatusNotFound, "Hier ist nichts"},
		{http.MethodGet, "/U/abcdefghijklmnop", "", "ar", http.StatusNotFound, "لا شيء هنا"},
		{http.MethodDelete, "/harbor/subscribe", "", "de", http.StatusMethodNotAllowed, "Das hat nicht geklappt"},
		{http.MethodPost, "/harbor", "", "fr", http.StatusMethodNotAllowed, ""},
		{http.MethodPost, "/harbor/subscribe", "email=" + many, "de", http.StatusRequestEntityTooLarge, ""},
		{http.MethodPost, "/u/" + s.link(token.Unsubscribe, s.mustReader("ada@example.org")), "x=1", "nl", http.StatusBadRequest, ""},
	} {
		a := s.request(tt.method, tt.path, tt.body, http.Header{"Accept-Language": {tt.languages}, "Content-Type": {"application/x-www-form-urlencoded"}})
		s.want(a, tt.status, `<html lang="`+tt.languages+`"`, tt.words)
		if got := a.Header.Get("Cache-Control") + ", " + a.Header.Get("Referrer-Policy"); got != "no-store, no-referrer" {
			t.Errorf("%s %s: %s", tt.method, tt.path, got)
		}
		if allow := a.Header.Get("Allow"); (tt.status == http.StatusMethodNotAllowed) != (allow != "") {
			t.Errorf("%s %s: Allow is %q", tt.method, tt.path, allow)
		}
	}
}

// Whoever reads the log learns neither who reads what nor how to act for them.
func TestLogHoldsNoSecret(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	link := s.link(token.Unsubscribe, id)
	s.do(http.MethodGet, "/u/"+link+"?email=ada@example.org", "")
	s.do(http.MethodPost, "/u/"+link, "List-Unsubscribe=One-Click")
	for _, mistyped := range []string{"//u/", "/U/", "/unsubscribe/", "/harbor/u/", "/harbor/archive/"} {
		s.do(http.MethodGet, mistyped+link, "")
	}
	s.do(http.MethodGet, "/leave/ada@example.org", "") // a link of what stood here before
	s.do(http.MethodGet, "/leave/ada%40example.org/now", "")
	s.do(http.MethodPost, "/harbor/subscribe", "email=eve@example.org")
	s.do(http.MethodPost, "/harbor/subscribe", "email=not+an+address")
	s.Close()
	log := s.log.String()
	if !strings.Contains(log, "path=/u/"+link[:6]+"…") {
		t.Errorf("the log lacks the request:\n%s", log)
	}
	for _, secret := range []string{link[:7], "@example.org", "not+an"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
}
