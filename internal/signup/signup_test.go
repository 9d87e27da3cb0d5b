package signup_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/store"
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
	store *store.Store
	ring  *token.Ring
}

func mustSite(t testing.TB) *site {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "tidings.db"))
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
	newsletters := []newsletter.Newsletter{
		{ID: "harbor", DoubleOptIn: true, Fields: []newsletter.Field{{Name: "city"}}},
		{ID: "notes"},
		{ID: "a", DoubleOptIn: true},
		{ID: "b", DoubleOptIn: true},
		{ID: "c", DoubleOptIn: true},
	}
	service := signup.New(signup.Config{
		Store:       st,
		Tokens:      ring,
		Newsletters: func(context.Context) ([]newsletter.Newsletter, error) { return newsletters, nil },
		ConfirmMail: func(_ context.Context, n newsletter.Newsletter) (*newsletter.Mail, error) {
			return &newsletter.Mail{Newsletter: n.ID, Kind: newsletter.KindConfirm, Subject: newsletter.Literal("Is this you?")}, nil
		},
	})
	return &site{service, st, ring}
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
		p, err := s.Confirm(t.Context(), join)
		if err != nil || p.State != confirmed || p.Email != "Ann@example.org" || p.Newsletter.ID != "harbor" {
			t.Fatalf("Confirm = %+v, %v", p, err)
		}
	}
	leave := s.link(t, token.Unsubscribe, "harbor", "ann@example.org", time.Time{})
	if p, err := s.Lookup(t.Context(), token.Unsubscribe, leave); err != nil || p.State != confirmed {
		t.Fatalf("Lookup = %+v, %v", p, err)
	}
	for range 2 {
		if p, err := s.Unsubscribe(t.Context(), leave); err != nil || p.State != unsubscribed {
			t.Fatalf("Unsubscribe = %+v, %v", p, err)
		}
	}
	if p, err := s.Confirm(t.Context(), join); err != nil || p.State != unsubscribed {
		t.Fatalf("confirming after leaving = %+v, %v; want unsubscribed", p, err)
	}
	if p, err := s.Resubscribe(t.Context(), leave); err != nil || p.State != confirmed {
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
	if _, err := s.Unsubscribe(t.Context(), s.link(t, token.Unsubscribe, "harbor", "ann@example.org", time.Time{})); err != nil {
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

func TestService_refusesLinks(t *testing.T) {
	s := mustSite(t)
	s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "ann@example.org"})
	join := s.link(t, token.Confirm, "harbor", "ann@example.org", time.Now().Add(-time.Hour))
	if p, err := s.Confirm(t.Context(), join); !errors.Is(err, token.ErrExpired) || p.Newsletter.ID != "harbor" {
		t.Errorf("an expired link = %+v, %v; want ErrExpired and the newsletter", p, err)
	}
	fresh := s.link(t, token.Confirm, "harbor", "ann@example.org", time.Now().Add(time.Hour))
	other := s.link(t, token.Confirm, "notes", "ann@example.org", time.Now().Add(time.Hour))
	unknown := s.ring.Sign(token.Unsubscribe, "harbor", 999, time.Time{})
	tests := map[string]struct {
		err  error
		want error
	}{
		"a confirmation where one leaves": {second(s.Unsubscribe(t.Context(), fresh)), newsletter.ErrForged},
		"a changed byte":                  {second(s.Confirm(t.Context(), flip(fresh))), newsletter.ErrForged},
		"nothing":                         {second(s.Confirm(t.Context(), "")), newsletter.ErrForged},
		"another newsletter's":            {second(s.Confirm(t.Context(), other)), newsletter.ErrNotFound},
		"a reader who is gone":            {second(s.Unsubscribe(t.Context(), unknown)), newsletter.ErrNotFound},
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

// TestService_Subscribe_tellsNothing signs up addresses in every standing and
// expects the same answer after the same time.
func TestService_Subscribe_tellsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		for _, email := range []string{"confirmed@example.org", "left@example.org"} {
			if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: email, Confirmed: true}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.UnsubscribeAddress(t.Context(), "harbor", "left@example.org"); err != nil {
			t.Fatal(err)
		}
		s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "pending@example.org"})
		want := map[string]newsletter.SubscriptionState{
			"confirmed": confirmed, "left": pending, "pending": pending, "unknown": pending,
		}
		for name, state := range want {
			began := time.Now()
			s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: name + "@example.org", RemoteAddr: "192.0.2.1:5"})
			if took := time.Since(began); took != 150*time.Millisecond {
				t.Errorf("%s: the answer took %v", name, took)
			}
			if got := s.state(t, "harbor", name+"@example.org"); got != state {
				t.Errorf("%s: state is %q, want %q", name, got, state)
			}
		}
		if n := s.asked(t); n != 3 { // pending once, left and unknown
			t.Errorf("%d confirmations are on their way, want 3", n)
		}
	})
}

