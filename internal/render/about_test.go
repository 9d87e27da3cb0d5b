package render

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// An article that says hardly anything leaves the line beside the subject to
// what the newsletter is.
func TestMail_preheaderAbout(t *testing.T) {
	const about = "A letter from the quay on Tuesdays, for \"quiet\" {{ reading }}"
	tests := map[string]struct {
		body, language string
		change         func(*newsletter.Newsletter)
		want           string
	}{
		"four words":       {"Nothing happened this week.", "", nil, "Nothing happened this week. · A letter from the quay on Tuesdays, for “quiet” &#123;&#123; reading }}"},
		"nothing":          {"---", "", nil, "A letter from the quay on Tuesdays, for “quiet” &#123;&#123; reading }}"},
		"enough":           {"The harbor is white, and nobody sweeps it.", "", nil, "The harbor is white, and nobody sweeps it."},
		"another language": {"Es ist kalt.", "de", nil, "Es ist kalt."},
		"a region of it":   {"It is cold.", "en-GB", nil, "It is cold. · A letter from the quay on Tuesdays, for “quiet” &#123;&#123; reading }}"},
		"discreet":         {"It is cold.", "", func(n *newsletter.Newsletter) { n.Discreet = &newsletter.Discreet{} }, "It is cold."},
		"says nothing":     {"It is cold.", "", func(n *newsletter.Newsletter) { n.Description = "" }, "It is cold."},
		"long":             {"It is cold.", "", func(n *newsletter.Newsletter) { n.Description = strings.Repeat("It is white. ", 20) }, "It is cold. · " + strings.Repeat("It is white. ", 9) + "It is…"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n, i := harbor(), issueOf(tt.body)
			n.Description, i.Description, i.Places, i.Language = about, "", nil, tt.language
			if tt.change != nil {
				tt.change(n)
			}
			m, err := mustRenderer(t).Mail(n, i, Options{BaseURL: "https://news.example.org"})
			if err != nil {
				t.Fatal(err)
			}
			_, after, _ := strings.Cut(mustFill(t, m.HTML, ada), "mso-hide:all\">")
			if got, _, _ := strings.Cut(after, "\u2007"); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// The foot says what the letter is and keeps the promise of the sign-up page in
// mind, in the language of the mail.
func TestMail_why(t *testing.T) {
	tests := map[string]struct{ about, language, want string }{
		"a sentence":       {"A letter from the quay.", "", "You get this letter because you signed up for Harbor Letters. A letter from the quay. No tracking, no sharing. You leave with one click in any letter."},
		"no full stop":     {"A letter from the quay", "", "Harbor Letters. A letter from the quay. No tracking"},
		"nothing":          {" ", "", "Harbor Letters. No tracking"},
		"another language": {"A letter from the quay.", "de", "Harbor Letters abonniert haben. Kein Tracking, keine Weitergabe."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n, i := harbor(), issueOf("It is cold.")
			n.Description, i.Language = tt.about, tt.language
			m, err := mustRenderer(t).Mail(n, i, Options{BaseURL: "https://news.example.org"})
			if err != nil {
				t.Fatal(err)
			}
			if html := mustFill(t, m.HTML, ada); !strings.Contains(html, tt.want) {
				t.Errorf("no %q in\n%s", tt.want, html)
			}
			if text := oneLine(mustFill(t, m.Text, ada)); !strings.Contains(text, tt.want) {
				t.Errorf("no %q in\n%s", tt.want, text)
			}
		})
	}
}

var fontSize = regexp.MustCompile(`font(?:-size)?:(?:italic )?(?:bold )?(\d+)px[^>]*>([^<]*)`)

// A mail may have nothing but a table or a note, and readers no other page to
// enlarge: what is to be read is as large as text. Only the line of the name,
// tables and raised figures are smaller.
func TestMail_sizes(t *testing.T) {
	n, i := harbor(), issueOf("A word[^1] <small>low</small>.\n\n| Boat | Built |\n|---|---|\n| Cormorant | 1912 |\n\n> White.\n>\n> — Ingrid\n\n"+
		"> [!NOTE]\n> Closed.\n\n![The quay](images/quay.png \"A week before\")\n\n```\nmake\n```\n\n[^1]: A note.")
	smaller := map[int]string{13: "raised", 14: "the name", 15: "a table"}
	m, err := mustRenderer(t).Mail(n, i, Options{BaseURL: "https://news.example.org", Files: gallery{}})
	if err != nil {
		t.Fatal(err)
	}
	count := map[int]int{}
	for _, found := range fontSize.FindAllStringSubmatch(mustFill(t, m.HTML, ada), -1) {
		size, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		if count[size]++; size < 16 && smaller[size] == "" {
			t.Errorf("%d px: %q", size, found[2])
		}
	}
	if count[13] != 1 || count[14] != 1 || count[15] != 4 || count[16] < 9 {
		t.Errorf("got sizes %v", count)
	}
}

// On a phone the links at the foot stand below each other, as those at the top
// do: in a long language the second wraps, and a dot would be left behind.
func TestMail_footLinks(t *testing.T) {
	if html := mustMail(t, "It is cold.").HTML.String(); !strings.Contains(html, `Unsubscribe</a><span class="n"> &nbsp;·&nbsp; </span><a class="m v" href="{{ preferences_url`) {
		t.Error(html)
	}
}
