package render

import "strings"

// maxMarks is how many marks one paragraph may have. A Markdown parser takes time
// in the square of their number; a letter has a few dozen, an attack thousands.
const maxMarks = 10_000

// marks are the characters that may begin something in Markdown.
const marks = "*_[]!<>`~-+."

// tangled returns the offset of the first paragraph with more marks than a
// parser should be given, or -1. Fenced code is not parsed and does not count.
func tangled(src string) int {
	begin, at, count := 0, 0, 0
	fence, margin := "", 0
	for line := range strings.Lines(src) {
		f, indent := fenceOf(line), indentOf(line)
		if indent < margin && strings.TrimSpace(line) != "" {
			// The list that held the fence is over, and with it the fence.
			fence, margin, begin = "", 0, at
		}
		switch {
		case fence != "":
			if strings.HasPrefix(f, fence) && strings.TrimSpace(strings.TrimLeft(line, " "+fence[:1])) == "" {
				fence, margin = "", 0
			}
		case f != "":
			fence, margin, count = f, indent, 0
		case strings.TrimSpace(line) == "":
			begin, count = at+len(line), 0
		default:
			if count += countMarks(line); count > maxMarks {
				return begin
			}
		}
		at += len(line)
	}
	return -1
}

func countMarks(line string) int {
	n := 0
	for i := range len(line) {
		if strings.IndexByte(marks, line[i]) >= 0 {
			n++
		}
	}
	return n
}

// fenceOf returns the fence that a line begins or ends (CommonMark 0.31, section
// 4.5), or "".
func fenceOf(line string) string {
	if indentOf(line) > 3 {
		return ""
	}
	body := strings.TrimLeft(line, " ")
	for _, c := range []string{"`", "~"} {
		rest := strings.TrimLeft(body, c)
		n := len(body) - len(rest)
		if n >= 3 && (c == "~" || !strings.Contains(rest, c)) {
			return body[:n]
		}
	}
	return ""
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
