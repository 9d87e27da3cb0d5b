package message

import (
	"bytes"
	"testing"
)

// A body that is taken as it is must be what the long way makes of it.
func FuzzIsRelaxed(f *testing.F) {
	for _, s := range []string{
		"", "\r\n", "\r\n\r\n", "a\r\n", "a", "a \r\n", "a\r\n ", "a  b\r\n", "a\tb\r\n", "a\r\n\r\n", "\r\na\r\n", " \r\n", " a\r\n", "a\r\n\r\nb\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		want := appendLines([]byte("x"), body)
		if isRelaxed(body) && !bytes.Equal(body, want[1:]) {
			t.Errorf("%q is taken as it is, want %q", body, want[1:])
		}
		if again := appendLines(nil, want[1:]); !bytes.Equal(again, want[1:]) {
			t.Errorf("%q is no canonical form: it becomes %q", want[1:], again)
		}
	})
}
