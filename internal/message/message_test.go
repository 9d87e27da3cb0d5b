package message_test

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/token"
)

const longWord = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

func mustRing(t testing.TB) *token.Ring {
	t.Helper()
	r, err := token.New([]token.Key{{ID: 1, Secret: bytes.Repeat([]byte("k"), token.MinSecret)}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sampleMail() *newsletter.Mail {
	return &newsletter.Mail{
		Newsletter: "harbor", Kind: newsletter.KindIssue, ListName: "Harbor Letters", Title: "First frost",
		From:    mail.Address{Name: "Harbor Letters", Address: "letters@example.org"},
		Subject: newsletter.Literal("First frost"),
		Text: newsletter.Template{
			{Literal: "FIRST FROST\n\nDear "},
			{Merge: `{{ subscriber.first_name | default: "friend" }}`},
			{Literal: ",\n.\n..two dots\n" + longWord + " and a line that is long enough to be wrapped by quoted-printable   \nLeave: "},
			{Merge: `{{ unsubscribe_url }}`},
			{Literal: "\n"},
		},
		HTML: newsletter.Template{
			{Literal: "<!doctype html><p>Dear "},
			{Merge: `{{ subscriber.first_name | default: "friend" }}`},
			{Literal: "</p><p>.</p>\n"},
		},
	}
}

func sampleDelivery() newsletter.Delivery {
	return newsletter.Delivery{
		IssueID:    7,
		Subscriber: newsletter.Subscriber{ID: 42, Email: "ada@example.com", FirstName: "Ada"},
		CreatedAt:  time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC),
	}
}

// longMail is a mail of 20 KB with the merge tags of nearly every mail.
func longMail() *newsletter.Mail {
	m := sampleMail()
	body := func(text, link string) newsletter.Template {
		line := "What the tide leaves on the stones is not what it took; that much we know.\n"
		return newsletter.Template{
			{Literal: "Dear "},
			{Merge: `{{ subscriber.first_name | default: "friend" | ` + text + ` }}`},
			{Literal: strings.Repeat(line, 130)},
			{Merge: `{{ unsubscribe_url | ` + link + ` }}`},
			{Literal: "\n"},
		}
	}
	m.Text, m.HTML = body("to_text", "to_url"), body("to_html", "to_href")
	return m
}

// mustCompile makes a template for a site that differs from ours by config.
func mustCompile(t testing.TB, config message.Config, m *newsletter.Mail) *message.Template {
	t.Helper()
	config.Tokens, config.BaseURL = mustRing(t), "https://news.example.org"
	template, err := message.New(config).Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	return template
}

func mustCompose(t testing.TB, m *newsletter.Mail, d newsletter.Delivery) *message.Message {
	t.Helper()
	out, err := mustCompile(t, message.Config{}, m).Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// parts decodes the text and the HTML of a message as a mail program would.
func parts(t testing.TB, raw []byte) (header mail.Header, text, html string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("Content-Type %q, %v: want multipart/alternative", kind, err)
	}
	reader := multipart.NewReader(m.Body, params["boundary"])
	var bodies []string
	for _, want := range []string{"text/plain", "text/html"} {
		p, err := reader.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		if kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind != want {
			t.Errorf("part is %s, want %s", kind, want)
		}
		if e := p.Header.Get("Content-Transfer-Encoding"); e != "quoted-printable" {
			t.Errorf("%s is encoded as %q", want, e)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, strings.ReplaceAll(string(b), "\r\n", "\n"))
	}
	if _, err := reader.NextRawPart(); err != io.EOF {
		t.Errorf("after the HTML part: %v, want the end", err)
	}
	return m.Header, bodies[0], bodies[1]
}

func TestCompose_SaysWhatWasWritten(t *testing.T) {
	m := mustCompose(t, sampleMail(), sampleDelivery())
	header, text, html := parts(t, m.Bytes)
	token := strings.TrimSuffix(text[strings.LastIndex(text, "/u/")+3:], "\n")
	wantText := "FIRST FROST\n\nDear Ada,\n.\n..two dots\n" + longWord +
		" and a line that is long enough to be wrapped by quoted-printable   \nLeave: https://news.example.org/u/" + token + "\n"
	if diff := cmp.Diff(wantText, text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("<!doctype html><p>Dear Ada</p><p>.</p>\n", html); diff != "" {
		t.Errorf("HTML (-want +got):\n%s", diff)
	}
	want := map[string]string{
		"From": "Harbor Letters <letters@example.org>", "To": "<ada@example.com>", "Subject": "First frost",
		"Date": "Tue, 24 Nov 2026 17:00:00 +0000", "Message-Id": "<" + m.ID + ">", "Mime-Version": "1.0",
		"List-Id": "Harbor Letters <harbor.example.org>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"List-Unsubscribe": "<https://news.example.org/u/" + token + ">, <mailto:letters@example.org?subject=unsubscribe>",
		"Precedence":       "bulk",
	}
	got := map[string]string{}
	for name, values := range header {
		if len(values) != 1 {
			t.Errorf("%s stands %d times", name, len(values))
		}
		got[name] = values[0]
	}
	delete(got, "Content-Type")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if !strings.HasSuffix(m.ID, "@example.org") {
		t.Errorf("Message-ID %q is not in the domain of From", m.ID)
	}
}

func TestCompose_SameBytesEachTime(t *testing.T) {
	first, second := mustCompose(t, sampleMail(), sampleDelivery()), mustCompose(t, sampleMail(), sampleDelivery())
	if !bytes.Equal(first.Bytes, second.Bytes) {
		t.Error("a second composing gave other bytes")
	}
	other := sampleDelivery()
	other.Subscriber.ID++
	if mustCompose(t, sampleMail(), other).ID == first.ID {
		t.Error("two readers share a Message-ID")
	}
}

// hostile is text that tries to become more than text.
var hostile = []string{
	"Bob\r\nBcc: victim@example.org", "Bob\nBcc: victim@example.org", "Bob\rBcc: victim@example.org",
	"Bob\r\n\r\n<h1>body</h1>", "\r\n.\r\nMAIL FROM:<x@evil.test>", "a\n.\n", "a\r.\rMAIL", "\x00\x01", "é\u2028x", "{{ newsletter.title }}",
	strings.Repeat("long ", 80), strings.Repeat("ü", 200),
}

func TestCompose_ReadersCannotAddLines(t *testing.T) {
	m := sampleMail()
	m.Subject = newsletter.Template{{Literal: "Für "}, {Merge: `{{ subscriber.first_name }}`}}
	clean := sampleDelivery()
	before, _, _ := parts(t, mustCompose(t, m, clean).Bytes)
	for _, name := range hostile {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			d := sampleDelivery()
			d.Subscriber.FirstName = name
			raw := mustCompose(t, m, d).Bytes
			checkWire(t, raw)
			header, _, _ := parts(t, raw)
			if len(header) != len(before) {
				t.Errorf("%d header fields, want %d", len(header), len(before))
			}
		})
	}
}

func TestCompose_RefusesAddressesWithLineEnds(t *testing.T) {
	template, err := message.New(message.Config{Tokens: mustRing(t), BaseURL: "https://x.example"}).Compile(sampleMail())
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"a@example.org\r\nBcc: x@example.org", "a b@example.org", "<a@example.org>", "a\x00@example.org"} {
		d := sampleDelivery()
		d.Subscriber.Email = address
		if _, err := template.Compose(d); err == nil {
			t.Errorf("%q was composed", address)
		}
	}
}

