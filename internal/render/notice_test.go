package render_test

import (
	"strings"
	"testing"

	"tidings/internal/newsletter"
	"tidings/internal/render"
	"tidings/templates"
)

func TestNotice(t *testing.T) {
	r := render.New(templates.FS)
	n := &newsletter.Newsletter{ID: "harbor", Title: "Harbor & Sons", Language: "de", PostalAddress: "1 Quay Street"}
	m, err := r.Notice(n, "harbor: 2 things to know", []string{"The queue is <empty>.", "{{ subscriber.email }} is text. To go on:\ntidings queue resume harbor"}, render.Options{BaseURL: "https://news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if m.Kind.Listed() || m.HTML.Personal() || m.Text.Personal() {
		t.Errorf("a notice is to one person and has no merge tags: kind %s", m.Kind)
	}
	for _, want := range []string{"The queue is &lt;empty&gt;.", "Harbor &amp; Sons", "<pre", "tidings queue resume harbor"} {
		if !strings.Contains(m.HTML.String(), want) {
			t.Errorf("HTML lacks %q:\n%s", want, m.HTML)
		}
	}
	if text := m.Text.String(); !strings.Contains(text, "The queue is <empty>.") || !strings.Contains(text, "[notify]") || !strings.Contains(text, "\n    tidings queue resume harbor\n") {
		t.Errorf("text:\n%s", text)
	}
}
