package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// importOf is an import into harbor, with what its receipts say.
func importOf(began time.Time) Import {
	return Import{Newsletter: "harbor", Began: began, Proof: newsletter.Proof{Source: "fair", Words: "They signed the sheet.", Actor: "ada@desk"}}
}

func mustFates(t *testing.T, s *Store, im Import, rows ...ImportRow) []Imported {
	t.Helper()
	for i := range rows {
		rows[i].Key = rows[i].Email
	}
	fates, err := s.Import(t.Context(), im, rows)
	if err != nil {
		t.Fatal(err)
	}
	return fates
}

func subscribed(email string) ImportRow {
	return ImportRow{Email: email, State: newsletter.SubscriptionConfirmed}
}

func gone(email string, why newsletter.SuppressionReason) ImportRow {
	return ImportRow{Email: email, Gone: why}
}

// mixed is a list with everybody in it, in two batches.
func mixed() [][]ImportRow {
	return [][]ImportRow{
		{
			subscribed("new@example.org"), subscribed("known@example.org"), subscribed("pending@example.org"), gone("left@example.org", newsletter.SuppressedLeft),
			gone("reader@example.org", newsletter.SuppressedLeft), gone("bounced@example.org", newsletter.SuppressedBounced),
			subscribed("erased@example.org"), subscribed("hashed@example.org"), subscribed("bounced@example.org"), subscribed("new@example.org"),
		},
		{
			subscribed("new@example.org"), subscribed("bounced@example.org"), gone("known@example.org", newsletter.SuppressedComplained),
			subscribed("erased@example.org"), subscribed("left@example.org"), subscribed("later@example.org"),
		},
	}
}

// mustMixedSite is a store with what mixed meets.
func mustMixedSite(t *testing.T) *Store {
	t.Helper()
	s := mustOpen(t)
	mustFates(t, s, importOf(time.Now()), subscribed("known@example.org"), subscribed("reader@example.org"), subscribed("erased@example.org"),
		ImportRow{Email: "pending@example.org", State: newsletter.SubscriptionPending})
	sub, err := s.SubscriberByKey(t.Context(), "erased@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(t.Context(), sub.ID, "page"); err != nil {
		t.Fatal(err)
	}
	mustSuppress(t, s, hashOf("hashed@example.org"), "", newsletter.SuppressedBlocked)
	return s
}

// An import, its rehearsal before it, and the same once more.
func TestStore_Import_gone(t *testing.T) {
	const added, updated, unchanged, double, out = ImportAdded, ImportUpdated, ImportUnchanged, ImportDouble, ImportKeptOut
	s := mustMixedSite(t)
	first := [][]Imported{
		{added, unchanged, updated, out, updated, out, out, out, out, double},
		{double, out, double, out, double, added},
	}
	again := [][]Imported{
		{unchanged, out, unchanged, out, out, out, out, out, out, double},
		{double, out, double, out, double, unchanged},
	}
	for _, run := range []struct {
		name string
		dry  bool
		want [][]Imported
	}{{"rehearsed", true, first}, {"first", false, first}, {"rehearsed again", true, again}, {"again", false, again}} {
		im := importOf(time.Now())
		if run.dry {
			r, err := NewRehearsal(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Close() }()
			im.Rehearsal = r
		}
		before := mustDump(t, s)
		for i, rows := range mixed() {
			if diff := cmp.Diff(run.want[i], mustFates(t, s, im, rows...)); diff != "" {
				t.Errorf("%s, batch %d (-want +got):\n%s", run.name, i+1, diff)
			}
		}
		if changed := mustDump(t, s) != before; changed != (run.name == "first") {
			t.Errorf("%s: changed is %t", run.name, changed)
		}
	}
	for email, want := range map[string]newsletter.SubscriptionState{
		"new@example.org": "confirmed", "known@example.org": "suppressed", "pending@example.org": "confirmed", "left@example.org": "unsubscribed",
		"reader@example.org": "unsubscribed", "later@example.org": "confirmed", "bounced@example.org": "", "erased@example.org": "", "hashed@example.org": "",
	} {
		sub, _ := s.SubscriberByKey(t.Context(), email)
		p, _ := s.Subscription(t.Context(), "harbor", sub.ID)
		if p.State != want {
			t.Errorf("%s is %q, want %q", email, p.State, want)
		}
	}
}

