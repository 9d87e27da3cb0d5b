package locale_test

import (
	"testing"

	"tidings/internal/locale"
	"tidings/templates"
)

func TestLocale_List(t *testing.T) {
	all, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		tag   string
		names []string
		want  string
	}{
		{"en", nil, ""},
		{"en", []string{"Harbor"}, "Harbor"},
		{"en", []string{"Harbor", "Walks"}, "Harbor and Walks"},
		{"de", []string{"Harbor", "Walks", "Notes"}, "Harbor, Walks und Notes"},
		{"ar", []string{"Harbor", "Walks", "Notes"}, "Harbor، Walks وNotes"},
	}
	for _, test := range tests {
		if got := all.Choose(test.tag).List(test.names); got != test.want {
			t.Errorf("%s: %q, want %q", test.tag, got, test.want)
		}
	}
	const want = "<bdi>A&amp;B</bdi> and <bdi>&lt;b&gt;{{.Last}}</bdi>"
	if got := string(all.Choose("en").RichList([]string{"A&B", "<b>{{.Last}}"})); got != want {
		t.Errorf("as HTML: %s, want %s", got, want)
	}
}
