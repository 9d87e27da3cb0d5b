package signup_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/store"
	"tidings/internal/store/storetest"
	"tidings/internal/token"
)

const (
	pending      = newsletter.SubscriptionPending
	confirmed    = newsletter.SubscriptionConfirmed
	unsubscribed = newsletter.SubscriptionUnsubscribed
)

// site is a signup.Service on a database of its own, with the newsletters
// harbor (double opt-in), notes (none), and a, b and c (double opt-in).
type site struct {
	*signup.Service
	store       *store.Store
	ring        *token.Ring
	newsletters []newsletter.Newsletter
	questions   []newsletter.Question // of the mails that were made to confirm
}

// empty is a database as each test begins with.
var empty = storetest.New(store.Open)

func mustSite(t testing.TB) *site {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tidings.db")
	empty.Copy(t, path)
	st, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	keys, err := st.TokenKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ring, err := token.New([]token.Key{{ID: byte(keys[0].ID), Secret: keys[0].Secret}})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{store: st, ring: ring, newsletters: []newsletter.Newsletter{
		{
			ID: "harbor", Language: "en", DoubleOptIn: true, Fields: []newsletter.Field{{Name: "city"}},
			FormTags: []string{"spring-fair"}, RemindAfter: 72 * time.Hour, Unconfirmed: 30 * 24 * time.Hour,
			Retention: newsletter.Retention{Left: 365 * 24 * time.Hour, Deliveries: 730 * 24 * time.Hour},
		},
		{ID: "notes"},
		{ID: "a", DoubleOptIn: true},
		{ID: "b", DoubleOptIn: true},
		{ID: "c", DoubleOptIn: true},
	}}
	s.Service = signup.New(signup.Config{
		Store:       st,
		Tokens:      ring,
		Newsletters: func(context.Context) ([]newsletter.Newsletter, error) { return s.newsletters, nil },
		ConfirmMail: func(_ context.Context, q newsletter.Question) (*newsletter.Mail, error) {
			s.questions = append(s.questions, q)
			return &newsletter.Mail{Newsletter: q.Newsletters[0].ID, Kind: newsletter.KindConfirm, Subject: newsletter.Literal("Is this you?")}, nil
		},
	})
	return s
}

func (s *site) mustSubscribe(t *testing.T, r signup.Request) {
	t.Helper()
	if err := s.Subscribe(t.Context(), r); err != nil {
		t.Fatalf("subscribe %q: %v", r.Email, err)
	}
}

// state is where an address stands with a newsletter; "" where it never came.
func (s *site) state(t *testing.T, newsletterID, email string) newsletter.SubscriptionState {
	t.Helper()
	story, err := s.Show(t.Context(), email)
	if errors.Is(err, newsletter.ErrNotFound) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range story.Subscriptions {
		if p.Newsletter == newsletterID {
			return p.State
		}
	}
	return ""
}

// asked counts the confirmations that are on their way.
func (s *site) asked(t *testing.T) int {
	t.Helper()
	open, err := s.store.OpenIssues(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, i := range open {
		if i.Kind == newsletter.KindConfirm {
			n += i.Queued
		}
	}
	return n
}

// link makes the token that a mail to that address would hold.
func (s *site) link(t *testing.T, p token.Purpose, newsletterID, email string, expires time.Time) string {
	t.Helper()
	story, err := s.Show(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return s.ring.Sign(p, newsletterID, story.ID, expires)
}

func TestService_wholeLife(t *testing.T) {
	s := mustSite(t)
	s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "Ann@Example.org", FirstName: "Ann"})
	if got := s.state(t, "harbor", "ann@example.org"); got != pending || s.asked(t) != 1 {
		t.Fatalf("after signing up: %q and %d confirmations, want pending and 1", got, s.asked(t))
	}
	join := s.link(t, token.Confirm, "harbor", "ann@example.org", time.Now().Add(time.Hour))
	for range 2 { // twice is as good as once
		p, err := s.Confirm(t.Context(), join, signup.Visit{})
		if err != nil || p.State != confirmed || p.Email != "Ann@example.org" || p.Newsletter.ID != "harbor" {
			t.Fatalf("Confirm = %+v, %v", p, err)
		}
	}
	leave := s.link(t, token.Unsubscribe, "harbor", "ann@example.org", time.Time{})
	if p, err := s.Lookup(t.Context(), token.Unsubscribe, leave); err != nil || p.State != confirmed {
		t.Fatalf("Lookup = %+v, %v", p, err)
	}
	for range 2 {
		if p, err := s.Unsubscribe(t.Context(), leave, signup.Visit{}); err != nil || p.State != unsubscribed {
			t.Fatalf("Unsubscribe = %+v, %v", p, err)
		}
	}
	if p, err := s.Confirm(t.Context(), join, signup.Visit{}); err != nil || p.State != unsubscribed {
		t.Fatalf("confirming after leaving = %+v, %v; want unsubscribed", p, err)
	}
	if p, err := s.Resubscribe(t.Context(), leave, signup.Visit{}); err != nil || p.State != confirmed {
		t.Fatalf("Resubscribe = %+v, %v", p, err)
	}
}

