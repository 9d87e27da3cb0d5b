package check

import (
	"fmt"
	"regexp"
	"strings"

	"tidings/internal/newsletter"
)

var (
	noteMark   = regexp.MustCompile(`\[\^[^\]\s]{1,100}\]`)
	noteBegins = regexp.MustCompile(`^ {0,3}(\[\^[^\]\s]{1,100}\]):`)
	codeFence  = regexp.MustCompile("^ {0,3}(?:```|~~~)")
)

// lostNotes finds notes that nothing refers to: a parser drops them, and nobody
// would miss them before a reader does.
func lostNotes(d *draft) []finding {
	var found []finding
	text, code := string(d.source.text), false
	line, marks := d.source.first-1, map[string]int{}
	for _, mark := range noteMark.FindAllString(text, -1) {
		marks[mark]++
	}
	for s := range strings.Lines(text) {
		line++
		if codeFence.MatchString(s) {
			code = !code
		}
		m := noteBegins.FindStringSubmatch(s)
		if m == nil || code || marks[m[1]] > 1 {
			continue
		}
		found = append(found, finding{
			at: newsletter.Place{Line: line, Column: strings.Index(s, "[") + 1}, message: fmt.Sprintf("%q is a note that nothing refers to, so nobody gets it", clip(m[1])),
			hint: "write " + m[1] + " where it belongs, or take the note out",
		})
	}
	return found
}
