package signup_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/token"
)

// mustMover is a site whose mails about a person need no template, with confirmed
// readers of harbor.
func mustMover(t *testing.T, readers ...string) *site {
	t.Helper()
	s := mustSite(t)
	s.PersonalMail = func(_ context.Context, n newsletter.Newsletter, kind newsletter.Kind, _ string) (*newsletter.Mail, error) {
		return &newsletter.Mail{Newsletter: n.ID, Kind: kind, Subject: newsletter.Literal("Your address")}, nil
	}
	for _, email := range readers {
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: email, Confirmed: true}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// Nobody can fill a mailbox with questions whether it is theirs, not even with many
// addresses of their own, each of which asks for another one after it.
func TestService_AskAddress_manyAskers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustMover(t)
		asked := 0
		for i := range 6 {
			me := fmt.Sprintf("ann%d@example.org", i)
			if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: me, Confirmed: true}); err != nil {
				t.Fatal(err)
			}
			for _, wanted := range []string{"Victim@example.net", "victim@example.net", "more-" + me} {
				tok := s.link(t, token.Preferences, "harbor", me, time.Now().Add(token.AccessFor))
				if _, err := s.AskAddress(t.Context(), tok, wanted); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
			}
			story, err := s.Show(t.Context(), me)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range story.Mails {
				if m.Kind == newsletter.KindAddress && m.Email != "more-"+me {
					asked++
				}
			}
		}
		if asked != 3 {
			t.Errorf("the address was asked %d times within an hour, want 3", asked)
		}
	})
}

// What the site's limit kept back counts for nobody: later they can ask.
func TestService_AskAddress_siteBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		c := s.Config
		c.ConfirmationsPerMinute = 2 // one question, and one mail to whoever has the address
		c.PersonalMail = func(_ context.Context, n newsletter.Newsletter, kind newsletter.Kind, _ string) (*newsletter.Mail, error) {
			return &newsletter.Mail{Newsletter: n.ID, Kind: kind, Subject: newsletter.Literal("Your address")}, nil
		}
		s.Service = signup.New(c)
		for _, me := range []string{"ann@example.org", "bo@example.org"} {
			if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: me, Confirmed: true}); err != nil {
				t.Fatal(err)
			}
		}
		ask := func(me string) {
			tok := s.link(t, token.Preferences, "harbor", me, time.Now().Add(token.AccessFor))
			if _, err := s.AskAddress(t.Context(), tok, "new-"+me); err != nil {
				t.Fatal(err)
			}
		}
		ask("bo@example.org")
		for range 5 {
			ask("ann@example.org")
		}
		time.Sleep(2 * time.Minute)
		ask("ann@example.org")
		story, err := s.Show(t.Context(), "ann@example.org")
		if err != nil || len(story.Mails) != 1 {
			t.Errorf("mails %+v, %v, want one to the new address", story.Mails, err)
		}
	})
}

// An address is waited for as long as the link that was mailed there is good.
func TestService_Preferences_newAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustMover(t, "ann@example.org")
		fresh := func() string {
			return s.link(t, token.Preferences, "harbor", "ann@example.org", time.Now().Add(token.AccessFor))
		}
		if _, err := s.AskAddress(t.Context(), fresh(), "new@example.net"); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"new@example.net", ""} {
			time.Sleep(token.AddressFor - time.Minute)
			p, err := s.Preferences(t.Context(), fresh())
			if err != nil || p.NewEmail != want {
				t.Errorf("they wait for %q, %v, want %q", p.NewEmail, err, want)
			}
		}
	})
}

// Whoever reads the old mailbox of somebody who moved does not learn where they
// went: what was mailed there shows and changes no more than what is good for ever.
func TestService_Preferences_moved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustMover(t, "ann@example.org")
		old := s.link(t, token.Preferences, "harbor", "ann@example.org", time.Now().Add(token.AccessFor))
		time.Sleep(time.Minute)
		if _, err := s.AskAddress(t.Context(), old, "new@example.net"); err != nil {
			t.Fatal(err)
		}
		moves := s.link(t, token.Address, "harbor", "ann@example.org", time.Now().Add(token.AddressFor))
		time.Sleep(time.Minute)
		if _, err := s.ConfirmAddress(t.Context(), moves, signup.Visit{}); err != nil {
			t.Fatal(err)
		}
		if p, err := s.Preferences(t.Context(), old); !errors.Is(err, token.ErrExpired) || p.Fresh || p.Permanent == "" {
			t.Errorf("the link in the old mailbox: fresh %t, %v, want ErrExpired", p.Fresh, err)
		}
		if _, err := s.Everything(t.Context(), old); !errors.Is(err, token.ErrExpired) {
			t.Errorf("all that is known, by the link in the old mailbox: %v, want ErrExpired", err)
		}
		time.Sleep(time.Minute)
		fresh := s.link(t, token.Preferences, "harbor", "new@example.net", time.Now().Add(token.AccessFor))
		if p, err := s.Preferences(t.Context(), fresh); err != nil || !p.Fresh {
			t.Errorf("a link that went to the new address: fresh %t, %v", p.Fresh, err)
		}
	})
}