// mustDump is all that an import can change, but for the mark of who was met.
func mustDump(t *testing.T, s *Store) string {
	t.Helper()
	var all strings.Builder
	for _, query := range []string{
		`SELECT group_concat(id || email || name || tags || fields || updated_at) FROM subscriber`,
		`SELECT group_concat(newsletter || subscriber_id || state || source || confirmed_at || unsubscribed_at) FROM subscription`,
		`SELECT group_concat(subscriber_id || ' ' || n || act || hex(seal)) FROM consent`,
		`SELECT group_concat(value || newsletter || reason || created_at) FROM suppression`,
	} {
		var part string
		if err := s.read.QueryRowContext(t.Context(), query).Scan(&part); err != nil {
			t.Fatal(err)
		}
		all.WriteString(part + "\n")
	}
	return all.String()
}

// Who must get nothing of another newsletter may be brought to this one.
func TestStore_Import_suppressedElsewhere(t *testing.T) {
	s := mustOpen(t)
	mustSuppress(t, s, "ann@example.org", "tides", newsletter.SuppressedComplained)
	row := ImportRow{Email: "ann@example.org", Key: "ann@example.org", State: newsletter.SubscriptionConfirmed}
	if diff := cmp.Diff([]Imported{ImportAdded}, mustFates(t, s, importOf(time.Now()), row)); diff != "" {
		t.Errorf("what became of Ann (-want +got):\n%s", diff)
	}
}

// Each way onto the list leaves a receipt that is sealed.
func TestStore_Import_receipts(t *testing.T) {
	s := mustOpen(t)
	mustFates(t, s, importOf(time.Now()), subscribed("ann@example.org"), gone("bob@example.org", newsletter.SuppressedLeft),
		ImportRow{Email: "cy@example.org", State: newsletter.SubscriptionPending})
	im := importOf(time.Now())
	im.Newsletter = "notes"
	mustFates(t, s, im, subscribed("ann@example.org"), subscribed("cy@example.org"))
	for email, want := range map[string][]string{
		"ann@example.org": {"1 harbor imported", "2 notes imported"},
		"bob@example.org": {"1 harbor left"},
		"cy@example.org":  {"1 harbor asked", "2 notes imported"},
	} {
		sub, err := s.SubscriberByKey(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.Consents(t.Context(), sub.ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range all {
			got = append(got, fmt.Sprintf("%d %s %s", c.N, c.Newsletter, c.Act))
			if !c.Intact || c.Words != "They signed the sheet." || c.Source != "fair" || c.Actor != "ada@desk" || c.Network != "" {
				t.Errorf("%s: receipt %+v", email, c)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", email, got, want)
		}
	}
}

// Dates of the list are kept, but none of the future; and who came back here
// after leaving there stays.
func TestStore_Import_dates(t *testing.T) {
	s := mustOpen(t)
	day := func(year int) time.Time { return time.Date(year, 5, 3, 12, 0, 0, 0, time.UTC) }
	row := subscribed("ann@example.org")
	row.CreatedAt, row.ConfirmedAt = day(2019), day(2020)
	future := subscribed("bob@example.org")
	future.CreatedAt = day(2999)
	mustFates(t, s, importOf(time.Now()), row, future)
	ann, _ := s.SubscriberByKey(t.Context(), "ann@example.org")
	p := mustStanding(t, s, "harbor", ann.ID)
	if !ann.CreatedAt.Equal(day(2019)) || !p.CreatedAt.Equal(day(2019)) || !p.ConfirmedAt.Equal(day(2020)) {
		t.Errorf("Ann %v, %+v", ann.CreatedAt, p)
	}
	bob, _ := s.SubscriberByKey(t.Context(), "bob@example.org")
	if bob.CreatedAt.After(time.Now()) {
		t.Errorf("Bob begins in the future: %v", bob.CreatedAt)
	}
	early, late := gone("ann@example.org", newsletter.SuppressedLeft), gone("bob@example.org", newsletter.SuppressedLeft)
	early.GoneAt = day(2018)
	if got := mustFates(t, s, importOf(time.Now()), early, late); !slices.Equal(got, []Imported{ImportUnchanged, ImportUpdated}) {
		t.Errorf("fates %v", got)
	}
}
