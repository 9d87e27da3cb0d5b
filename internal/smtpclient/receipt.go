package smtpclient

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/newsletter"
)

// textMax is how much of a reply's text is kept.
const textMax = 512

// readReceipt makes a receipt of a reply. The text comes from outside: it is
// made valid UTF-8 on one line, and cut.
func readReceipt(verb string, code int, text string) newsletter.Receipt {
	r := newsletter.Receipt{Code: code, Command: verb}
	if strings.Contains(text, "\n") {
		text = withoutCodes(text)
	}
	if !isTidy(text) {
		text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(c rune) bool {
			return unicode.IsControl(c) || unicode.IsSpace(c)
		}), " ")
	}
	if code, rest, _ := strings.Cut(text, " "); isEnhanced(code) {
		r.Enhanced, text = code, strings.TrimSpace(rest)
	}
	for len(text) > textMax {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	r.Text = text
	return r
}

// withoutCodes leaves the enhanced code of a reply's first line only there: each
// line of a long reply has it (RFC 2034, section 4), and words that go on in the
// next line are looked for as a whole.
func withoutCodes(text string) string {
	lines := strings.Split(text, "\n")
	code, _, _ := strings.Cut(lines[0], " ")
	if !isEnhanced(code) {
		return text
	}
	for i, line := range lines[1:] {
		if first, rest, _ := strings.Cut(line, " "); first == code {
			lines[i+1] = rest
		}
	}
	return strings.Join(lines, "\n")
}

// isEnhanced says whether a word is an enhanced status code, such as 5.1.1 (RFC
// 2034, section 4).
func isEnhanced(word string) bool {
	parts := strings.Split(word, ".")
	if len(parts) != 3 || parts[0] != "2" && parts[0] != "4" && parts[0] != "5" {
		return false
	}
	for _, part := range parts[1:] {
		if part == "" || len(part) > 3 || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return true
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
