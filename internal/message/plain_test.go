package message_test

import (
	"bytes"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/google/go-cmp/cmp"

	"tidings/internal/message"
	"tidings/internal/newsletter"
)

// Whoever wants the text alone gets a message of one part, with the fields that
// everybody's has, signed, and the same bytes each time.
func TestCompose_PlainText(t *testing.T) {
	file, record := mustRSA(t, 1024)
	template := mustCompile(t, message.Config{
		DKIM: mustDKIM(t, message.DKIMKey{Selector: "t1", File: file}), Sender: "example-org",
	}, sampleMail())
	both := sampleDelivery()
	d := both
	d.Subscriber.PlainText = true
	m, err := template.Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	again, err := template.Compose(d)
	if err != nil || !bytes.Equal(m.Bytes, again.Bytes) {
		t.Errorf("composed again it is another message, %v", err)
	}
	got, err := mail.ReadMessage(bytes.NewReader(m.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" || params["charset"] != "utf-8" {
		t.Errorf("Content-Type: %s %v, %v", kind, params, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := template.Compose(both)
	if err != nil {
		t.Fatal(err)
	}
	header, text, _ := parts(t, whole.Bytes)
	if diff := cmp.Diff(text, strings.ReplaceAll(string(body), "\r\n", "\n")); diff != "" {
		t.Errorf("text (-beside HTML +alone):\n%s", diff)
	}
	for name := range header {
		if name != "Content-Type" && name != "Dkim-Signature" && name != "Content-Transfer-Encoding" && got.Header.Get(name) != header.Get(name) {
			t.Errorf("%s: %q, beside HTML %q", name, got.Header.Get(name), header.Get(name))
		}
	}
	checks, err := dkim.VerifyWithOptions(bytes.NewReader(m.Bytes), &dkim.VerifyOptions{
		LookupTXT: func(string) ([]string, error) { return []string{record}, nil },
	})
	if err != nil || len(checks) != 1 || checks[0].Err != nil {
		t.Errorf("signature: %+v, %v", checks, err)
	}
}

// A text that does not end its last line, or ends with what a reader typed, is
// whole all the same, and no line of it begins with a dot.
func TestCompose_PlainText_ends(t *testing.T) {
	for want, text := range map[string]newsletter.Template{
		"No end of line":          newsletter.Literal("No end of line"),
		".\n..dots":               newsletter.Literal(".\n..dots"),
		"Dear Ada":                {{Literal: "Dear "}, {Merge: "{{ subscriber.first_name }}"}},
		"":                        nil,
		strings.Repeat("x", 2000): newsletter.Literal(strings.Repeat("x", 2000)),
	} {
		sample := sampleMail()
		sample.Text = text
		d := sampleDelivery()
		d.Subscriber.PlainText = true
		m, err := mustCompile(t, message.Config{}, sample).Compose(d)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(m.Bytes, []byte("\r\n")) || bytes.Contains(m.Bytes, []byte("\n.")) {
			t.Errorf("%.20q is not fit for the wire: %q", want, m.Bytes)
		}
		got, err := mail.ReadMessage(bytes.NewReader(m.Bytes))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
		if err != nil || strings.TrimSuffix(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n") != want {
			t.Errorf("%.20q came out as %.40q, %v", want, body, err)
		}
	}
}
