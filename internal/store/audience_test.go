package store

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// mustImport makes confirmed readers of harbor.
func mustImport(t testing.TB, s *Store, rows ...ImportRow) {
	t.Helper()
	for i := range rows {
		rows[i].Key, rows[i].State = rows[i].Email, newsletter.SubscriptionConfirmed
	}
	im := Import{Newsletter: "harbor", Proof: newsletter.Proof{Source: "test"}, Began: time.Now()}
	for part := range slices.Chunk(rows, ImportBatch) {
		if _, err := s.Import(t.Context(), im, part); err != nil {
			t.Fatal(err)
		}
	}
}

func mustAudience(t testing.TB, expr string) newsletter.Audience {
	t.Helper()
	a, err := newsletter.ParseAudience(expr)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestStore_CountAudience(t *testing.T) {
	s := mustOpen(t)
	mustImport(t, s,
		ImportRow{Email: "ann@example.org", Tags: []string{"clients", "team"}, Fields: map[string]string{"city": "Tacoma"}},
		ImportRow{Email: "bob@example.org", Tags: []string{"clients"}, Fields: map[string]string{"city": "tacoma", "5": "x"}},
		ImportRow{Email: "cy@example.org", Tags: []string{"client_s", "2026"}, Fields: map[string]string{"say": `"it's" 100%`}},
		ImportRow{Email: "dee@example.org"},
		ImportRow{Email: "eve@example.org", Tags: []string{"clients"}},
	)
	eve, err := s.SubscriberByKey(t.Context(), "eve@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Unsubscribe(t.Context(), "harbor", eve.ID, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		expr string
		want []string
	}{
		{"", []string{"ann", "bob", "cy", "dee"}},
		{"tag:clients", []string{"ann", "bob"}},
		{"tag:client_s", []string{"cy"}}, // "_" stands for itself
		{"tag:client", nil},
		{"not tag:clients", []string{"cy", "dee"}},
		{"tag:clients and not tag:team", []string{"bob"}},
		{"tag:team or tag:2026", []string{"ann", "cy"}},
		{"not (tag:team or tag:2026)", []string{"bob", "dee"}},
		{`field.city = "Tacoma"`, []string{"ann"}},
		{`field.city != "Tacoma"`, []string{"bob", "cy", "dee"}},
		{`field.city = ""`, []string{"cy", "dee"}},
		{`not field.city != ""`, []string{"cy", "dee"}},
		{`field.5 = "x"`, []string{"bob"}},
		{`field.say = "\"it's\" 100%"`, []string{"cy"}},
		{`tag:clients and not tag:team and (field.city = "Tacoma" or field.city != "")`, []string{"bob"}},
		{`field.nothing = "' OR TRUE --"`, nil},
	}
	for _, test := range tests {
		a := mustAudience(t, test.expr)
		n, err := s.CountAudience(t.Context(), "harbor", a)
		if err != nil || n != len(test.want) {
			t.Errorf("CountAudience(%s) = %d, %v; want %d", test.expr, n, err, len(test.want))
		}
		got := map[string]bool{}
		for r, err := range s.Readers(t.Context(), ReaderFilter{Newsletter: "harbor", State: newsletter.SubscriptionConfirmed, Audience: a}) {
			if err != nil {
				t.Fatal(err)
			}
			got[r.Subscriber.Email[:len(r.Subscriber.Email)-len("@example.org")]] = true
		}
		if diff := cmp.Diff(test.want, slices.Sorted(maps.Keys(got))); diff != "" {
			t.Errorf("readers of %s (-want +got):\n%s", test.expr, diff)
		}
	}
}

func TestStore_CountBlank(t *testing.T) {
	s := mustOpen(t)
	mustImport(t, s,
		ImportRow{Email: "ann@example.org", Name: "Ann Lee", FirstName: "Ann", Tags: []string{"clients"}, Fields: map[string]string{"city": "Tacoma"}},
		ImportRow{Email: "bob@example.org", FirstName: "Bob", Tags: []string{"clients"}, Fields: map[string]string{"city": ""}},
		ImportRow{Email: "cy@example.org"},
	)
	tests := []struct {
		audience, field string
		want            int
	}{
		{"", "name", 2},
		{"", "first_name", 1},
		{"", "city", 2},
		{"", "' OR TRUE --", 3},
		{"tag:clients", "name", 1},
		{"tag:clients", "first_name", 0},
		{"tag:clients or not tag:clients", "city", 2},
		{`tag:clients and field.city = "Tacoma"`, "city", 0},
	}
	for _, test := range tests {
		n, err := s.CountBlank(t.Context(), "harbor", mustAudience(t, test.audience), test.field)
		if err != nil || n != test.want {
			t.Errorf("CountBlank(%s, %s) = %d, %v; want %d", test.audience, test.field, n, err, test.want)
		}
	}
	if n, err := s.CountBlank(t.Context(), "other", newsletter.Audience{}, "name"); err != nil || n != 0 {
		t.Errorf("CountBlank of another newsletter = %d, %v; want 0", n, err)
	}
}

// TestPublish_Audience holds that the count people see is the number of
// deliveries that are made.
func TestPublish_Audience(t *testing.T) {
	s := mustOpen(t)
	rows := make([]ImportRow, 50)
	for i := range rows {
		rows[i] = ImportRow{Email: fmt.Sprintf("r%d@example.org", i), Tags: []string{fmt.Sprintf("third-%d", i%3)}}
	}
	mustImport(t, s, rows...)
	a := mustAudience(t, "not tag:third-0")
	want, err := s.CountAudience(t.Context(), "harbor", a)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Publish(t.Context(), Publication{Slug: "frost", Mail: sampleMail("frost"), Audience: a})
	if err != nil || got != want || want != 33 {
		t.Errorf("Publish made %d deliveries, %v; CountAudience said %d; want 33", got, err, want)
	}
}

func BenchmarkCountAudience(b *testing.B) {
	s := mustOpen(b)
	const readers = 200_000
	rows := make([]ImportRow, readers)
	for i := range rows {
		rows[i] = ImportRow{
			Email: fmt.Sprintf("r%d@example.org", i), Name: "Reader", Tags: []string{"clients", fmt.Sprintf("y%d", i%7)},
			Fields: map[string]string{"city": []string{"Tacoma", "Reno"}[i%2]},
		}
	}
	mustImport(b, s, rows...)
	for _, expr := range []string{"", "tag:clients and not tag:y3", `tag:clients and field.city = "Tacoma"`} {
		a := mustAudience(b, expr)
		b.Run(expr, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.CountAudience(b.Context(), "harbor", a); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(readers*float64(b.N)/b.Elapsed().Seconds(), "readers/s")
		})
	}
}
