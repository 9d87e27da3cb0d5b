package issue

import (
	"bytes"
	"fmt"

	"tidings/internal/newsletter"
	"tidings/internal/settings"
)

// front is a file cut where its front matter ends.
type front struct {
	table    *settings.Table
	body     []byte
	bodyLine int // line of the file on which body begins
}

// split cuts text after its front matter, which is fenced by lines of "---"
// (YAML) or "+++" (TOML). A text without it is all body.
func split(text []byte, file string) (front, error) {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	fence := string(bytes.TrimRight(first, " \t"))
	var read func(string, []byte) (*settings.Table, error)
	switch fence {
	case "---":
		read = settings.YAML
	case "+++":
		read = settings.TOML
	default:
		return front{settings.Empty(file), text, 1}, nil
	}
	// The opening fence becomes an empty line, so that lines keep their numbers.
	matter := []byte("\n")
	for line := 2; len(rest) > 0; line++ {
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			end = len(rest)
		}
		if string(bytes.TrimRight(rest[:end], " \t\n")) == fence {
			table, err := read(file, matter)
			return front{table, rest[end:], line + 1}, err
		}
		matter, rest = append(matter, rest[:end]...), rest[end:]
	}
	return front{}, newsletter.Problems{problem(settings.RuleSyntax, file, 1, 0,
		"front matter is not closed", fmt.Sprintf("end it with a line of %q", fence))}
}