func TestService_Subscribe_asksRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		all := func() {
			for i, id := range []string{"harbor", "a", "b", "c", "harbor"} {
				s.mustSubscribe(t, signup.Request{
					Newsletter: id, Email: "Victim+x@example.org", RemoteAddr: fmt.Sprintf("127.0.%d.1", i),
				})
			}
		}
		all()
		if n := s.asked(t); n != 3 {
			t.Fatalf("%d confirmations on the first day, want 3", n)
		}
		time.Sleep(23 * time.Hour)
		all()
		if n := s.asked(t); n != 3 {
			t.Fatalf("%d confirmations after 23 hours, want 3", n)
		}
		time.Sleep(time.Hour + time.Minute)
		all()
		if n := s.asked(t); n != 6 {
			t.Fatalf("%d confirmations after a day, want 6", n)
		}
	})
}

func TestService_Subscribe_limitsNetworks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		sign := func(n int, remote string) {
			for i := range n {
				s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: fmt.Sprintf("r%d@example.org", i), RemoteAddr: remote})
			}
		}
		sign(100, "[2001:db8::1]:443")
		if n := s.asked(t); n != 60 {
			t.Errorf("%d people of one network were asked, want 60", n)
		}
		if got := s.state(t, "harbor", "r80@example.org"); got != "" {
			t.Errorf("a sign-up over the limit is kept as %q", got)
		}
		sign(100, "2001:db8::ffff") // the same /64
		if n := s.asked(t); n != 60 {
			t.Errorf("%d people were asked from the same network, want 60", n)
		}
		time.Sleep(2 * time.Hour)
		sign(61, "2001:db8::1")
		if got := s.state(t, "harbor", "r59@example.org"); got != pending {
			t.Errorf("after two hours a sign-up is %q", got)
		}
	})
}

// TestService_Subscribe_limitsTheSite comes from a thousand networks.
func TestService_Subscribe_limitsTheSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				err := s.Subscribe(t.Context(), signup.Request{
					Newsletter: "harbor", Email: fmt.Sprintf("r%d@example.org", i), RemoteAddr: fmt.Sprintf("10.%d.%d.1", i/256, i%256),
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := s.asked(t); n < 60 || n > 61 {
			t.Errorf("%d people were asked within a second, want 60", n)
		}
	})
}

func TestService_Subscribe_withoutDoubleOptIn(t *testing.T) {
	s := mustSite(t)
	s.mustSubscribe(t, signup.Request{Newsletter: "notes", Email: "ann@example.org"})
	if got := s.state(t, "notes", "ann@example.org"); got != confirmed || s.asked(t) != 0 {
		t.Fatalf("state is %q with %d confirmations, want confirmed and 0", got, s.asked(t))
	}
	if _, err := s.UnsubscribeAddress(t.Context(), "", "ann@example.org"); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second would count at once if leaving were forgotten
		s.mustSubscribe(t, signup.Request{Newsletter: "notes", Email: "ann@example.org"})
		if got := s.state(t, "notes", "ann@example.org"); got != pending || s.asked(t) != 1 {
			t.Fatalf("after leaving: state is %q with %d confirmations, want pending and 1", got, s.asked(t))
		}
	}
}

// TestService_Subscribe_strangersChangeNothing types a reader's address into
// the form with another name.
func TestService_Subscribe_strangersChangeNothing(t *testing.T) {
	s := mustSite(t)
	if _, err := s.Add(t.Context(), signup.AddRequest{
		Newsletter: "harbor", Email: "ann@example.org", Name: "Ann", Confirmed: true, Tags: []string{"Clients"},
		Fields: map[string]string{"city": "Tacoma"}, Source: "paper form",
	}); err != nil {
		t.Fatal(err)
	}
	before, err := s.Show(t.Context(), "ann@example.org")
	if err != nil {
		t.Fatal(err)
	}
	s.mustSubscribe(t, signup.Request{
		Newsletter: "harbor", Email: "ann@example.org", Name: "Free pills http://x", Fields: map[string]string{"city": "x"},
	})
	s.mustSubscribe(t, signup.Request{Newsletter: "a", Email: "ann@example.org", Name: "Free pills http://x"})
	after, err := s.Show(t.Context(), "ann@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before.Subscriber, after.Subscriber); diff != "" {
		t.Errorf("the subscriber changed (-want +got):\n%s", diff)
	}
}

