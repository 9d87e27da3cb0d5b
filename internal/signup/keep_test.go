package signup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/token"
)

const aDay = 24 * time.Hour

func (s *site) mustKeep(t *testing.T) signup.Kept {
	t.Helper()
	k, err := s.Keep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A sign-up that nobody confirms: asked, reminded once, forgotten after a month.
func TestService_Keep_unconfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "ann@example.org"})
		if k := s.mustKeep(t); k != (signup.Kept{}) {
			t.Errorf("at once %+v was done", k)
		}
		time.Sleep(3*aDay + time.Minute)
		for i := range 3 {
			if k, want := s.mustKeep(t), (signup.Kept{Reminded: max(0, 1-i)}); k != want {
				t.Errorf("round %d after three days: %+v, want %+v", i, k, want)
			}
		}
		if n := s.asked(t); n != 2 {
			t.Errorf("%d mails ask Ann, want 2", n)
		}
		time.Sleep(30*aDay + time.Minute)
		if k, want := s.mustKeep(t), (signup.Kept{Expired: 1}); k != want {
			t.Errorf("a month later: %+v, want %+v", k, want)
		}
		if got := s.state(t, "harbor", "ann@example.org"); got != "" {
			t.Errorf("Ann is %q, want forgotten", got)
		}
		s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "ann@example.org"})
		if got := s.state(t, "harbor", "ann@example.org"); got != pending {
			t.Errorf("signed up again, Ann is %q", got)
		}
	})
}

// Who left is a keyed hash after a year, which a list does not bring back.
func TestService_Keep_left(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		for i := range 120 {
			email := fmt.Sprintf("r%d@example.org", i)
			if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: email, Confirmed: true}); err != nil {
				t.Fatal(err)
			}
			if i < 110 {
				if _, err := s.UnsubscribeAddress(t.Context(), "", email, "ada@desk"); err != nil {
					t.Fatal(err)
				}
			}
		}
		time.Sleep(366 * aDay)
		if k, want := s.mustKeep(t), (signup.Kept{Erased: 110}); k != want {
			t.Errorf("%+v, want %+v", k, want)
		}
		if got := s.state(t, "harbor", "r111@example.org"); got != confirmed {
			t.Errorf("a reader is %q", got)
		}
	})
}

// The built-in mailbox forgets whoever housekeeping forgets or erases, and nobody else.
func TestService_Keep_mailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		var told []string
		s.Forget = func(addresses []string) (int, error) {
			told = append(told, addresses...)
			return len(addresses), nil
		}
		s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "ann@example.org"}) // never confirms
		s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Email: "bob@example.org"}) // reads notes
		for _, r := range []signup.AddRequest{{Newsletter: "notes", Email: "bob@example.org"}, {Newsletter: "harbor", Email: "cyd@example.org"}} {
			r.Confirmed = true
			if _, err := s.Add(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(3*aDay + time.Minute)
		s.mustKeep(t) // reminds
		time.Sleep(30*aDay + time.Minute)
		if k, want := s.mustKeep(t), (signup.Kept{Expired: 2, Mails: 1}); k != want {
			t.Errorf("after a month: %+v, want %+v", k, want)
		}
		if _, err := s.UnsubscribeAddress(t.Context(), "", "cyd@example.org", "ada@desk"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(366 * aDay)
		if k, want := s.mustKeep(t), (signup.Kept{Erased: 1, Notices: 2, Mails: 1}); k != want {
			t.Errorf("after a year: %+v, want %+v", k, want)
		}
		if diff := cmp.Diff([]string{"ann@example.org", "cyd@example.org"}, told); diff != "" {
			t.Errorf("addresses that the mailbox forgets (-want +got):\n%s", diff)
		}
	})
}

// A round ends with its context, and never does everything at once.
func TestService_Keep_bounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		var rows strings.Builder
		rows.WriteString("email\n")
		for i := range 2500 {
			fmt.Fprintf(&rows, "r%d@example.org\n", i)
		}
		list := lists.New(lists.Config{Store: s.store, Newsletter: s.Newsletter, Ask: s.Ask})
		if _, err := list.Import(t.Context(), strings.NewReader(rows.String()), lists.ImportOptions{Newsletter: "harbor"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(40 * aDay)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if k, err := s.Keep(ctx); !errors.Is(err, context.DeadlineExceeded) || k.Reminded == 0 || k.Reminded > 300 {
			t.Errorf("a round of 100 ms: %+v, %v", k, err)
		}
		began := time.Now()
		k := s.mustKeep(t)
		if !k.More || k.Reminded != 2000 || time.Since(began) < 900*time.Millisecond {
			t.Errorf("a round: %+v in %v, want 2000 and more to do, with pauses", k, time.Since(began))
		}
	})
}

// Readers are welcomed by what they confirmed, once, and confirmed even where the
// welcome is broken.
func TestService_Confirm_welcomes(t *testing.T) {
	s := mustSite(t)
	var made []string
	s.WelcomeMail = func(_ context.Context, n newsletter.Newsletter) (*newsletter.Mail, error) {
		made = append(made, n.ID)
		switch n.ID {
		case "a":
			return nil, errors.New("welcome.md: unknown merge tag")
		case "b":
			return nil, nil
		}
		return &newsletter.Mail{Newsletter: n.ID, Kind: newsletter.KindWelcome, Subject: newsletter.Literal("Welcome")}, nil
	}
	s.mustSubscribe(t, signup.Request{Newsletter: "harbor", Also: []string{"b", "a", "none", "a"}, Email: "ann@example.org"})
	if n := s.asked(t); n != 1 {
		t.Errorf("%d mails ask to confirm three newsletters, want 1", n)
	}
	link := s.link(t, token.Confirm, "harbor", "ann@example.org", time.Now().Add(time.Hour))
	p, err := s.Lookup(t.Context(), token.Confirm, link)
	if err != nil || len(p.Together) != 3 || len(made) != 0 {
		t.Fatalf("Lookup = %+v, %v, %v were made; want three newsletters and no welcome", p, err, made)
	}
	for range 2 {
		if _, err := s.Confirm(t.Context(), link, signup.Visit{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"harbor", "a", "b"} {
		if got := s.state(t, id, "ann@example.org"); got != confirmed {
			t.Errorf("%s is %q, want confirmed", id, got)
		}
	}
	slices.Sort(made)
	if diff := cmp.Diff([]string{"a", "b", "harbor"}, made); diff != "" {
		t.Errorf("welcomes made (-want +got):\n%s", diff)
	}
	open, err := s.store.OpenIssues(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	welcomes := 0
	for _, i := range open {
		if i.Kind == newsletter.KindWelcome {
			welcomes += i.Queued
		}
	}
	if welcomes != 1 {
		t.Errorf("%d welcomes are on their way, want 1", welcomes)
	}
	notes, _, err := s.store.Untold(t.Context(), "a", time.Now().Add(-time.Hour))
	if err != nil || len(notes) != 1 || !strings.Contains(notes[0].Message, "tidings check a/welcome") {
		t.Errorf("staff are told %+v, %v", notes, err)
	}
}