func TestCompose_NonASCIIHeaders(t *testing.T) {
	m := sampleMail()
	m.From.Name, m.ListName = "Häfen & Briefe, Zürich", "Häfen & Briefe: die lange Fassung des Titels, die nicht auf eine Zeile geht"
	m.Subject = newsletter.Literal("Ein sehr langer Betreff über Häfen, Frost und das, was die Flut am Ende übrig lässt 🌊🌊🌊")
	raw := mustCompose(t, m, sampleDelivery()).Bytes
	checkWire(t, raw)
	header, _, _ := parts(t, raw)
	got, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	if err != nil || got != m.Subject.String() {
		t.Errorf("subject reads %q, %v", got, err)
	}
}

func TestCompose_ConfirmationIsNoListMail(t *testing.T) {
	m := sampleMail()
	m.Kind = newsletter.KindConfirm
	m.Text = newsletter.Template{{Merge: "{{ confirm_url }}"}}
	header, text, _ := parts(t, mustCompose(t, m, sampleDelivery()).Bytes)
	for _, name := range []string{"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"} {
		if header.Get(name) != "" {
			t.Errorf("a confirmation has %s", name)
		}
	}
	if header.Get("Auto-Submitted") != "auto-generated" {
		t.Error("a confirmation does not say that a machine sent it")
	}
	_, tok, _ := strings.Cut(text, "/confirm/")
	claims, err := mustRing(t).Open(token.Confirm, strings.TrimSpace(tok), sampleDelivery().CreatedAt)
	if err != nil || claims.Subscriber != 42 || claims.Newsletter != "harbor" {
		t.Errorf("link says %+v, %v", claims, err)
	}
}

// BenchmarkCompose composes a mail of 20 KB with two merge tags in each part.
func BenchmarkCompose(b *testing.B) {
	template := mustCompile(b, message.Config{}, longMail())
	d := sampleDelivery()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		m, err := template.Append(buf, d)
		if err != nil {
			b.Fatal(err)
		}
		buf = m.Bytes
	}
	b.SetBytes(int64(len(buf)))
}
