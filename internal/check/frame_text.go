package check

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"tidings/internal/newsletter"
)

// The words of one part are looked for near where those before them were in the
// other. How often all of it is searched is bounded, since a mail has thousands.
const (
	nearby      = 4096 // bytes
	maxSearches = 200
)

// textFrame holds the text part against the HTML part: who reads it gets the
// same letter, its title first.
func textFrame(m *newsletter.Mail, doc *html.Node) []finding {
	text := letters(m.Text.String())
	if lost, all := lostWords(doc, text); lost*4 > all {
		return []finding{{
			message: "the text part does not have the words of the HTML part",
			hint:    "many people and filters read it alone; put {{.Body}} back into the site's text template",
		}}
	}
	if !strings.HasPrefix(text, letters(m.Title)) {
		return []finding{{
			message: "the text part does not begin with the title",
			hint:    "it is heard and shown first; put it back into the site's text template",
		}}
	}
	return nil
}

// lostWords counts the letters of the HTML part that the text part does not have
// in the same order, and all of them.
func lostWords(doc *html.Node, text string) (lost, all int) {
	at, searches := 0, 0
	for n := range doc.Descendants() {
		if n.Type != html.TextNode || hidden(n) {
			continue
		}
		part := letters(n.Data)
		all += len(part)
		if i := strings.Index(text[at:min(at+len(part)+nearby, len(text))], part); i >= 0 {
			at += i + len(part)
			continue
		}
		if searches++; searches > maxSearches {
			break
		}
		if !strings.Contains(text, part) {
			lost += len(part)
		}
	}
	return lost, all
}

// hidden says whether nobody sees a text.
func hidden(n *html.Node) bool {
	for n = n.Parent; n != nil; n = n.Parent {
		if n.Data == "head" || strings.Contains(attribute(n, "style"), "display:none") {
			return true
		}
	}
	return false
}

// letters is a text without anything but letters, so that it does not matter how
// it is wrapped and marked, and without merge tags, which are escaped otherwise.
func letters(s string) string {
	s = tag.ReplaceAllString(s, "")
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
