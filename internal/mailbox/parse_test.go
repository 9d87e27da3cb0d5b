package mailbox

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const issue = `From: =?utf-8?q?Harbor_=E2=80=A2_Letters?= <letters@example.org>
To: rene@example.org
Subject: =?utf-8?b?RGllIEvDvHN0ZQ==?=
List-Unsubscribe: <mailto:leave@example.org>,
 <http://127.0.0.1:8080/u/abc>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=out

--out
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Read https://example.org/a.
--in
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<p>K=FCste <a href=3D"https://example.org/a?b=3D1&amp;c=3D2">Read
 <b>on</b></a> <a href=3D"javascript:alert(1)">no</a>
<a href=3D"https://example.org/a?b=3D1&amp;c=3D2">again</a>
<a href=3D" http://example.org/u "><img alt=3D"Leave" src=3Dx></a></p>
--in--
--out
Content-Type: application/pdf; name=map.pdf
Content-Disposition: attachment; filename="map.pdf"
Content-Transfer-Encoding: base64

JVBERi0=
--out--
`

func TestParse(t *testing.T) {
	got := parse([]byte(strings.ReplaceAll(issue, "\n", "\r\n")))
	want := &Message{
		Entry: Entry{From: "Harbor • Letters <letters@example.org>", To: "rene@example.org", Subject: "Die Küste"},
		Text:  "Read https://example.org/a.",
		Attachments: []Attachment{
			{Name: "map.pdf", Type: "application/pdf", Size: 5},
		},
		Links: []Link{
			{Text: "Read on", URL: "https://example.org/a?b=1&c=2"},
			{Text: "Leave", URL: "http://example.org/u"},
		},
		OneClick: "http://127.0.0.1:8080/u/abc",
	}
	ignore := cmpopts.IgnoreFields(Message{}, "Header", "HTML", "Source", "Entry.Size")
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
	if !strings.Contains(got.HTML, "<p>Küste") {
		t.Errorf("HTML is not decoded: %q", got.HTML)
	}
}

func TestParse_textLinks(t *testing.T) {
	got := parse([]byte("Subject: a\r\n\r\nConfirm (https://example.org/confirm/x), or see https://example.org/.\r\n")).Links
	want := []Link{
		{Text: "https://example.org/confirm/x", URL: "https://example.org/confirm/x"},
		{Text: "https://example.org/", URL: "https://example.org/"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

func TestParse_oneClick(t *testing.T) {
	const post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	tests := []struct{ name, header, want string }{
		{"both fields", "List-Unsubscribe: <https://example.org/u/1>\r\n" + post, "https://example.org/u/1"},
		{"folded inside", "List-Unsubscribe: <https://example.org/\r\n u/1>\r\n" + post, "https://example.org/u/1"},
		{"without the second field", "List-Unsubscribe: <https://example.org/u/1>\r\n", ""},
		{"only mailto", "List-Unsubscribe: <mailto:a@example.org>\r\n" + post, ""},
		{"a script", "List-Unsubscribe: <javascript:alert(1)>\r\n" + post, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parse([]byte(tt.header + "\r\n")).OneClick; got != tt.want {
				t.Errorf("OneClick = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParse_hostile(t *testing.T) {
	tests := []struct {
		name, source string
		problem      string // what Problem holds; empty: no problem
	}{
		{"nothing", "", ""},
		{"no header", "\r\nhello", ""},
		{"a line without a colon", "Subject: a\r\nnonsense\r\n\r\nbody", "malformed"},
		{"only NUL bytes", strings.Repeat("\x00", 5000), "malformed"},
		{"a header of two megabytes", "Subject: " + strings.Repeat("x", 2<<20) + "\r\n\r\n", "longer than"},
		{"text of five megabytes", "Subject: a\r\n\r\n" + strings.Repeat("x", 5<<20), "too large"},
		{"10,000 nested multiparts", nested(10_000), "nested too deeply"},
		{"10,000 parts", flat(10_000), "too many parts"},
		{"unknown charset", "Content-Type: text/plain; charset=klingon\r\n\r\nnuqneH", "charset"},
		{"unknown encoding", "Content-Transfer-Encoding: rot13\r\n\r\nuryyb", "encoding"},
		{"broken base64", "Content-Transfer-Encoding: base64\r\n\r\n!!!", "a part cannot be decoded"},
		{"empty boundary", "Content-Type: multipart/mixed\r\n\r\n--\r\n", "told apart"},
		{"unended multipart", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext", "a part cannot be decoded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := parse([]byte(tt.source))
			if (m.Problem == "") != (tt.problem == "") || !strings.Contains(m.Problem, tt.problem) {
				t.Errorf("Problem = %q, want %q in it", m.Problem, tt.problem)
			}
			checkBounds(t, m)
		})
	}
}

// nested returns a message of n multiparts inside of each other.
func nested(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	return b.String() + "\r\nthe bottom"
}

// flat returns a message of n small parts.
func flat(n int) string {
	return "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
		strings.Repeat("--b\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n", n) + "--b--\r\n"
}

// checkBounds checks what holds for every message, whatever its bytes.
func checkBounds(t *testing.T, m *Message) {
	t.Helper()
	if len(m.HTML) > 3*maxText || len(m.Text) > 3*maxText || len(m.Links) > maxLinks ||
		len(m.Attachments) > maxParts || len(m.Header) > maxFields {
		t.Error("the message is larger than its limits")
	}
	short := []string{m.From, m.To, m.Subject, m.Problem, m.OneClick}
	for _, f := range m.Header {
		short = append(short, f.Value)
	}
	for _, l := range m.Links {
		if short = append(short, l.Text); !isWeb(l.URL) {
			t.Errorf("link to %q", l.URL)
		}
	}
	for _, s := range short {
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r\n\x1b") {
			t.Errorf("%.100q is not clean", s)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{letter, issue, nested(30), flat(3), "", "a:b\r\n c\r\n\r\n", "\x00: \xff\r\n\r\n<a href=//x>"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		checkBounds(t, parse(source))
	})
}