func TestService_Subscribe_text(t *testing.T) {
	s := mustSite(t)
	s.mustSubscribe(t, signup.Request{
		Newsletter: "harbor", Email: "ann@example.org",
		Name:      " Bob\r\nBcc: v@example.org\u2028<h1>\x00\u202e ",
		FirstName: "👩\u200d💻 Jose\u0301",
		Fields:    map[string]string{"city": "Ta\tcoma", "role": "admin"},
	})
	story, err := s.Show(t.Context(), "ann@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if story.Name != "Bob Bcc: v@example.org <h1>" || story.FirstName != "👩\u200d💻 José" {
		t.Errorf("names are %q and %q", story.Name, story.FirstName)
	}
	if diff := cmp.Diff(map[string]string{"city": "Ta coma"}, story.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	bad := []signup.Request{
		{Newsletter: "harbor", Email: "ann"},
		{Newsletter: "harbor", Email: "ann@example.org", Name: strings.Repeat("x", 201)},
		{Newsletter: "harbor", Email: "ann@example.org", Name: "\xff"},
		{Newsletter: "harbor", Email: "ann@example.org", Fields: map[string]string{"city": strings.Repeat("x", 1001)}},
	}
	for _, r := range bad {
		if err := s.Subscribe(t.Context(), r); !errors.Is(err, newsletter.ErrInvalid) {
			t.Errorf("Subscribe(%+.60v) = %v, want ErrInvalid", r, err)
		}
	}
	if err := s.Subscribe(t.Context(), signup.Request{Newsletter: "none", Email: "ann@example.org"}); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("an unknown newsletter: %v, want ErrNotFound", err)
	}
}

func TestService_Resubscribe_withinADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: "ann@example.org", Confirmed: true}); err != nil {
			t.Fatal(err)
		}
		leave := s.link(t, token.Unsubscribe, "harbor", "ann@example.org", time.Time{})
		if _, err := s.Unsubscribe(t.Context(), leave); err != nil {
			t.Fatal(err)
		}
		time.Sleep(25 * time.Hour)
		if p, err := s.Resubscribe(t.Context(), leave); !errors.Is(err, newsletter.ErrConflict) || p.State != unsubscribed {
			t.Errorf("Resubscribe after a day = %+v, %v; want ErrConflict", p, err)
		}
	})
}

func TestService_Add(t *testing.T) {
	s := mustSite(t)
	state, err := s.Add(t.Context(), signup.AddRequest{
		Newsletter: "harbor", Email: "ann@example.org", Tags: []string{"Team", "spring fair"}, Fields: map[string]string{"phone": "+1 555"},
	})
	if err != nil || state != pending || s.asked(t) != 1 {
		t.Fatalf("Add = %q, %v with %d confirmations", state, err, s.asked(t))
	}
	story, err := s.Show(t.Context(), "ANN@example.org")
	if err != nil || !slices.Equal(story.Tags, []string{"spring-fair", "team"}) || story.Fields["phone"] != "+1 555" {
		t.Fatalf("Show = %+v, %v", story, err)
	}
	if _, err := s.UnsubscribeAddress(t.Context(), "harbor", "ann@example.org"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []bool{false, true} {
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: "ann@example.org", Confirmed: c}); !errors.Is(err, newsletter.ErrConflict) {
			t.Errorf("adding somebody who left: %v, want ErrConflict", err)
		}
	}
	if got := s.state(t, "harbor", "ann@example.org"); got != unsubscribed {
		t.Errorf("state is %q", got)
	}
	if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: "b@example.org", Tags: []string{"a,b"}}); !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("a bad tag: %v, want ErrInvalid", err)
	}
}

func TestService_UnsubscribeAddress(t *testing.T) {
	s := mustSite(t)
	for _, id := range []string{"a", "b", "harbor"} {
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: id, Email: "ann@example.org", Confirmed: true}); err != nil {
			t.Fatal(err)
		}
	}
	steps := []struct {
		newsletter, email string
		want              []string
		err               error
	}{
		{"b", "Ann@example.org", []string{"b"}, nil},
		{"b", "ann@example.org", nil, nil},
		{"c", "ann@example.org", nil, newsletter.ErrNotFound},
		{"", "ann@example.org", []string{"a", "harbor"}, nil},
		{"", "bob@example.org", nil, newsletter.ErrNotFound},
		{"", "bob", nil, newsletter.ErrInvalid},
	}
	for _, step := range steps {
		got, err := s.UnsubscribeAddress(t.Context(), step.newsletter, step.email)
		if !errors.Is(err, step.err) || (err != nil) != (step.err != nil) || !slices.Equal(got, step.want) {
			t.Errorf("UnsubscribeAddress(%q, %q) = %q, %v; want %q, %v", step.newsletter, step.email, got, err, step.want, step.err)
		}
	}
}
