package public_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// astray lists the paragraphs in which the number of a note stands on another
// line than the word before it.
const astray = `[...document.querySelectorAll(".note-ref")].filter(ref => {
	const before = document.createRange(), text = ref.previousSibling;
	before.setStart(text, text.length - 1);
	before.setEnd(text, text.length);
	return ref.firstElementChild.getBoundingClientRect().left < before.getBoundingClientRect().right - 8;
}).map(ref => ref.parentElement.textContent)`

// The number of a note stays with the word before it, whatever that ends with:
// after some signs browsers would end a line.
func TestNotesInBrowser(t *testing.T) {
	s := mustSite(t)
	var letter strings.Builder
	for _, sign := range []string{"…", "?", "。"} {
		for n := range 34 { // more has no room on one line
			fmt.Fprintf(&letter, `<p>Word %s%s<sup class="note-ref"><a href="#n1">1</a></sup></p>`, strings.Repeat("i", n), sign)
		}
	}
	s.mustReader("ada@example.org")
	s.mustSend("notes", "Notes", letter.String())
	browser := mustBrowse(t)
	look{320, 640, "light", "en"}.open(browser, t, s.URL+"/harbor/archive/notes", "", "")
	found, err := chromedp.Run(browser, chromedp.Evaluate[[]string](astray))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("the number stands apart in %q", f)
	}
}
