package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

// mustSubscribe asks for newsletters in the name of an address and returns the
// subscriber's id.
func mustSubscribe(t testing.TB, s *Store, email string, names ...string) int64 {
	t.Helper()
	done, err := s.Subscribe(t.Context(), SubscribeParams{
		Newsletters: names, Key: email, Subscriber: newsletter.Subscriber{Email: email},
		Proof: newsletter.Proof{Source: "form", Words: "Write to me.", Network: "192.0.2.0/24", Agent: "Firefox"},
		Ask:   Ask{Mail: sampleQuestion, Every: 24 * time.Hour, Most: 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	return done.Subscriber
}

func mustConfirm(t testing.TB, s *Store, name string, id int64) {
	t.Helper()
	if state, err := s.Confirm(t.Context(), name, id, newsletter.Proof{Source: "page", Words: "Yes."}, nil); err != nil || state != newsletter.SubscriptionConfirmed {
		t.Fatalf("Confirm = %s, %v", state, err)
	}
}

func mustStanding(t testing.TB, s *Store, name string, id int64) newsletter.Subscription {
	t.Helper()
	p, err := s.Subscription(t.Context(), name, id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Each act leaves one receipt, with the words that were shown and without the
// network and the program that they came from.
func TestStore_Consents(t *testing.T) {
	s := mustOpen(t)
	id := mustSubscribe(t, s, "ann@example.org", "harbor", "tides")
	mustSubscribe(t, s, "ann@example.org", "harbor") // asked a minute ago: nothing comes of it
	mustConfirm(t, s, "harbor", id)
	mustConfirm(t, s, "harbor", id)
	if _, err := s.PauseReader(t.Context(), "harbor", id, time.Now().Add(time.Hour), newsletter.Proof{Source: "page"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PauseReader(t.Context(), "harbor", id, time.Time{}, newsletter.Proof{Source: "page"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Unsubscribe(t.Context(), "", id, newsletter.Proof{Source: "one-click"}); err != nil {
		t.Fatal(err)
	}
	all, err := s.Consents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, c := range all {
		fmt.Fprintf(&got, "%d %s %s %q %v\n", c.N, c.Newsletter, c.Act, c.Words, c.Intact)
	}
	want := `1 harbor asked "Write to me." true
2 tides asked "Write to me." true
3 harbor confirmed "Yes." true
4 tides confirmed "Yes." true
5 harbor paused "" true
6 harbor resumed "" true
7 harbor left "" true
8 tides left "" true
`
	if got.String() != want {
		t.Errorf("receipts:\n%swant:\n%s", &got, want)
	}
	if c := all[0]; len(c.Network) != 32 || len(c.Agent) != 32 || len(c.Version) != versionDigits || c.At.IsZero() {
		t.Errorf("first receipt: %+v", c)
	}
}

// A receipt that was changed, taken out or made up shows, and all after it.
func TestStore_Consents_tampered(t *testing.T) {
	for name, query := range map[string]string{
		"the source":         `UPDATE consent SET source = 'paper form' WHERE n = 2`,
		"the time":           `UPDATE consent SET at = at - 1 WHERE n = 2`,
		"one is gone":        `DELETE FROM consent WHERE n = 2`,
		"the words":          `UPDATE consent_words SET words = 'Write to me, and sell my address.'`,
		"one is made up":     `INSERT INTO consent SELECT subscriber_id, 4, newsletter, 'confirmed', source, words, network, agent, actor, at, seal FROM consent WHERE n = 3`,
		"another's receipts": `UPDATE consent SET newsletter = 'tides' WHERE n = 2`,
	} {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t)
			id := mustSubscribe(t, s, "ann@example.org", "harbor")
			mustConfirm(t, s, "harbor", id)
			if _, err := s.Unsubscribe(t.Context(), "harbor", id, newsletter.Proof{}); err != nil {
				t.Fatal(err)
			}
			if err := s.update(t.Context(), func(t *tx) error { _, err := t.exec(query); return err }); err != nil {
				t.Fatal(err)
			}
			all, err := s.Consents(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if last := all[len(all)-1]; last.Intact {
				t.Errorf("nothing shows: %+v", all)
			}
		})
	}
}

// A confirmation is for what its mail asked, and for nothing that was left since.
func TestStore_Confirm_whatWasAsked(t *testing.T) {
	s := mustOpen(t)
	now := clock(s)
	id := mustSubscribe(t, s, "ann@example.org", "harbor", "tides", "walks")
	*now = now.Add(48 * time.Hour)
	mustSubscribe(t, s, "ann@example.org", "notes") // perhaps by somebody else
	leave := func(name string) {
		t.Helper()
		if _, err := s.Unsubscribe(t.Context(), name, id, newsletter.Proof{}); err != nil {
			t.Fatal(err)
		}
	}
	leave("tides")
	if state, err := s.Confirm(t.Context(), "tides", id, newsletter.Proof{}, nil); err != nil || state != newsletter.SubscriptionUnsubscribed {
		t.Errorf("confirmed after leaving: %s, %v", state, err)
	}
	if state := mustStanding(t, s, "walks", id).State; state != newsletter.SubscriptionPending {
		t.Errorf("walks is %s by the link of a newsletter that was left", state)
	}
	mustConfirm(t, s, "harbor", id)
	for name, want := range map[string]newsletter.SubscriptionState{
		"tides": newsletter.SubscriptionUnsubscribed, "walks": newsletter.SubscriptionConfirmed, "notes": newsletter.SubscriptionPending,
	} {
		if state := mustStanding(t, s, name, id).State; state != want {
			t.Errorf("%s is %s, want %s", name, state, want)
		}
	}
	all, err := s.Consents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Act == newsletter.ConsentConfirmed && c.Newsletter == "tides" {
			t.Error("there is a receipt for what nobody confirmed")
		}
	}
}
