package lists

import (
	"strings"
	"unicode/utf8"
)

// arm makes a cell safe to open in a spreadsheet: a text that one would run as
// a formula gets an apostrophe before it, which spreadsheets take as "this is
// text". disarm undoes exactly that, so that a list survives the round trip.
func arm(cell string) string {
	if formula(cell) {
		return "'" + cell
	}
	return cell
}

// disarm takes the apostrophe away that arm, or another program, put before a
// formula.
func disarm(cell string) string {
	if strings.HasPrefix(cell, "'") && formula(cell) {
		return cell[1:]
	}
	return cell
}

// formula says whether a spreadsheet may run a cell, or would after one
// apostrophe or more is taken away. Some look behind blanks, and take the
// full-width signs for the plain ones.
func formula(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	if cell == "" {
		return false
	}
	if strings.ContainsRune("\t\r\n\x00", rune(cell[0])) {
		return true
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, " \u00a0\t\r\n\x00"))
	return strings.ContainsRune("=+-@\uff1d\uff0b\uff0d\uff20\u2212", first)
}
