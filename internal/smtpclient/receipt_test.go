package smtpclient

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

func TestReadReceipt(t *testing.T) {
	for _, c := range []struct {
		text string
		want newsletter.Receipt
	}{
		{"5.1.1 no such user", newsletter.Receipt{Enhanced: "5.1.1", Text: "no such user"}},
		{"5.1.1", newsletter.Receipt{Enhanced: "5.1.1"}},
		{"5.1.1234 x", newsletter.Receipt{Text: "5.1.1234 x"}},
		{"4.7.650", newsletter.Receipt{Enhanced: "4.7.650"}},
		{"2.0.0", newsletter.Receipt{Enhanced: "2.0.0"}},
		{"5..1 x", newsletter.Receipt{Text: "5..1 x"}},
		{"5.1 x", newsletter.Receipt{Text: "5.1 x"}},
		{"5.1.1.1 x", newsletter.Receipt{Text: "5.1.1.1 x"}},
		{"5.1.a x", newsletter.Receipt{Text: "5.1.a x"}},
		{"24.1.1 x", newsletter.Receipt{Text: "24.1.1 x"}},
		{"3.1.1 x", newsletter.Receipt{Text: "3.1.1 x"}},
		{"5.1.1 does not\n5.1.1 exist", newsletter.Receipt{Enhanced: "5.1.1", Text: "does not exist"}},
		{"5.1.1\n5.1.1 gone", newsletter.Receipt{Enhanced: "5.1.1", Text: "gone"}},
		{"5.1.1 no\n5.1.1", newsletter.Receipt{Enhanced: "5.1.1", Text: "no"}},
		{"5.1.1 a\n5.1.10 b", newsletter.Receipt{Enhanced: "5.1.1", Text: "a 5.1.10 b"}},
		{"a\n5.1.1 b", newsletter.Receipt{Text: "a 5.1.1 b"}},
		{"a\nb\tc\x00d", newsletter.Receipt{Text: "a b c d"}},
		{"caf\xe9", newsletter.Receipt{Text: "caf?"}},
	} {
		if diff := cmp.Diff(c.want, readReceipt("", 0, c.text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

func FuzzReadReceipt(f *testing.F) {
	for _, s := range []string{"5.1.1 no", "", "\x00\xff", strings.Repeat("ü", 400), "4.2.2\n4.2.2 full"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := readReceipt("RCPT", 550, text)
		if !utf8.ValidString(r.Text) || len(r.Text) > textMax || strings.ContainsAny(r.Text, "\r\n\x00") {
			t.Errorf("%q became %q", text, r.Text)
		}
	})
}
