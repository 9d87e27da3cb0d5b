package smtpclient

import (
	"bufio"
	"strings"
	"testing"
)

func TestReadReply(t *testing.T) {
	for _, c := range []struct {
		said string
		code int
		text string
		left string // what is not read yet
	}{
		{"250 2.0.0 taken\r\n", 250, "2.0.0 taken", ""},
		{"250\r\n", 250, "", ""}, // RFC 5321, section 4.2: the words may be missing
		{"250 \r\n354 go\r\n", 250, "", "354 go\r\n"},
		{"250-one\r\n250-\r\n250 three\r\n", 250, "one\n\nthree", ""},
		{"250-one\r\n250\r\n", 250, "one\n", ""},
		{"451 later\n", 451, "later", ""},
		{"999 what\r\n", 999, "what", ""},
	} {
		r := bufio.NewReader(strings.NewReader(c.said))
		code, text, err := readReply(r)
		left, _ := r.Peek(r.Buffered())
		if err != nil || code != c.code || text != c.text || string(left) != c.left {
			t.Errorf("%q: %d, %q, %v, left %q; want %d, %q, left %q", c.said, code, text, err, left, c.code, c.text, c.left)
		}
	}
}

// What is no reply is an error, in which nothing stands that may be an address.
func TestReadReply_Nonsense(t *testing.T) {
	for _, said := range []string{
		"", "25", "250 2.0", "250-one\r\n", "250-one\r\n550 two\r\n", "55x <ada@example.org> unknown\r\n",
		"\r\n", "099 x\r\n", "ada@example.org\r\n", "+50 x\r\n", "250\tok ada@example.org\r\n", "2500 ada@example.org\r\n",
	} {
		code, text, err := readReply(bufio.NewReader(strings.NewReader(said)))
		if err == nil || strings.Contains(err.Error(), "ada@") {
			t.Errorf("%q: %d, %q, %v; want an error without the words", said, code, text, err)
		}
	}
}

func FuzzReadReply(f *testing.F) {
	for _, said := range []string{"250 ok\r\n", "250-a\r\n250 b\r\n", "250\r\n", "25", "250-a\n550 b\n", "\x00\xff\n"} {
		f.Add(said)
	}
	f.Fuzz(func(t *testing.T, said string) {
		r := bufio.NewReaderSize(strings.NewReader(said), 16)
		code, text, err := readReply(r)
		if err != nil {
			return
		}
		if code < 100 || code > 999 || len(text) > len(said) {
			t.Errorf("%q: %d, %q", said, code, text)
		}
	})
}
