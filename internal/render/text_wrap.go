package render

import "strings"

// wrap breaks text into lines of at most width cells, at blanks and between
// characters of scripts that are written without blanks. A single word that is
// longer stays whole. Line breaks in s are kept, indent begins all lines but the
// first.
func wrap(s string, width int, indent string) string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		out = append(out, wrapLine(line, max(width, 20))...)
	}
	return strings.Join(out, "\n"+indent)
}

func wrapLine(s string, width int) []string {
	var lines []string
	var line strings.Builder
	used := 0
	for _, word := range breaks(s) {
		n, gap := cells(word.text), ""
		if word.space && used > 0 {
			gap = " "
		}
		if used > 0 && used+len(gap)+n > width {
			lines = append(lines, line.String())
			line.Reset()
			used, gap = 0, ""
		}
		line.WriteString(gap + word.text)
		used += len(gap) + n
	}
	return append(lines, line.String())
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
