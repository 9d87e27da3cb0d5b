package lists_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/store"
	"tidings/internal/store/storetest"
)

const (
	pending      = newsletter.SubscriptionPending
	confirmed    = newsletter.SubscriptionConfirmed
	unsubscribed = newsletter.SubscriptionUnsubscribed
)

// people is what readers and staff do beside a list.
type people = signup.Service

// site is a lists.Service on a database of its own, with the newsletters harbor
// (double opt-in), notes (none), and a.
type site struct {
	*lists.Service
	*people

	store *store.Store
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
	all := []newsletter.Newsletter{
		{ID: "harbor", Language: "en", DoubleOptIn: true, Fields: []newsletter.Field{{Name: "city"}}},
		{ID: "notes"},
		{ID: "a", DoubleOptIn: true},
	}
	s := &site{store: st, people: signup.New(signup.Config{
		Store:       st,
		Newsletters: func(context.Context) ([]newsletter.Newsletter, error) { return all, nil },
		ConfirmMail: func(_ context.Context, q newsletter.Question) (*newsletter.Mail, error) {
			return &newsletter.Mail{Newsletter: q.Newsletters[0].ID, Kind: newsletter.KindConfirm, Subject: newsletter.Literal("Is this you?")}, nil
		},
	})}
	s.Service = lists.New(lists.Config{Store: st, Newsletter: s.Newsletter, Ask: s.Ask})
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
func (s *site) asked(t *testing.T) (n int) {
	t.Helper()
	open, err := s.store.OpenIssues(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range open {
		n += open[i].Queued
	}
	return n
}
