package check

import (
	"fmt"
	"unicode/utf8"

	"tidings/internal/newsletter"
)

const (
	leastTwice = 40 // characters from which on a paragraph does not stand twice by chance
	closing    = 8  // paragraphs that a letter closes with
	reach      = 4  // how far apart a closing line and its copy are, in paragraphs
)

// textTwice finds paragraphs that stand in the issue twice.
func textTwice(d *draft) []finding {
	first := map[string]newsletter.Place{}
	var found []finding
	for _, p := range d.outline.Paragraphs {
		text := normal(p.Text)
		if utf8.RuneCountInString(text) < leastTwice {
			continue
		}
		before, again := first[text]
		if !again {
			first[text] = p.Place
			continue
		}
		found = append(found, finding{
			at: p.Place, message: fmt.Sprintf("the paragraph %q stands in line %d already", clip(p.Text), before.Line),
			hint: "delete one of the two",
		})
	}
	return found
}

// closingTwice finds short lines at the end that were pasted twice, such as a
// name or a farewell.
func closingTwice(d *draft) []finding {
	var lines []passage
	for _, p := range d.outline.Paragraphs {
		if text := normal(p.Text); !p.Cell && text != "" && utf8.RuneCountInString(text) < leastTwice {
			lines = append(lines, passage{p.Place, p.Text})
		} else {
			lines = append(lines, passage{})
		}
	}
	lines = lines[max(len(lines)-closing, 0):]
	var found []finding
	for i, l := range lines {
		for _, before := range lines[max(i-reach, 0):i] {
			if l.text != "" && normal(l.text) == normal(before.text) {
				found = append(found, finding{
					at: l.at, message: fmt.Sprintf("the closing line %q stands in line %d already", clip(l.text), before.at.Line),
					hint: "delete one of the two",
				})
				break
			}
		}
	}
	return found
}
