package issue

import (
	"html"
	"regexp"
	"strings"
	"unicode"
)

// marks are the Markdown marks that plain removes, in this order. It is no
// parser: what it serves is one sentence on one line.
var marks = []struct {
	find *regexp.Regexp
	keep string
}{
	{regexp.MustCompile(`\\\n`), " "},                                             // hard line break
	{regexp.MustCompile(`!\[[^\]]*\]\([^)]*\)`), ""},                              // picture
	{regexp.MustCompile(`\[\^[^\]]+\]`), ""},                                      // footnote
	{regexp.MustCompile(`\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])`), "$1"},            // link
	{regexp.MustCompile(`<((?:https?|mailto):[^>\s]+)>`), "$1"},                   // address
	{regexp.MustCompile(`</?[a-zA-Z][^>]*>`), ""},                                 // HTML
	{regexp.MustCompile(`\{[.#:][^{}]*\}`), ""},                                   // attributes
	{regexp.MustCompile("`+([^`]+)`+"), "$1"},                                     // code
	{regexp.MustCompile(`~~([^~]+)~~`), "$1"},                                     // struck out
	{regexp.MustCompile(`\*+(\S)`), "$1"},                                         // emphasis that begins
	{regexp.MustCompile(`(\S)\*+`), "$1"},                                         // emphasis that ends
	{regexp.MustCompile(`(^|[\s(])_{1,3}([^_]+)_{1,3}([\s.,;:!?)]|$)`), "$1$2$3"}, // emphasis
}

// escaped is a sign that a backslash keeps from being a mark. Merge tags are
// kept whole in the same way.
var escaped = regexp.MustCompile(`\\[!-/:-@\[-` + "`" + `{-~]|\{\{[^{}]*\}\}|\{%[^{}]*%\}`)

// maxPlain is how many bytes of a text plain looks at: more than a title or a
// first sentence should ever have.
const maxPlain = 8 << 10

// plain removes the marks of a line or paragraph of Markdown and joins its
// lines. Merge tags stay; control characters do not.
func plain(text string) string {
	text = strings.ToValidUTF8(text[:min(len(text), maxPlain)], "")
	// What is escaped waits behind runes of the private use area, of which a
	// text with thousands of escapes has too few; the rest stays as it is.
	const most = 1000
	stand := func(i int) string { return string('\ue000' + rune(i)) } //nolint:gosec // i is below most
	var kept []string
	text = escaped.ReplaceAllStringFunc(text, func(match string) string {
		if len(kept) == most {
			return match
		}
		kept = append(kept, strings.TrimPrefix(match, `\`))
		return stand(len(kept) - 1)
	})
	for _, mark := range marks {
		text = mark.find.ReplaceAllString(text, mark.keep)
	}
	text = strings.Join(strings.FieldsFunc(html.UnescapeString(text), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	for i, match := range kept {
		text = strings.ReplaceAll(text, stand(i), match)
	}
	return text
}
