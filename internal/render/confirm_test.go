package render

import (
	"html"
	"strings"
	"testing"

	"tidings/internal/locale"
	"tidings/internal/newsletter"
	"tidings/templates"
)

// The mail that asks to confirm is in the reader's language where that is known.
func TestConfirm_language(t *testing.T) {
	for language, want := range map[string][2]string{
		"":      {"Please confirm: Harbor Letters", `lang="en" dir="ltr"`},
		"de-AT": {"Bitte bestätigen: Harbor Letters", `lang="de-AT" dir="ltr"`},
		"ar":    {"يرجى التأكيد: Harbor Letters", `lang="ar" dir="rtl"`},
	} {
		m, err := mustRenderer(t).Confirm(
			newsletter.Question{Newsletters: []newsletter.Newsletter{*harbor()}, Language: language}, Options{BaseURL: "https://news.example.org"})
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Subject.String(); got != want[0] {
			t.Errorf("%s: subject %q, expected %q", language, got, want[0])
		}
		if html := m.HTML.String(); !strings.Contains(html, want[1]) || !strings.Contains(html, "{{ confirm_url") {
			t.Errorf("%s: the mail lacks %s, or its link:\n%s", language, want[1], html)
		}
	}
}

// No language says of an address which others brought that somebody typed it into
// a form, and each says who it was, in both parts and when asking once more.
func TestConfirm_from(t *testing.T) {
	for _, tag := range []string{"ar", "de", "en", "es", "fr", "it", "nl", "pt"} {
		said := map[string]newsletter.Origin{}
		for _, from := range []newsletter.Origin{newsletter.FromForm, newsletter.FromPage, newsletter.FromStaff, newsletter.FromList} {
			for _, again := range []bool{false, true} {
				w := askedFrom(t, tag, from, again)
				if other, twice := said[w.why]; twice {
					t.Errorf("%s: the same words for %s and %s: %s", tag, from, other, w.why)
				}
				said[w.why] = from
				typed := askedFrom(t, tag, newsletter.FromForm, again)
				if from.Added() == (w.ask == typed.ask) {
					t.Errorf("%s, %s: who asked for it? %s", tag, from, w.ask)
				}
			}
		}
	}
}

// askedFrom is what a confirmation says, once it was found in both of its parts.
func askedFrom(t *testing.T, tag string, from newsletter.Origin, again bool) question {
	t.Helper()
	q := newsletter.Question{Newsletters: []newsletter.Newsletter{*harbor()}, Language: tag, From: from, Again: again}
	m, err := mustRenderer(t).Confirm(q, Options{BaseURL: "https://news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	all, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	w := asking(&q, newWords(all.For(tag)))
	simple := strings.Join(strings.Fields(m.Text.String()), " ")
	rich := html.UnescapeString(m.HTML.String())
	for _, words := range []string{w.ask, w.ignore, w.why} {
		if strings.Contains(words, "confirm_mail") || !strings.Contains(simple, strings.Join(strings.Fields(words), " ")) || !strings.Contains(rich, words) {
			t.Errorf("%s, %s: %q is not in the mail:\n%s", tag, from, words, simple)
		}
	}
	return w
}
