package smtpclient

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// FuzzCheckLines compares the looks at whole messages, which are made to be quick,
// with what RFC 5321 says, sections 2.3.8 and 4.5.2.
func FuzzCheckLines(f *testing.F) {
	for _, s := range []string{
		"", "\r\n", ".\r\n", "a\r\n.b\r\n", "no end", "a\n", "a\r", "\n", "\r\r\n", "\r\n\n",
		"eight...\r\n", "seven..\r\n.\r\n", "1234567\r8\r\n", "12345678\n\r\n", "\x80\xff\x8d\x8a\r\n", strings.Repeat("long ", 40) + "\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		lines := strings.Split(string(raw), "\r\n")
		good := len(lines) > 1 && lines[len(lines)-1] == ""
		for _, line := range lines {
			good = good && !strings.ContainsAny(line, "\r\n") && !strings.HasPrefix(line, ".")
		}
		if err := checkLines(raw); good != (err == nil) || err != nil && !errors.Is(err, newsletter.ErrInvalid) {
			t.Errorf("%q: %v", raw, err)
		}
		if ascii := !bytes.ContainsFunc(raw, func(c rune) bool { return c > '~'+1 }); isASCII(raw) != ascii {
			t.Errorf("%q: ASCII is %v", raw, ascii)
		}
	})
}
