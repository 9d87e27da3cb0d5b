package signup_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/token"
)

// Nobody can fill a mailbox with questions whether it is theirs, not even with many
// addresses of their own, each of which asks for another one after it.
func TestService_AskAddress_manyAskers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		s.PersonalMail = func(_ context.Context, n newsletter.Newsletter, kind newsletter.Kind, _ string) (*newsletter.Mail, error) {
			return &newsletter.Mail{Newsletter: n.ID, Kind: kind, Subject: newsletter.Literal("Your address")}, nil
		}
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
		s := mustSite(t)
		s.PersonalMail = func(_ context.Context, n newsletter.Newsletter, kind newsletter.Kind, _ string) (*newsletter.Mail, error) {
			return &newsletter.Mail{Newsletter: n.ID, Kind: kind, Subject: newsletter.Literal("Your address")}, nil
		}
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: "ann@example.org", Confirmed: true}); err != nil {
			t.Fatal(err)
		}
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
