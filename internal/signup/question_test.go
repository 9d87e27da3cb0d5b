package signup_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/token"
)

// mustBring imports a list of one address, whose consent nobody states.
func (s *site) mustBring(t *testing.T, email string) {
	t.Helper()
	l := lists.New(lists.Config{Store: s.store, Newsletter: s.Newsletter, Ask: s.Ask})
	if _, err := l.Import(t.Context(), strings.NewReader("email\n"+email+"\n"), lists.ImportOptions{Newsletter: "harbor"}); err != nil {
		t.Fatal(err)
	}
}

// mustChoose ticks harbor on the page of preferences of a reader of notes.
func (s *site) mustChoose(t *testing.T, email string) {
	t.Helper()
	if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "notes", Email: email, Confirmed: true}); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.SavePreferences(t.Context(), s.link(t, token.Preferences, "notes", email, time.Time{}), signup.Change{
		Offered: []string{"notes", "harbor"}, Wanted: []string{"notes", "harbor"}, Visit: signup.Visit{Source: "page"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The mail that asks to confirm knows who brought the address, and so do the one
// that reminds of it and the page behind its link.
func TestService_questionSaysWhoBroughtThem(t *testing.T) {
	ways := map[newsletter.Origin]func(t *testing.T, s *site){
		newsletter.FromForm: func(t *testing.T, s *site) {
			s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "ann@example.org"})
		},
		newsletter.FromPage: func(t *testing.T, s *site) { s.mustChoose(t, "ann@example.org") },
		newsletter.FromStaff: func(t *testing.T, s *site) {
			if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: "ann@example.org"}); err != nil {
				t.Fatal(err)
			}
		},
		newsletter.FromList: func(t *testing.T, s *site) { s.mustBring(t, "ann@example.org") },
	}
	for from, bring := range ways {
		t.Run(string(from), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := mustSite(t)
				bring(t, s)
				link := s.link(t, token.Confirm, "harbor", "ann@example.org", time.Now().Add(90*aDay))
				if p, err := s.Lookup(t.Context(), token.Confirm, link); err != nil || p.From != from {
					t.Errorf("the page says %q, %v", p.From, err)
				}
				time.Sleep(3*aDay + time.Minute)
				if k := s.mustKeep(t); k.Reminded != 1 {
					t.Fatalf("%+v, want a reminder", k)
				}
				if len(s.questions) != 2 || s.questions[0].From != from || s.questions[1].From != from || !s.questions[1].Again {
					t.Errorf("asked %+v, want twice by %s", s.questions, from)
				}
			})
		})
	}
}
