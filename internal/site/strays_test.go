package site

import (
	"strings"
	"testing"

	"tidings/templates"
)

// A file whose name is a slip is named, with the name that was meant.
func TestFolder_Strays(t *testing.T) {
	tests := []struct{ name, hint string }{
		{"templates/web/confrim.html", "did you mean templates/web/confirm.html?"},
		{"templates/web/confirm.htm", "did you mean templates/web/confirm.html?"},
		{"templates/mail/letter.html", "did you mean templates/mail/letter.html.tmpl?"},
		{"templates/web/letter.html.tmpl", "did you mean templates/mail/letter.html.tmpl?"},
		{"templates/confirm.html", "did you mean templates/web/confirm.html?"},
		{"templates/locale/de.tml", "did you mean templates/locale/de.toml?"},
		{"templates/pages/welcome.html", "the folders here are mail, web, static and locale"},
	}
	for _, tt := range tests {
		f := mustOpen(t, map[string]string{
			"tidings.toml": baseURL, "templates/README.md": "x",
			tt.name: "x", "templates/web/left.html": "x", "templates/locale/sv.toml": "x", "templates/static/own.css": "x",
			"templates/web/.left.html.swp": "x", "templates/web/left.html~": "x",
		})
		got := f.Strays(templates.FS)
		if len(got) != 1 || got[0].File != tt.name || !strings.Contains(got[0].Hint, tt.hint) {
			t.Errorf("%s: %v, want a hint that says %s", tt.name, got, tt.hint)
		}
	}
	if got := mustOpen(t, map[string]string{"tidings.toml": baseURL}).Strays(templates.FS); len(got) != 0 {
		t.Errorf("a site without templates: %v", got)
	}
}
