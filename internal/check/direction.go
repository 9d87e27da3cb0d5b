package check

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"unicode/utf8"

	"tidings/internal/newsletter"
)

// steering finds the characters that turn the direction of what follows, as they
// are and as references: embeddings, overrides and isolates of the bidirectional
// algorithm (UAX #9).
var steering = regexp.MustCompile(`[\x{202A}-\x{202E}\x{2066}-\x{2069}]|&#0*(?:823[4-8]|829[4-7]);|&#[xX]0*(?:202[a-eA-E]|206[6-9]);`)

// textDirection finds characters, seen by nobody, that make words read otherwise
// than they are written. It looks at the source, code and addresses too, and says
// it once a line.
func textDirection(d *draft) []finding {
	var found []finding
	for _, p := range d.frontLines() {
		if char := steering.FindString(p.text); char != "" {
			found = append(found, steered(p.at, char))
		}
	}
	for i, line := range bytes.Split(d.source.text, []byte("\n")) {
		if at := steering.FindIndex(line); at != nil {
			place := newsletter.Place{Line: d.source.first + i, Column: utf8.RuneCount(line[:at[0]]) + 1}
			found = append(found, steered(place, string(line[at[0]:at[1]])))
		}
	}
	return found
}

func steered(at newsletter.Place, char string) finding {
	r, _ := utf8.DecodeRuneInString(html.UnescapeString(char))
	return finding{
		at: at, message: fmt.Sprintf("an invisible %U turns the direction of what follows, so that a link or an address may read otherwise than it is", r),
		hint: "take it out: the letters of a language know their direction; a mark that stands on the wrong side is moved by U+200E or U+200F beside it",
	}
}
