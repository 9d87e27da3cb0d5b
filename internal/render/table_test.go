package render

import (
	"regexp"
	"strings"
	"testing"
)

var cellTag = regexp.MustCompile(`<t[dh] [^>]*>[^<]*`)

// Figures that end where names begin keep off them; other columns stand close
// enough for a phone. The first and the last one stand where the text does.
func TestMail_gaps(t *testing.T) {
	const body = "| Boat | Built | Yard | Length |\n|---|--:|---|--:|\n| Ida | 1912 | Quay | 9 |\n"
	tests := map[string]struct{ language, body, want string }{
		"left to right": {"", body, "8px 8px 8px 0, 8px 24px 8px 0, 8px 8px 8px 0, 8px 0"},
		"right to left": {"ar", strings.ReplaceAll(body, "--:", ":--"), "8px 0 8px 8px, 8px 0 8px 24px, 8px 0 8px 8px, 8px 0"},
		"only figures":  {"", strings.ReplaceAll(body, "|---", "|--:"), "8px 8px 8px 0, 8px 8px 8px 0, 8px 8px 8px 0, 8px 0"},
		"wide":          {"", "| A | B | C | D | E |\n|---|---|---|--:|---|\n| a | b | c | 1 | e |\n", "8px 12px 8px 0, 8px 12px 8px 0, 8px 12px 8px 0, 8px 24px 8px 0, 8px 0"},
	}
	padding := regexp.MustCompile(`<th [^>]*[";]padding:([^;]*)`)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			i := issueOf(tt.body)
			i.Language = tt.language
			m, err := mustRenderer(t).Mail(harbor(), i, Options{BaseURL: "https://news.example.org"})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, found := range padding.FindAllStringSubmatch(m.HTML.String(), -1) {
				got = append(got, found[1])
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

// The columns of a table share the width, so that it fits into a phone without a
// style sheet too, if need be with a broken word.
func TestMail_tableFits(t *testing.T) {
	for name, body := range map[string]string{
		"with heads": "| Day | Room |\n|---|---|\n| Thursday | Quayside |\n| Friday | Upstairs |\n",
		"without":    "<table><tr><td>Thursday</td><td>Quayside</td></tr><tr><td>Friday</td><td>Upstairs</td></tr></table>",
	} {
		t.Run(name, func(t *testing.T) {
			html := mustMail(t, body).HTML.String()
			_, article, _ := strings.Cut(html, "</h1>")
			for i, cell := range cellTag.FindAllString(article, 4) {
				if strings.Contains(cell, ";width:") != (i < 2) {
					t.Errorf("cell %d: %s", i, cell)
				}
			}
			if strings.Contains(html, "word-break:normal") {
				t.Error("a word that is not broken may widen the table")
			}
		})
	}
}

// Without a style sheet, a wide table is a list of records, and with one a table.
func TestMail_records(t *testing.T) {
	const heads = "| Boat | Built | Length | Since | Surveyed |\n|---|---|--:|---|---|\n"
	html := mustMail(t, heads+"| Ida | 1912 | 9 | 1998 | 2025 |\n").HTML.String()
	for _, want := range []string{
		`class="w" style="display:block;`, `<thead style="display:block"><tr style="display:block;`, `</th> <th`,
		`class="r a" style="display:inline;`, `<td class="r e" style="display:block;`, `<b class="h">Length: </b>9</td>`,
		`.w td{display:table-cell!important}`, `.w td{display:block!important}`, `.e{text-align:right}`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in\n%s", want, html)
		}
	}
	if _, rows, _ := strings.Cut(html, "<tbody"); strings.Contains(rows, "text-align") {
		t.Error("figures of a record stand away from its lines")
	}
	bare := mustMail(t, strings.Replace(heads, "| Boat | Built | Length | Since | Surveyed |", "| | | | | |", 1)+"| Ida | 1912 | 9 | 1998 | 2025 |\n").HTML.String()
	if strings.Contains(bare, "<b class") || strings.Contains(bare, `style="display:block`) {
		t.Errorf("rows without headings became records: %s", bare)
	}
}
