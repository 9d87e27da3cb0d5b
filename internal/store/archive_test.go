package store

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// mustSend publishes an issue of harbor with an article.
func mustSend(t testing.TB, s *Store, slug, title, article string) {
	t.Helper()
	m := sampleMail(title)
	m.Description, m.Author, m.Language, m.Web = "On "+slug+".", "Zoë", "de", article
	if _, err := s.Publish(t.Context(), Publication{Slug: slug, Mail: m}); err != nil {
		t.Fatal(err)
	}
}

func slugs(issues []SentIssue) []string {
	all := []string{}
	for _, i := range issues {
		all = append(all, i.Slug)
	}
	return all
}

func TestStore_SearchIssues(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	mustSend(t, s, "frost", "First Frost", `<h2 class="hidden">Boards</h2><p>White <em>un</em>believable é&amp;Über 100% snake_case</p>`)
	mustSend(t, s, "keys", "Spare keys", "<p>Die Straße am Hafen.</p><p>السَّلامُ على البيت</p><p>港の手紙</p>")
	mustSend(t, s, "tide", "Low tide", "<p>frost again</p>")
	tests := map[string][]string{
		"frost":               {"tide", "frost"},
		"FROST  again":        {"tide"},
		"first white":         {"frost"},
		"unbelievable":        {"frost"},
		"boards white":        {"frost"},
		"boardswhite":         {},
		"e&uber":              {"frost"},
		"strasse":             {"keys"},
		"hafen zoe":           {"keys"},
		"سلام":                {"keys"},
		"手紙":                  {"keys"},
		`"low tide"`:          {"tide"},
		"100%":                {"frost"},
		"%":                   {"frost"},
		"snake_":              {"frost"},
		"_":                   {"frost"},
		"hidden":              {},
		"' OR 1=1 --":         {},
		"\x00":                {"tide", "keys", "frost"},
		"\xff":                {"tide", "keys", "frost"},
		"no such thing":       {},
		"on keys":             {"keys"},
		"letters@":            {},
		"reader1@":            {},
		" \t“” ":              {"tide", "keys", "frost"},
		"a b c d e f g h zzz": {}, // nothing holds all of the first eight
	}
	for query, want := range tests {
		got, total, err := s.SearchIssues(t.Context(), "harbor", query, 10, 0)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		if diff := cmp.Diff(want, slugs(got)); diff != "" || total != len(want) {
			t.Errorf("%q (-want +got), %d in all:\n%s", query, total, diff)
		}
	}
	page, total, err := s.SearchIssues(t.Context(), "harbor", "frost", 1, 1)
	if err != nil || total != 2 || !slices.Equal(slugs(page), []string{"frost"}) {
		t.Errorf("the second of two is %v of %d, %v", slugs(page), total, err)
	}
	if got, _, err := s.SearchIssues(t.Context(), "walks", "frost", 10, 0); err != nil || len(got) > 0 {
		t.Errorf("another newsletter's issues are found: %v, %v", got, err)
	}
}

func FuzzStore_SearchIssues(f *testing.F) {
	s := mustOpen(f)
	mustReaders(f, s, 1)
	mustSend(f, s, "frost", "First Frost", "<p>text</p>")
	for _, q := range []string{"frost", `\`, "%_", "' --", "\x00", strings.Repeat("é ", 500)} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if _, _, err := s.SearchIssues(t.Context(), "harbor", query, 10, 0); err != nil {
			t.Errorf("%q: %v", query, err)
		}
	})
}

func TestStore_Beside(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	for _, slug := range []string{"a", "b", "c"} {
		mustSend(t, s, slug, slug, "<p>x</p>")
	}
	for slug, want := range map[string]string{"a": "- b", "b": "a c", "c": "b -"} {
		before, after, err := s.Beside(t.Context(), "harbor", slug)
		if err != nil {
			t.Fatal(err)
		}
		name := func(i *SentIssue) string {
			if i == nil {
				return "-"
			}
			return i.Slug
		}
		if got := name(before) + " " + name(after); got != want {
			t.Errorf("beside %s are %s, expected %s", slug, got, want)
		}
	}
	var all []string
	err := s.EachSent(t.Context(), "harbor", 2, func(slug string, sentAt time.Time) error {
		all = append(all, slug)
		if time.Since(sentAt) > time.Minute {
			t.Errorf("%s was sent at %v", slug, sentAt)
		}
		return nil
	})
	if err != nil || !slices.Equal(all, []string{"c", "b"}) {
		t.Errorf("the newest two are %v, %v", all, err)
	}
}

// What was sent before there was an archive table is in it after the upgrade.
func TestOpen_FillsTheArchive(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tidings.db")
	s, err := Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	mustReaders(t, s, 1)
	mustSend(t, s, "frost", "First Frost", "<p>Über den Hafen</p>")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	older, err := schema(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := older.DownTo(t.Context(), 6); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	got, total, err := s.SearchIssues(t.Context(), "harbor", "uber", 10, 0)
	if err != nil || total != 1 || got[0].Description != "On frost." || got[0].Language != "de" || got[0].Author != "Zoë" {
		t.Errorf("found %+v, %d, %v", got, total, err)
	}
}

// A thousand long issues are searched in some ten milliseconds.
func BenchmarkStore_SearchIssues(b *testing.B) {
	s := mustOpen(b)
	mustReaders(b, s, 1)
	article := "<p>" + strings.Repeat("white frost on the boards of the quay ", 500) + "</p>"
	for i := range 1000 {
		m := &newsletter.Mail{Newsletter: "harbor", Kind: newsletter.KindIssue, Title: fmt.Sprint("Issue ", i), Web: article}
		if _, err := s.Publish(b.Context(), Publication{Slug: fmt.Sprint("i", i), Mail: m}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, _, err := s.SearchIssues(b.Context(), "harbor", "frost harbor", 30, 0); err != nil {
			b.Fatal(err)
		}
	}
}
