package smtpclient

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/newsletter"
)

// textMax is how much of a reply's text is kept.
const textMax = 512

// enhancedCode is an enhanced status code at the start of a text (RFC 2034,
// section 4).
var enhancedCode = regexp.MustCompile(`^([245]\.\d{1,3}\.\d{1,3})(?: |$)`)

// readReceipt makes a receipt of a reply. The text comes from outside: it is
// made valid UTF-8 on one line, and cut.
func readReceipt(verb string, code int, text string) newsletter.Receipt {
	r := newsletter.Receipt{Code: code, Command: verb}
	if !isTidy(text) {
		text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(c rune) bool {
			return unicode.IsControl(c) || unicode.IsSpace(c)
		}), " ")
	}
	if m := enhancedCode.FindStringSubmatch(text); m != nil {
		r.Enhanced, text = m[1], strings.TrimSpace(text[len(m[1]):])
	}
	for len(text) > textMax {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	r.Text = text
	return r
}

// isTidy says whether a text is words of printable ASCII with a space between
// them, as nearly every reply is.
func isTidy(text string) bool {
	before := byte(' ')
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c > '~' || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return before != ' ' || text == ""
}
