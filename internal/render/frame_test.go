package render

import (
	"regexp"
	"strings"
	"testing"
)

// Names of newsletters can be long, and be one word: around the article they take
// no more room than it does.
func TestMail_longName(t *testing.T) {
	news := harbor()
	news.Title = "Harbor letters of the office for Donaudampfschifffahrtsangelegenheiten"
	m, err := mustRenderer(t).Mail(news, issueOf("It is cold."), Options{BaseURL: "https://news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(m.Text.String(), "\n") {
		if cells(line) > columns && !strings.Contains(line, "{{") {
			t.Errorf("a line of %d columns in the text part: %s", cells(line), line)
		}
	}
	sheets := regexp.MustCompile(`<td class="[cg] s"[^>]*>`).FindAllString(m.HTML.String(), -1)
	if len(sheets) != 2 {
		t.Fatalf("article and foot are %q", sheets)
	}
	for _, sheet := range sheets {
		if !strings.Contains(sheet, "word-break:break-word") {
			t.Errorf("a word wider than a phone makes the mail wider in %s", sheet)
		}
	}
}
