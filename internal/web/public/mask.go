package public

import (
	"strings"
	"unicode/utf8"
)

// mask shows enough of an address for its owner to know it, and not enough for
// whoever else reads a forwarded letter: "a…@example.org".
func mask(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 1 {
		return ""
	}
	_, first := utf8.DecodeRuneInString(email)
	return email[:first] + "…" + email[at:]
}
