package message_test

import (
	"bufio"
	"bytes"
	"mime"
	"net/mail"
	"net/textproto"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"tidings/internal/message"
	"tidings/internal/newsletter"
)

// checkWire holds a message against RFC 5322, sections 2.1.1 and 3.6, RFC 5321,
// section 2.3.8, RFC 2045, section 6.7 and RFC 2047, sections 2 and 5.
func checkWire(t *testing.T, raw []byte) {
	t.Helper()
	if n := bytes.Count(raw, []byte("\r\n")); n != bytes.Count(raw, []byte("\n")) || n != bytes.Count(raw, []byte("\r")) {
		t.Error("a bare CR or LF on the wire")
	}
	for i, c := range raw {
		if c >= 0x80 || c < ' ' && c != '\r' && c != '\n' && c != '\t' {
			t.Fatalf("byte %#x at %d", c, i)
		}
	}
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	checkHeader(t, string(head))
	for line := range bytes.SplitSeq(body, []byte("\r\n")) {
		if len(line) > 76 && !bytes.HasPrefix(line, []byte("--tidings_")) {
			t.Errorf("body line of %d bytes: %s", len(line), line)
		}
		if bytes.HasPrefix(line, []byte(".")) || bytes.HasPrefix(line, []byte("From ")) {
			t.Errorf("a line that others may change on the way: %s", line)
		}
	}
}

// fields are those that a message may have.
var fields = []string{
	"Content-Type", "Date", "Dkim-Signature", "Feedback-Id", "From", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
	"Message-Id", "Mime-Version", "Precedence", "Reply-To", "Subject", "To",
}

var (
	encodedWord = regexp.MustCompile(`=\?[^?]*\?[^?]*\?[^?]*\?=`)
	quotedText  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

func checkHeader(t *testing.T, head string) {
	t.Helper()
	for line := range strings.SplitSeq(head, "\r\n") {
		if len(line) > 78 {
			t.Errorf("header line of %d bytes: %s", len(line), line)
		}
		for _, word := range encodedWord.FindAllString(line, -1) {
			if text, err := new(mime.WordDecoder).Decode(word); err != nil || !utf8.ValidString(text) || len(word) > 75 {
				t.Errorf("encoded word %s: %q, %v", word, text, err)
			}
		}
		for _, text := range quotedText.FindAllString(line, -1) {
			if strings.Contains(text, "=?") && encodedWord.MatchString(text) {
				t.Errorf("an encoded word in quotation marks: %s", line)
			}
		}
	}
	header, err := textproto.NewReader(bufio.NewReader(strings.NewReader(head + "\r\n\r\n"))).ReadMIMEHeader()
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		if !slices.Contains(fields, name) || len(values) > 1 && name != "Dkim-Signature" {
			t.Errorf("%d fields %s: %q", len(values), name, values)
		}
	}
}

// hostileCase is a text that tries to become more than text.
type hostileCase struct{ field, text string }

// hostileCases are such texts of our own, and those of the collections where
// they are at hand.
func hostileCases(t *testing.T) []hostileCase {
	t.Helper()
	var cases []hostileCase
	for _, text := range hostile {
		cases = append(cases, hostileCase{"own", text})
	}
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		return cases
	}
	for _, row := range mustTSV(t, filepath.Join(dir, "own", "header_injection.tsv")) {
		cases = append(cases, hostileCase{row[0], unescape(t, row[1])})
	}
	for _, row := range mustTSV(t, filepath.Join(dir, "own", "smuggling_eod.tsv")) {
		cases = append(cases, hostileCase{"body", unescape(t, row[0])})
	}
	return cases
}

// mustTSV reads a file of lines with tabs, and leaves its first line out.
func mustTSV(t *testing.T, name string) (rows [][]string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	if len(rows) < 5 {
		t.Fatalf("%s has %d lines", name, len(rows))
	}
	return rows[1:]
}

func unescape(t *testing.T, s string) string {
	t.Helper()
	s = strings.ReplaceAll(strings.ReplaceAll(s, `\"`, `"`), `"`, `\"`)
	text, err := strconv.Unquote(`"` + s + `"`)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return text
}

