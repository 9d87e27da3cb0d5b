package merge

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// cursor is the place that was asked for last. Places are asked for in the order
// of the text, so counting goes on from there.
type cursor struct{ in, line, column int }

type shift struct{ out, in int }

// Position returns the line and column, both from 1, of an offset in Source as
// they are in the uncut text; columns count characters.
func (c *Cuts) Position(offset int) (line, column int) {
	i, found := slices.BinarySearchFunc(c.shifts, offset, func(s shift, o int) int { return s.out - o })
	if !found {
		i--
	}
	in := offset
	if i >= 0 {
		in = c.shifts[i].in + offset - c.shifts[i].out
	}
	return c.origin(in)
}

// origin returns the line and column of an offset in the uncut text.
func (c *Cuts) origin(in int) (line, column int) {
	in = min(max(in, 0), len(c.source))
	if c.cursor.line == 0 || in < c.cursor.in {
		c.cursor = cursor{0, 1, 1}
	}
	between := c.source[c.cursor.in:in]
	if last := strings.LastIndexByte(between, '\n'); last >= 0 {
		c.cursor.line += strings.Count(between, "\n")
		c.cursor.column, between = 1, between[last+1:]
	}
	c.cursor.column += utf8.RuneCountInString(between)
	c.cursor.in = in
	return c.cursor.line, c.cursor.column
}
