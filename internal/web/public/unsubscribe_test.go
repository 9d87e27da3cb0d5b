package public_test

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

const oneClick = "List-Unsubscribe=One-Click"

func TestLeave_Page(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	path := "/u/" + s.link(token.Unsubscribe, id)

	a := s.do(http.MethodGet, path, "")
	s.want(a, http.StatusOK, "Harbor Letters", "a…@example.org", `<form method="post">`, `name="List-Unsubscribe" value="One-Click"`)
	wantPrivate(t, a)
	if strings.Contains(a.body, "ada@") || strings.Contains(a.body, "<script") {
		t.Error("the page shows the address or runs a script")
	}
	if got := s.state(id); got != newsletter.SubscriptionConfirmed {
		t.Fatalf("after GET the subscription is %s", got)
	}
}

// The ways in which mail programs ask (RFC 8058): no cookie, no Origin, either
// encoding, as often as they like.
func TestLeave_OneClick(t *testing.T) {
	const part = "Content-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n"
	tests := map[string]struct{ kind, body string }{
		"urlencoded": {"application/x-www-form-urlencoded", oneClick},
		"with more":  {"application/x-www-form-urlencoded; charset=utf-8", oneClick + "&x=1"},
		"multipart":  {"multipart/form-data; boundary=x", "--x\r\n" + part + "--x--\r\n"},
		"quoted":     {`multipart/form-data; boundary="a b"`, "--a b\r\n" + part + "--a b--\r\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := mustSite(t)
			id := s.mustReader("ada@example.org")
			path := "/u/" + s.link(token.Unsubscribe, id)
			for range 2 {
				a := s.send(http.MethodPost, path, tt.kind, tt.body)
				s.want(a, http.StatusOK, "You have unsubscribed", `name="undo"`)
				wantPrivate(t, a)
				if got := s.state(id); got != newsletter.SubscriptionUnsubscribed {
					t.Fatalf("the subscription is %s", got)
				}
			}
			s.want(s.do(http.MethodGet, path, ""), http.StatusOK, "You have unsubscribed", "Subscribe again")
		})
	}
}

func TestLeave_OtherBodiesAreRefused(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	path := "/u/" + s.link(token.Unsubscribe, id)
	for _, body := range []string{"", "a=1", "List-Unsubscribe=", "List-Unsubscribe=Two-Clicks", "%zz"} {
		s.want(s.do(http.MethodPost, path, body), http.StatusBadRequest, "Nothing was changed")
	}
	s.want(s.do(http.MethodPost, path+"?"+oneClick, ""), http.StatusBadRequest)
	s.want(s.do(http.MethodPost, path, oneClick+strings.Repeat("x", 1<<20)), http.StatusRequestEntityTooLarge)
	if got := s.state(id); got != newsletter.SubscriptionConfirmed {
		t.Errorf("the subscription is %s", got)
	}
}

func TestLeave_Undo(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	path := "/u/" + s.link(token.Unsubscribe, id)
	s.want(s.do(http.MethodPost, path, oneClick), http.StatusOK)
	for range 2 {
		s.want(s.do(http.MethodPost, path, "undo=1"), http.StatusOK, "Welcome back", "as before")
		if got := s.state(id); got != newsletter.SubscriptionConfirmed {
			t.Fatalf("the subscription is %s", got)
		}
	}
}

// Undo cannot confirm somebody who never did.
func TestLeave_UndoOfUnconfirmed(t *testing.T) {
	s := mustSite(t)
	id := s.mustSignUp("ada@example.org")
	path := "/u/" + s.link(token.Unsubscribe, id)
	s.want(s.do(http.MethodPost, path, oneClick), http.StatusOK)
	s.want(s.do(http.MethodPost, path, "undo=1"), http.StatusGone, "This cannot be undone any more", "Nothing was changed", `href="/harbor/subscribe"`)
	if got := s.state(id); got == newsletter.SubscriptionConfirmed {
		t.Error("undo confirmed a subscription")
	}
}

// A link to leave never expires: it is as old as the oldest letter in a mailbox.
func TestLeave_OldLink(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	if _, err := s.tokens.Open(token.Unsubscribe, s.link(token.Unsubscribe, id), time.Now().AddDate(3, 0, 0)); err != nil {
		t.Errorf("three years later: %v", err)
	}
}

func TestLeave_RefusesOtherTokens(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	good := s.link(token.Unsubscribe, id)
	before := s.dump()
	unknown := s.do(http.MethodPost, "/u/unknown", oneClick)
	for name, text := range map[string]string{
		"one more": good + "x", "changed": flip(good), "cut": good[:20], "for confirming": s.link(token.Confirm, id),
	} {
		t.Run(name, func(t *testing.T) {
			a := s.do(http.MethodPost, "/u/"+text, oneClick)
			s.want(a, http.StatusNotFound, "There is nothing here")
			if a.body != unknown.body {
				t.Error("the page differs from that of an unknown token")
			}
		})
	}
	if s.dump() != before {
		t.Error("a forged link changed the database")
	}
}

// What they ask for is so already, hence it is no error.
func TestLeave_ReaderIsGone(t *testing.T) {
	s := mustSite(t)
	path := "/u/" + s.link(token.Unsubscribe, 9999)
	s.want(s.do(http.MethodGet, path, ""), http.StatusOK, "You are not on the list")
	s.want(s.do(http.MethodPost, path, oneClick), http.StatusOK, "You are not on the list")
	s.want(s.do(http.MethodPost, path, "undo=1"), http.StatusOK, "You are not on the list")
}

// Mail providers ask for all of their users from a few addresses.
func TestLeave_IsNeverRefusedForItsNumber(t *testing.T) {
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	path := "/u/" + s.link(token.Unsubscribe, id)
	for i := range 1000 {
		if a := s.do(http.MethodPost, path, oneClick); a.StatusCode != http.StatusOK {
			t.Fatalf("call %d: %s", i+1, a.Status)
		}
	}
}

// An answer of 200 means that it is written down. While it cannot be, 503 asks
// the mail provider to come again.
func TestLeave_DatabaseIsBusy(t *testing.T) {
	if testing.Short() {
		t.Skip("waits as long as the store waits for others")
	}
	t.Parallel()
	s := mustSite(t)
	id := s.mustReader("ada@example.org")
	other, err := sql.Open("sqlite", "file:"+s.file+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	a := s.do(http.MethodPost, "/u/"+s.link(token.Unsubscribe, id), oneClick)
	s.want(a, http.StatusServiceUnavailable, "try again")
	if a.Header.Get("Retry-After") == "" {
		t.Error("the answer does not say when to come again")
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if got := s.state(id); got != newsletter.SubscriptionConfirmed {
		t.Errorf("the subscription is %s", got)
	}
}
