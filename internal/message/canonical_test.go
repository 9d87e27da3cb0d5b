package message

import (
	"bytes"
	"testing"
)

// Lines that are taken as they are must be what the long way makes of them, and
// bodies that are put together what they would be as a whole.
func FuzzAppendBody(f *testing.F) {
	for _, s := range []string{
		"", "\r\n", "\r\n\r\n", "a\r\n", "a", "a \r\n", "a\r\n ", "a  b\r\n", "a\tb\r\n", "a\r\n\r\n", "\r\na\r\n", " \r\n", " a\r\n", "a\r\n\r\nb\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		lines := appendLines(nil, body)
		if isRelaxed(body) && !bytes.Equal(body, lines) {
			t.Errorf("%q is taken as it is, want %q", body, lines)
		}
		if !isRelaxed(lines) {
			t.Errorf("%q is no canonical form", lines)
		}
		whole := appendBody([]byte("x"), body)
		if again := appendBody(nil, whole[1:]); !bytes.Equal(again, whole[1:]) {
			t.Errorf("%q is no canonical form: it becomes %q", whole[1:], again)
		}
		for i := range body {
			if !bytes.HasSuffix(body[:i], []byte("\r\n")) {
				continue
			}
			if joined := append(appendLines(nil, body[:i]), appendLines(nil, body[i:])...); !bytes.Equal(joined, lines) {
				t.Errorf("%q becomes %q, in two pieces %q", body, lines, joined)
			}
		}
	})
}
