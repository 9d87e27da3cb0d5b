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

// More sign up at once than the site may ask in a minute: who comes later is asked
// later, and nobody but whose turn would be more than an hour away is left out. The
// readers who ask for a link of their own are not kept waiting by them.
func TestService_Subscribe_crowded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustSite(t)
		c := s.Config
		c.ConfirmationsPerMinute = 1
		c.PersonalMail = func(_ context.Context, n newsletter.Newsletter, kind newsletter.Kind, _ string) (*newsletter.Mail, error) {
			return &newsletter.Mail{Newsletter: n.ID, Kind: kind, Subject: newsletter.Literal("Your link")}, nil
		}
		s.Service = signup.New(c)
		if _, err := s.Add(t.Context(), signup.AddRequest{Newsletter: "harbor", Email: "ann@example.org", Confirmed: true}); err != nil {
			t.Fatal(err)
		}
		for i := range 65 {
			s.mustSubscribe(t, signup.Request{
				Newsletter: "harbor", Email: fmt.Sprintf("reader%d@example.org", i),
				Visit: signup.Visit{RemoteAddr: fmt.Sprintf("192.0.%d.1:5", i)},
			})
		}
		if n := s.asked(t); n != 1 {
			t.Errorf("%d are asked at once, want 1", n)
		}
		tok := s.link(t, token.Preferences, "harbor", "ann@example.org", time.Now().Add(time.Hour))
		if err := s.MailAccess(t.Context(), tok); err != nil {
			t.Fatal(err)
		}
		if story, err := s.Show(t.Context(), "ann@example.org"); err != nil || len(story.Mails) != 1 {
			t.Errorf("mails %+v, %v, want the link", story.Mails, err)
		}
		time.Sleep(10 * time.Minute)
		if n := s.asked(t); n != 11 {
			t.Errorf("%d are asked within ten minutes, want 11", n)
		}
		time.Sleep(time.Hour)
		if n := s.asked(t); n != 61 {
			t.Errorf("%d are asked after all, want the first and one a minute for an hour", n)
		}
	})
}
