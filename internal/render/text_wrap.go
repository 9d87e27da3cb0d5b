package render

import (
	"strings"
	"unicode/utf8"

	"tidings/internal/merge"
)

// wrap is wrap with room for the tags of the article.
func (w *textWriter) wrap(s string, width int, indent string) string {
	return wrapAround(w.cuts, s, width, indent)
}

// wrap breaks text into lines of at most width cells, at blanks and between
// characters of scripts that are written without blanks. A single word that is
// longer stays whole. Line breaks in s are kept, indent begins all lines but the
// first.
func wrap(s string, width int, indent string) string { return wrapAround(nil, s, width, indent) }

func wrapAround(cuts *merge.Cuts, s string, width int, indent string) string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		out = append(out, wrapLine(cuts, line, max(width, 20))...)
	}
	return strings.Join(out, "\n"+indent)
}

func wrapLine(cuts *merge.Cuts, s string, width int) []string {
	var lines []string
	line, used := "", 0      // in cells
	sense, senseUsed := 0, 0 // up to where the line makes sense by itself; 0: nowhere
	branches := branches{cuts: cuts}
	for _, word := range breaks(s) {
		n, gap := cells(word.text), ""
		if merge.Has(word.text) {
			n = branches.first(word.text)
		}
		if word.space && used > 0 {
			gap = " "
		}
		if used > 0 && used+len(gap)+n > width {
			rest, restUsed := "", 0
			if !word.space && senseUsed*5 > width*3 {
				rest, restUsed = line[sense:], used-senseUsed
				line = line[:sense]
			}
			lines = append(lines, line)
			line, used, gap = rest, restUsed, ""
			sense, senseUsed = 0, 0
		}
		line += gap + word.text
		used += len(gap)
		if merge.Has(word.text) {
			used = branches.after(word.text, used)
		} else {
			used += n
		}
		if pauses(word.text) {
			sense, senseUsed = len(line), used
		}
	}
	return append(lines, line)
}

// pauses says whether a reader may rest after a word of a script that is written
// without blanks: there a line ends better than within a phrase.
func pauses(word string) bool {
	r, _ := utf8.DecodeLastRuneInString(word)
	return strings.ContainsRune("、。，；：？！」』）", r)
}

// word is what is not broken, and whether a blank stands before it.
type word struct {
	text  string
	space bool
}

// breaks splits text where a line may end. A non-breaking space is no blank.
func breaks(s string) []word {
	var out []word
	for i, field := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' }) {
		from, space := 0, i > 0
		if strings.IndexFunc(field, isCJK) < 0 {
			out = append(out, word{field, space})
			continue
		}
		runes := []rune(field)
		for j := 1; j < len(runes); j++ {
			if (isCJK(runes[j-1]) || isCJK(runes[j])) && !closes(runes[j]) && !opens(runes[j-1]) {
				out = append(out, word{string(runes[from:j]), space})
				from, space = j, false
			}
		}
		out = append(out, word{string(runes[from:]), space})
	}
	return out
}

// closes says whether a line cannot begin with r, opens whether it cannot end
// with it.
func closes(r rune) bool {
	return strings.ContainsRune("、。，．・：；？！）」』】〉》〕ー々’”.,:;?!)]}…", r)
}

func opens(r rune) bool { return strings.ContainsRune("（「『【〈《〔“‘([{", r) }

// prefix puts first before the first line and rest before all others, without
// blanks at the ends of lines.
func prefix(s, first, rest string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		before := rest
		if i == 0 {
			before = first
		}
		lines[i] = strings.TrimRight(before+line, " ")
	}
	return strings.Join(lines, "\n")
}