// TestService_Unsubscribe_stopsASend holds the rule that leaving wins over a
// send that is running.
func TestService_Unsubscribe_stopsASend(t *testing.T) {
	s := mustSite(t)
	for _, email := range []string{"ann@example.org", "bob@example.org"} {
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: email, Confirmed: true}); err != nil {
			t.Fatal(err)
		}
	}
	mail := &newsletter.Mail{Newsletter: "harbor", Kind: newsletter.KindIssue, Subject: newsletter.Literal("Frost")}
	if n, err := s.store.Publish(t.Context(), store.Publication{Slug: "frost", Mail: mail}); err != nil || n != 2 {
		t.Fatalf("Publish = %d, %v", n, err)
	}
	if _, err := s.Unsubscribe(t.Context(), s.link(t, token.Unsubscribe, "harbor", "ann@example.org", time.Time{}), signup.Visit{}); err != nil {
		t.Fatal(err)
	}
	issue, err := s.store.FindIssue(t.Context(), "harbor", "frost")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(newsletter.Tally{Audience: 2, Queued: 1, Skipped: 1}, issue.Tally); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	story, err := s.Show(t.Context(), "ann@example.org")
	if err != nil || len(story.Mails) != 1 || story.Mails[0].State != newsletter.Skipped {
		t.Errorf("Ann's mails = %+v, %v; want one that was skipped", story.Mails, err)
	}
}

// Mails outlive their newsletter, and the way out of it must not.
func TestService_Unsubscribe_newsletterIsGone(t *testing.T) {
	s := mustSite(t)
	for _, name := range []string{"notes", "a"} {
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: name, Email: "ann@example.org", Confirmed: true}); err != nil {
			t.Fatal(err)
		}
	}
	link := s.link(t, token.Unsubscribe, "notes", "ann@example.org", time.Time{})
	s.newsletters = slices.DeleteFunc(s.newsletters, func(n newsletter.Newsletter) bool { return n.ID == "notes" })
	p, err := s.Unsubscribe(t.Context(), link, signup.Visit{})
	if err != nil || p.Newsletter.ID != "notes" || s.state(t, "notes", "ann@example.org") != newsletter.SubscriptionUnsubscribed {
		t.Errorf("Unsubscribe = %+v, %v; state %q", p, err, s.state(t, "notes", "ann@example.org"))
	}
}

func TestService_refusesLinks(t *testing.T) {
	s := mustSite(t)
	s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "ann@example.org"})
	join := s.link(t, token.Confirm, "harbor", "ann@example.org", time.Now().Add(-time.Hour))
	if p, err := s.Confirm(t.Context(), join, signup.Visit{}); !errors.Is(err, token.ErrExpired) || p.Newsletter.ID != "harbor" {
		t.Errorf("an expired link = %+v, %v; want ErrExpired and the newsletter", p, err)
	}
	fresh := s.link(t, token.Confirm, "harbor", "ann@example.org", time.Now().Add(time.Hour))
	other := s.link(t, token.Confirm, "notes", "ann@example.org", time.Now().Add(time.Hour))
	unknown := s.ring.Sign(token.Unsubscribe, "harbor", 999, time.Time{})
	tests := map[string]struct {
		err  error
		want error
	}{
		"a confirmation where one leaves": {second(s.Unsubscribe(t.Context(), fresh, signup.Visit{})), newsletter.ErrForged},
		"a changed byte":                  {second(s.Confirm(t.Context(), flip(fresh), signup.Visit{})), newsletter.ErrForged},
		"nothing":                         {second(s.Confirm(t.Context(), "", signup.Visit{})), newsletter.ErrForged},
		"another newsletter's":            {second(s.Confirm(t.Context(), other, signup.Visit{})), newsletter.ErrNotFound},
		"a reader who is gone":            {second(s.Unsubscribe(t.Context(), unknown, signup.Visit{})), newsletter.ErrNotFound},
	}
	for name, test := range tests {
		if !errors.Is(test.err, test.want) {
			t.Errorf("%s: %v, want %v", name, test.err, test.want)
		}
	}
	if got := s.state(t, "harbor", "ann@example.org"); got != pending {
		t.Errorf("state is %q after refused links", got)
	}
}

func second(_ signup.Person, err error) error { return err }

func flip(tok string) string {
	b := []byte(tok)
	b[5] ^= 1
	return string(b)
}

func TestService_Resubscribe_withinADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: "ann@example.org", Confirmed: true}); err != nil {
			t.Fatal(err)
		}
		leave := s.link(t, token.Unsubscribe, "harbor", "ann@example.org", time.Time{})
		if _, err := s.Unsubscribe(t.Context(), leave, signup.Visit{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(25 * time.Hour)
		if p, err := s.Resubscribe(t.Context(), leave, signup.Visit{}); !errors.Is(err, newsletter.ErrConflict) || p.State != unsubscribed {
			t.Errorf("Resubscribe after a day = %+v, %v; want ErrConflict", p, err)
		}
	})
}
