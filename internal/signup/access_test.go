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
