package render

import "strings"

// maxListing is the longest line of a listing that is left as it is; mail
// programs break what is longer, and at worse places.
const maxListing = 74

// listing breaks the lines of code that are far too long, and sets off what
// continues them.
func listing(s string) string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		for cells(line) > maxListing {
			at := lastBlank(line, maxListing)
			if at < 0 {
				break
			}
			out = append(out, line[:at])
			line = "    " + strings.TrimLeft(line[at:], " ")
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// lastBlank is the place of the last blank within the first n bytes of a line,
// its indentation left out, or -1.
func lastBlank(line string, n int) int {
	indent := len(line) - len(strings.TrimLeft(line, " "))
	at := strings.LastIndexByte(line[:min(n, len(line))], ' ')
	if at <= indent {
		return -1
	}
	return at
}
