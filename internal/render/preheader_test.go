package render

import (
	"strings"
	"testing"
)

// What the writer did not put into a description stands in the article once, and
// beside the subject once.
func TestMail_opening(t *testing.T) {
	tests := map[string]struct {
		body, sentence string // what issue.Read takes for the description
		preheader      string
	}{
		"short sentence":  {"It is cold. The harbor is white, and nobody sweeps it.", "It is cold.", "It is cold. The harbor is white, and nobody sweeps it."},
		"quotation marks": {"It's \"cold\". The harbor is white, and nobody sweeps it.", `It's "cold".`, "It’s “cold”. The harbor is white, and nobody sweeps it."},
		"salutation":      {"Dear reader,\n\nIt is cold. The harbor is white.", "It is cold.", "It is cold. The harbor is white."},
		"a condition":     {"{% if subscriber.city %}\n\nYou live near.\n\n{% else %}\n\nYou live away.\n\n{% endif %}\n\nThe harbor is white, and nobody sweeps it.", "", "The harbor is white, and nobody sweeps it."},
		"a list":          {"- The harbor is white\n- Nobody sweeps it", "", "The harbor is white · Nobody sweeps it"},
		"a long line":     {"In {braces} " + strings.Repeat("it is white, ", 20), "", "In {braces} " + strings.Repeat("it is white, ", 9) + "it is…"},
		"not ASCII":       {strings.Repeat("άσπρο ", 14) + "λιμάνι.\n\nΚανείς δεν το σκουπίζει.", "", strings.Repeat("άσπρο ", 14) + "λιμάνι. Κανείς δεν το σκουπίζει."},
		"headings":        {"## White\n\n### Swept\n\n## Green", "", "White · Swept · Green"},
		"a picture":       {"![The quay under frost](images/quay.png \"A week before\")", "", "The quay under frost A week before"},
		"a table":         {"| Boat | Built |\n|---|---|\n| Cormorant | 1912 |", "", "Boat · Built · Cormorant · 1912"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			i := issueOf(tt.body)
			i.Description, i.Places = tt.sentence, nil
			m, err := mustRenderer(t).Mail(harbor(), i, Options{BaseURL: "https://news.example.org", Files: gallery{}})
			if err != nil {
				t.Fatal(err)
			}
			if m.Standfirst != "" {
				t.Errorf("standfirst %q", m.Standfirst)
			}
			html, text := mustFill(t, m.HTML, ada), mustFill(t, m.Text, ada)
			_, after, _ := strings.Cut(html, "mso-hide:all\">")
			if got, _, _ := strings.Cut(after, "\u2007"); got != tt.preheader {
				t.Errorf("preheader %q, want %q", got, tt.preheader)
			}
			if tt.sentence != "" && strings.Count(strings.NewReplacer("’", "'", "“", `"`, "”", `"`).Replace(text), tt.sentence) != 1 {
				t.Errorf("the sentence does not stand once in\n%s", text)
			}
		})
	}
}
