package render

import (
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// The mail that asks to confirm is in the reader's language where that is known.
func TestConfirm_language(t *testing.T) {
	for language, want := range map[string][2]string{
		"":      {"Please confirm: Harbor Letters", `lang="en" dir="ltr"`},
		"de-AT": {"Bitte bestätigen: Harbor Letters", `lang="de-AT" dir="ltr"`},
		"ar":    {"يرجى التأكيد: Harbor Letters", `lang="ar" dir="rtl"`},
	} {
		m, err := mustRenderer(t).Confirm(
			Question{Newsletters: []newsletter.Newsletter{*harbor()}, Language: language}, Options{BaseURL: "https://news.example.org"})
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
