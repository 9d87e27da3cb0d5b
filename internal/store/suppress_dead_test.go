package store

import (
	"testing"

	"tidings/internal/newsletter"
)

// Whose address is dead is suppressed and comes back when that is taken back,
// unless staff said something of them meanwhile; nobody is who was erased, or has
// another address by now.
func TestStore_SuppressDead(t *testing.T) {
	const source = "relay main: 550 5.1.1 no such user"
	for _, c := range []struct {
		name      string
		before    func(t *testing.T, s *Store, id int64)
		fresh     bool
		meanwhile newsletter.SuppressionReason
		want      newsletter.SubscriptionState // after it is taken back; "": erased
	}{
		{name: "taken back", fresh: true, want: newsletter.SubscriptionConfirmed},
		{name: "blocked meanwhile", fresh: true, meanwhile: newsletter.SuppressedBlocked, want: newsletter.SubscriptionSuppressed},
		{name: "blocked before", want: newsletter.SubscriptionSuppressed, before: func(t *testing.T, s *Store, _ int64) {
			t.Helper()
			mustSuppress(t, s, "reader0@example.org", "", newsletter.SuppressedBlocked)
		}},
		{name: "erased", before: func(t *testing.T, s *Store, id int64) {
			t.Helper()
			if err := s.Erase(t.Context(), id, "page"); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "another address", want: newsletter.SubscriptionConfirmed, before: func(t *testing.T, s *Store, id int64) {
			t.Helper()
			if err := s.update(t.Context(), func(t *tx) error {
				_, err := t.exec(`UPDATE subscriber SET email = 'new@example.org', email_key = 'new@example.org' WHERE id = $1`, id)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mustOpen(t)
			id := mustReaders(t, s, 1)[0]
			_, due := mustPublish(t, s, "frost")
			if c.before != nil {
				c.before(t, s, id)
			}
			fresh, err := s.SuppressDead(t.Context(), due[0], source)
			if err != nil || fresh != c.fresh {
				t.Errorf("SuppressDead = %v, %v, want %v", fresh, err, c.fresh)
			}
			if fresh && mustStanding(t, s, "harbor", id).State != newsletter.SubscriptionSuppressed {
				t.Error("the reader is not suppressed")
			}
			if c.meanwhile != "" {
				mustSuppress(t, s, "reader0@example.org", "", c.meanwhile)
			}
			if err := s.ReleaseDead(t.Context(), due[0], source); err != nil {
				t.Error(err)
			}
			if c.want == "" {
				all, err := s.SuppressionsOf(t.Context(), due[0].Subscriber.Email)
				if err != nil || len(all) != 1 || all[0].Email != "" {
					t.Errorf("after erasure: %+v, %v", all, err)
				}
			} else if got := mustStanding(t, s, "harbor", id).State; got != c.want {
				t.Errorf("%s at the end, want %s", got, c.want)
			}
		})
	}
}
