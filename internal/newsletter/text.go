package newsletter

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of what is kept of a person, in bytes of UTF-8.
const (
	MaxName  = 200  // of a name, or of where somebody comes from
	MaxValue = 1000 // of a field
)

// Line makes one line of what a person typed: no control, no character that
// reorders or hides others, blanks joined. What is longer than most bytes or not
// UTF-8 is ErrInvalid; what says in words what it is.
func Line(what, s string, most int) (string, error) {
	if clean(s) && len(s) <= most {
		return s, nil
	}
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("%w %s: it is not UTF-8 text", ErrInvalid, what)
	}
	s = norm.NFC.String(strings.Join(strings.Fields(strings.Map(visible, s)), " "))
	if len(s) > most {
		return "", fmt.Errorf("%w %s: it is longer than %d bytes", ErrInvalid, what, most)
	}
	return s, nil
}

// Beginning is as much of s as that many bytes hold, with no character cut in two
// and nothing that is not UTF-8.
func Beginning(s string, most int) string {
	return strings.ToValidUTF8(s[:min(len(s), most)], "")
}

// clean says whether s is as Line would leave it, for most of what people type.
func clean(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf || c < ' ' || c == 0x7f || (c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ')) {
			return false
		}
	}
	return true
}

// visible turns what separates into a blank and drops what nobody sees. The
// joiners stay: scripts and emoji need them.
func visible(r rune) rune {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'
	switch {
	case r == zeroWidthNonJoiner, r == zeroWidthJoiner:
		return r
	case unicode.IsSpace(r), unicode.In(r, unicode.Zl, unicode.Zp, unicode.Cc):
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}