// places puts a text into each place of a mail or its reader that somebody else
// fills in.
var places = map[string]func(m *newsletter.Mail, d *newsletter.Delivery, text string){
	"first name": func(m *newsletter.Mail, d *newsletter.Delivery, text string) {
		m.Subject = newsletter.Template{{Literal: "Für "}, {Merge: `{{ subscriber.first_name | to_header }}`}}
		d.Subscriber.FirstName = text
	},
	"computed name": func(m *newsletter.Mail, d *newsletter.Delivery, text string) {
		m.Subject = newsletter.Template{{Merge: `{{ subscriber.name | append: "!" | to_header }}`}}
		d.Subscriber.Name = text
	},
	"subject":    func(m *newsletter.Mail, _ *newsletter.Delivery, text string) { m.Subject = newsletter.Literal(text) },
	"from name":  func(m *newsletter.Mail, _ *newsletter.Delivery, text string) { m.From.Name = text },
	"list title": func(m *newsletter.Mail, _ *newsletter.Delivery, text string) { m.ListName = text },
	"reply-to": func(m *newsletter.Mail, _ *newsletter.Delivery, text string) {
		m.ReplyTo = &mail.Address{Name: text, Address: "reply@example.org"}
	},
	"title": func(m *newsletter.Mail, _ *newsletter.Delivery, text string) { m.Title = text },
	"text":  func(m *newsletter.Mail, _ *newsletter.Delivery, text string) { m.Text = newsletter.Literal(text) },
	"HTML":  func(m *newsletter.Mail, _ *newsletter.Delivery, text string) { m.HTML = newsletter.Literal(text) },
}

// Whatever stands in whichever place, a message keeps to the standards, has the
// fields that it has anyway, and is one message.
func TestCompose_HostileTexts(t *testing.T) {
	file, _ := mustRSA(t, 1024)
	key := mustDKIM(t, message.DKIMKey{Selector: "t1", File: file})
	config := message.Config{DKIM: key, Bounce: "bounces@example.org", Sender: "example-org"}
	for place, put := range places {
		for _, c := range hostileCases(t) {
			t.Run(place+"/"+c.field+"/"+strconv.QuoteToASCII(c.text[:min(len(c.text), 20)]), func(t *testing.T) {
				m, d := sampleMail(), sampleDelivery()
				put(m, &d, c.text)
				out, err := mustCompile(t, config, m).Compose(d)
				if err != nil {
					t.Fatal(err)
				}
				checkWire(t, out.Bytes)
				header, text, html := parts(t, out.Bytes)
				if diff := len(header); diff < 12 || diff > 14 {
					t.Errorf("%d header fields", len(header))
				}
				if want := lines(c.text); place == "text" && text != want || place == "HTML" && html != want {
					t.Errorf("text %q, HTML %q, want %q", text, html, want)
				}
			})
		}
	}
}

// lines is a text with one kind of line end.
func lines(s string) string { return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s) }

func TestCompose_RefusesHostileAddresses(t *testing.T) {
	for _, c := range hostileCases(t) {
		if c.field != "own" && c.field != "email" || !strings.ContainsAny(c.text, "\r\n\x00<> ,;") {
			continue
		}
		d := sampleDelivery()
		d.Subscriber.Email = c.text
		if _, err := mustCompile(t, message.Config{}, sampleMail()).Compose(d); err == nil {
			t.Errorf("to %q a message was composed", c.text)
		}
	}
}

// FuzzCompose lets readers have any name.
func FuzzCompose(f *testing.F) {
	for _, s := range append(hostile, "From here", "a=b ", strings.Repeat(".", 90), "ü ") {
		f.Add(s)
	}
	m := sampleMail()
	m.Subject = newsletter.Template{{Literal: "To "}, {Merge: `{{ subscriber.name | to_header }}`}}
	m.Text = newsletter.Template{{Literal: "- "}, {Merge: `{{ subscriber.name | to_text }}`}, {Merge: "{{ subscriber.name | append: '' | to_text }}"}, {Literal: " -"}}
	key, record := mustEd25519(f)
	template := mustCompile(f, message.Config{DKIM: mustDKIM(f, message.DKIMKey{Selector: "t1", File: key})}, m)
	f.Fuzz(func(t *testing.T, name string) {
		d := sampleDelivery()
		d.Subscriber.Name = name
		out, err := template.Compose(d)
		if err != nil {
			t.Fatal(err)
		}
		checkWire(t, out.Bytes)
		if _, err := verify(out.Bytes, map[string]string{"t1": record}); err != nil {
			t.Errorf("signature: %v", err)
		}
		_, text, _ := parts(t, out.Bytes)
		// Both ways to fill a tag say the same.
		text = strings.TrimSuffix(strings.TrimPrefix(text, "- "), " -")
		if len(text)%2 != 0 || text[:len(text)/2] != text[len(text)/2:] {
			t.Errorf("%q reads %q", name, text)
		}
	})
}
