package public_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

func TestConfirm(t *testing.T) {
	s := mustSite(t)
	id := s.mustSignUp("ada@example.org")
	path := "/confirm/" + s.link(token.Confirm, id)

	a := s.do(http.MethodGet, path, "")
	s.want(a, http.StatusOK, "Is this you?", "a…@example.org", "Harbor Letters", `<form method="post">`)
	if strings.Contains(a.body, "ada@") {
		t.Error("the page shows the whole address")
	}
	if strings.Contains(a.body, "<script") || strings.Contains(a.body, "autofocus") {
		t.Error("the page does more than wait for a click")
	}
	wantPrivate(t, a)
	if got := s.state(id); got != newsletter.SubscriptionPending {
		t.Fatalf("after GET the subscription is %s", got)
	}

	for range 2 {
		a = s.do(http.MethodPost, path, "")
		s.want(a, http.StatusOK, "You are in")
		wantPrivate(t, a)
		if got := s.state(id); got != newsletter.SubscriptionConfirmed {
			t.Fatalf("after POST the subscription is %s", got)
		}
	}
	s.want(s.do(http.MethodGet, path, ""), http.StatusOK, "You are in")
}

// An old link must not bring anybody back who left since.
func TestConfirm_AfterLeaving(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	if _, err := s.store.Unsubscribe(t.Context(), "harbor", id, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		s.want(s.do(method, "/confirm/"+s.link(token.Confirm, id), ""), http.StatusGone, "This link has expired", "/harbor/subscribe")
	}
	if got := s.state(id); got != newsletter.SubscriptionUnsubscribed {
		t.Errorf("the subscription is %s", got)
	}
}

func TestConfirm_Expired(t *testing.T) {
	s := mustSite(t)
	id := s.mustSignUp("ada@example.org")
	path := "/confirm/" + s.tokens.Sign(token.Confirm, "harbor", id, time.Now().Add(-time.Minute))
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		a := s.do(method, path, "")
		s.want(a, http.StatusGone, "This link has expired", "Send me a new link", `href="/harbor/subscribe"`)
		wantPrivate(t, a)
	}
	if got := s.state(id); got != newsletter.SubscriptionPending {
		t.Errorf("the subscription is %s", got)
	}
}

func TestConfirm_RefusesOtherTokens(t *testing.T) {
	s := mustSite(t)
	id := s.mustSignUp("ada@example.org")
	good := s.link(token.Confirm, id)
	before := s.dump()
	for name, text := range map[string]string{
		"changed": flip(good), "cut": good[:20], "for leaving": s.link(token.Unsubscribe, id), "none": "x",
		"of another newsletter": s.tokens.Sign(token.Confirm, "nobody", id, time.Time{}),
		"of another reader":     s.tokens.Sign(token.Confirm, "harbor", 9999, time.Time{}),
	} {
		t.Run(name, func(*testing.T) {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				s.want(s.do(method, "/confirm/"+text, ""), http.StatusNotFound, "There is nothing here")
			}
		})
	}
	if s.dump() != before {
		t.Error("a forged link changed the database")
	}
}

// flip changes one character in the middle of a token.
func flip(text string) string {
	b := []byte(text)
	if b[len(b)/2]++; b[len(b)/2] == '{' || b[len(b)/2] == '[' || b[len(b)/2] == ':' || b[len(b)/2] == '.' || b[len(b)/2] == '`' {
		b[len(b)/2] = 'A'
	}
	return string(b)
}

// wantPrivate checks what every page behind a token needs.
func wantPrivate(t *testing.T, a answer) {
	t.Helper()
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, expected %q", name, got, want)
		}
	}
	if !strings.Contains(a.body, `<meta name="robots" content="noindex, nofollow">`) {
		t.Error("search engines may show the page")
	}
}

// Of whoever was added by staff the page does not say that they asked for it, and
// the receipt holds what it says instead.
func TestConfirm_AddedByStaff(t *testing.T) {
	s := mustSite(t)
	id := s.mustAdd("ada@example.org")
	path := "/confirm/" + s.link(token.Confirm, id)
	a := s.do(http.MethodGet, path, "")
	s.want(a, http.StatusOK, "We would like to send", "If you would rather not")
	if strings.Contains(a.body, "Somebody, most likely you") {
		t.Error("the page says that Ada asked for it")
	}
	s.do(http.MethodPost, path, "")
	all, err := s.store.Consents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := all[len(all)-1].Words, "We would like to send Harbor Letters to …, and ask you first.\nYes, send it to me"; got != want {
		t.Errorf("receipt %q, want %q", got, want)
	}
}
