package newsletter_test

import (
	"errors"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

func TestLine(t *testing.T) {
	tests := map[string]struct{ typed, want string }{
		"as it is":             {"Ada Lovelace", "Ada Lovelace"},
		"blanks":               {"  Ada \t Lovelace\r\n", "Ada Lovelace"},
		"a header":             {"Ada\r\nBcc: x@example.org", "Ada Bcc: x@example.org"},
		"other blanks":         {"Ada\u00a0\u2028Lovelace\u3000", "Ada Lovelace"},
		"turned around":        {"Ada\u202e ecalevoL", "Ada ecalevoL"},
		"unseen":               {"A\u200bda\ufeff", "Ada"},
		"a joiner":             {"\u0646\u0627\u0645\u0647\u200c\u0627\u06cc", "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc"},
		"composed":             {"Zoe\u0308", "Zo\u00eb"},
		"nothing at all":       {"\x00\u200b", ""},
		"as long as it can be": {strings.Repeat("a", newsletter.MaxName), strings.Repeat("a", newsletter.MaxName)},
	}
	for name, test := range tests {
		got, err := newsletter.Line("name", test.typed, newsletter.MaxName)
		if err != nil || got != test.want {
			t.Errorf("%s: Line(%q) = %q, %v; want %q", name, test.typed, got, err, test.want)
		}
	}
	for _, typed := range []string{"caf\xe9", strings.Repeat("a", newsletter.MaxName+1), strings.Repeat("\u00eb", newsletter.MaxName)} {
		if got, err := newsletter.Line("name", typed, newsletter.MaxName); !errors.Is(err, newsletter.ErrInvalid) {
			t.Errorf("Line(%q) = %q, %v; want ErrInvalid", typed, got, err)
		}
	}
}
