package render

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// section is a heading with some 8 KB of paragraphs below it, each with a merge
// tag, and one with a note.
func section(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## Part %d\n\nThe first words of part %d.[^%d]\n\n", n, n, n)
	for range 16 {
		b.WriteString("Dear {{ subscriber.first_name | default: \"friend\" }}, " + strings.Repeat("white frost on the quay ", 20) + "\n\n")
	}
	fmt.Fprintf(&b, "[^%d]: Note of part %d.\n\n", n, n)
	return b.String()
}

func parts(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(section(i + 1))
	}
	return b.String()
}

// TestMail_cutOffParts: a mail that is too long ends before a heading, with its notes,
// its footer and a link to the rest, in HTML and in text alike; the archive page
// has all of it.
func TestMail_cutOffParts(t *testing.T) {
	m := mustMail(t, parts(20))
	html, text := mustFill(t, m.HTML, ada), mustFill(t, m.Text, ada)
	if n := len(html); n > newsletter.MostHTML || n < newsletter.MostHTML/2 {
		t.Errorf("the mail has %d bytes of HTML, want at most %d and more than half of it", n, newsletter.MostHTML)
	}
	last := strings.Count(html, "The first words of part")
	for name, part := range map[string]string{"HTML": html, "text": text} {
		for i := range 20 {
			for _, words := range []string{fmt.Sprintf("The first words of part %d.", i+1), fmt.Sprintf("Note of part %d.", i+1)} {
				if got, want := strings.Contains(part, words), i < last; got != want {
					t.Errorf("%s: %q stands there: %v, want %v", name, words, got, want)
				}
			}
		}
		for _, words := range []string{"Continue reading", "https://news.example.org/harbor/archive/first-frost", "Unsubscribe", "https://news.example.org/u/abc123", "1 Quay Street", "Dear Ada,"} {
			if !strings.Contains(part, words) {
				t.Errorf("%s: %q is missing", name, words)
			}
		}
	}
	if got := strings.Count(m.Web, "The first words of part"); got != 20 || strings.Contains(m.Web, "Continue reading") {
		t.Errorf("the archive page has %d of 20 parts", got)
	}
	line := strings.Count(parts(last), "\n") + 8 // of the heading; the body begins on line 8
	if diff := cmp.Diff(newsletter.Place{Line: line, Column: 4}, m.CutAt); diff != "" {
		t.Errorf("cut at (-want +got)\n%s", diff)
	}
}

// TestMail_cutOffWhere: where an article ends that is too long.
func TestMail_cutOffWhere(t *testing.T) {
	long := func(n int) string {
		return strings.Repeat("Words, "+strings.Repeat("white frost on the quay ", 40)+"\n\n", n)
	}
	tests := []struct {
		name, body string
		cut        bool
		has, not   string
	}{
		{"all of it fits", "## A\n\n" + long(60), false, "Words", "Continue reading"},
		{"no heading", long(120), true, "Continue reading", ""},
		{"only an early heading", "Hello.\n\n## Early\n\n" + long(120), true, "Early", ""},
		{"one block that nothing can shorten", strings.Repeat("frost ", 20_000), false, "frost", "Continue reading"},
		{"no notes", long(60) + "## Late\n\n" + long(60), true, "Continue reading", "<ol"},
		{"never inside of a condition", long(60) + "## Before\n\n{% if subscriber.city %}\n\n## Within\n\n" + long(90) + "{% endif %}\n\n## After\n\nEnd.", true, "Words", "Within"},
		{"not after a heading", long(60) + "## Lonely\n\n" + strings.Repeat("frost ", 10_000) + "\n\nEnd.", true, "Words", "Lonely"},
		{"many notes", long(60) + "Here.[^1]\n\n" + long(60) + "[^1]: " + strings.Repeat("frost ", 8_000), true, "Continue reading", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := mustMail(t, tt.body)
			html := mustFill(t, m.HTML, ada)
			if got := m.CutAt.Line > 0; got != tt.cut || got && len(html) > newsletter.MostHTML {
				t.Errorf("cut: %v with %d bytes, want %v and at most %d", got, len(html), tt.cut, newsletter.MostHTML)
			}
			if !strings.Contains(html, tt.has) || tt.not != "" && strings.Contains(html, tt.not) {
				t.Errorf("want %q and not %q at the end: …%s", tt.has, tt.not, html[max(0, len(html)-2500):])
			}
		})
	}
}

// TestMail_cutOffLinks: what links to a heading that was cut off leads to it on
// the archive page.
func TestMail_cutOffLinks(t *testing.T) {
	m := mustMail(t, "See [the end](#the-end) and [part 1](#part-1).\n\n"+parts(20)+"## The end\n\nEnd.")
	html := mustFill(t, m.HTML, ada)
	for _, want := range []string{`href="https://news.example.org/harbor/archive/first-frost#s2"`, `href="#s1"`} {
		if !strings.Contains(html, want) {
			t.Errorf("%s is missing in %s", want, html)
		}
	}
	if !strings.Contains(m.Web, `<h2 id="s2">The end</h2>`) {
		t.Error("the archive page has no such heading")
	}
}

// TestMail_cutOffLanguages: the words are those of the issue's language.
func TestMail_cutOffLanguages(t *testing.T) {
	for lang, want := range map[string]string{"de": "Weiterlesen", "fr": "Lire la suite", "ar": "متابعة القراءة", "ja": "Continue reading"} {
		i := issueOf(parts(20))
		i.Language = lang
		m, err := mustRenderer(t).Mail(harbor(), i, Options{BaseURL: "https://news.example.org"})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.HTML.String(), want) || !strings.Contains(m.Text.String(), want) {
			t.Errorf("%s: %q is missing", lang, want)
		}
	}
}
