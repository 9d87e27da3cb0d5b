package public_test

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/store"
	"tidings/internal/token"
)

// mustJoin makes a reader of harbor a confirmed reader of another newsletter.
func (s *site) mustJoin(id int64, name string) {
	s.t.Helper()
	sub, err := s.store.Subscriber(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.store.Subscribe(s.t.Context(), store.SubscribeParams{
		Newsletters: []string{name}, Subscriber: sub, Key: sub.Email, Direct: true, Proof: newsletter.Proof{Source: "test"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// mustAdd adds somebody to harbor as staff do, and returns their id.
func (s *site) mustAdd(email string) int64 {
	s.t.Helper()
	if _, err := s.signup.Add(s.t.Context(), signup.AddRequest{Newsletter: "harbor", Email: email}); err != nil {
		s.t.Fatal(err)
	}
	sub, err := s.store.SubscriberByKey(s.t.Context(), email)
	if err != nil {
		s.t.Fatal(err)
	}
	return sub.ID
}

// mustPaused makes a reader of harbor who pauses for a month.
func (s *site) mustPaused(email string) int64 {
	s.t.Helper()
	id := s.mustReader(email)
	if _, err := s.store.PauseReader(s.t.Context(), "harbor", id, time.Now().AddDate(0, 1, 0), newsletter.Proof{}); err != nil {
		s.t.Fatal(err)
	}
	return id
}

// mustResume ends a reader's pause of harbor.
func (s *site) mustResume(id int64) {
	s.t.Helper()
	if _, err := s.store.PauseReader(s.t.Context(), "harbor", id, time.Time{}, newsletter.Proof{}); err != nil {
		s.t.Fatal(err)
	}
}

// mustComeBack brings back whoever left a moment ago.
func (s *site) mustComeBack(id int64) {
	s.t.Helper()
	if _, err := s.store.ResubscribeAll(context.Background(), id, time.Hour, newsletter.Proof{}); err != nil {
		s.t.Fatal(err)
	}
}

// mustAskAddress asks for another address and returns the token of the link that
// is mailed there.
func (s *site) mustAskAddress(id int64, email string) string {
	s.t.Helper()
	s.want(s.post("/preferences/"+s.fresh(id)+"/address", url.Values{"email": {email}}), http.StatusOK)
	pending, asked, err := s.store.PendingAddress(s.t.Context(), id)
	if err != nil || pending != email {
		s.t.Fatalf("pending is %q, %v", pending, err)
	}
	return s.tokens.Sign(token.Address, "harbor", id, asked.Add(token.AddressFor))
}
