package message_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/message"
	"tidings/internal/newsletter"
)

// embedding is a mail with two pictures that go in it.
func embedding() *newsletter.Mail {
	m := sampleMail()
	m.Embedded = []newsletter.Media{
		{Hash: strings.Repeat("ab", 16), Name: strings.Repeat("q", 60) + ".png", Type: "image/png", Data: bytes.Repeat([]byte("quay\x00\xff"), 1000)},
		{Hash: strings.Repeat("01", 16), Name: "star.gif", Type: "image/gif", Data: []byte("GIF89a")},
	}
	m.HTML = append(m.HTML, newsletter.Piece{Literal: `<img src="cid:` + m.Embedded[0].ContentID() + `">`})
	return m
}

// TestCompose_embedded reads a mail with pictures in it as a mail program does,
// signed, and as it comes back from where it was frozen.
func TestCompose_embedded(t *testing.T) {
	m := embedding()
	raw := mustCompose(t, m, sampleDelivery()).Bytes
	checkWire(t, raw)
	frozen, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var thawed newsletter.Mail
	if err := json.Unmarshal(frozen, &thawed); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(raw), string(mustCompose(t, &thawed, sampleDelivery()).Bytes)); diff != "" {
		t.Errorf("sent again (-first +second):\n%s", diff)
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	outer := mustParts(t, parsed.Header.Get("Content-Type"), parsed.Body, "multipart/alternative")
	if len(outer) != 2 || !strings.HasPrefix(outer[0].kind, "text/plain") {
		t.Fatalf("%d parts, the first of %s; want the text and what is related to the HTML", len(outer), outer[0].kind)
	}
	if outerMark, innerMark := boundaryOf(t, parsed.Header.Get("Content-Type")), boundaryOf(t, outer[1].kind); strings.HasPrefix(innerMark, outerMark) {
		t.Errorf("boundary %s begins with that of the outer parts", innerMark)
	}
	inner := mustParts(t, outer[1].kind, bytes.NewReader(outer[1].body), "multipart/related")
	if len(inner) != 3 || !strings.HasPrefix(inner[0].kind, "text/html") || !bytes.Contains(inner[0].body, []byte("<p>Dear")) {
		t.Fatalf("%d parts, the first of %s; want the HTML and two pictures", len(inner), inner[0].kind)
	}
	for i, p := range m.Embedded {
		got := inner[i+1]
		data, err := base64.StdEncoding.DecodeString(string(got.body))
		if err != nil || !bytes.Equal(data, p.Data) {
			t.Errorf("%s: %d bytes, %v; want %d", p.Name, len(data), err, len(p.Data))
		}
		want := []string{p.Type, "<" + p.ContentID() + ">", "inline;\r\n filename=\"" + p.Name + "\""}
		if diff := cmp.Diff(want, []string{got.kind, got.id, strings.ReplaceAll(got.disposition, "; filename", ";\r\n filename")}); diff != "" {
			t.Errorf("fields of %s (-want +got):\n%s", p.Name, diff)
		}
	}
}

// Pictures are encoded once for all readers: what becomes of them later is not seen.
func TestCompile_embedded(t *testing.T) {
	m := embedding()
	template := mustCompile(t, message.Config{}, m)
	want, err := template.Compose(sampleDelivery())
	if err != nil {
		t.Fatal(err)
	}
	clear(m.Embedded[0].Data)
	if got, err := template.Compose(sampleDelivery()); err != nil || !bytes.Equal(want.Bytes, got.Bytes) {
		t.Errorf("the pictures are encoded anew for each reader, %v", err)
	}
}

// entity is one part of a multipart body, its transfer encoding as it is.
type entity struct {
	kind, id, disposition string
	body                  []byte
}

func boundaryOf(t *testing.T, field string) string {
	t.Helper()
	_, params, err := mime.ParseMediaType(field)
	if err != nil {
		t.Fatal(err)
	}
	return params["boundary"]
}

// mustParts reads the parts of a multipart body of a kind.
func mustParts(t *testing.T, field string, body io.Reader, want string) []entity {
	t.Helper()
	kind, params, err := mime.ParseMediaType(field)
	if err != nil || kind != want {
		t.Fatalf("Content-Type %q, %v: want %s", field, err, want)
	}
	if kind == "multipart/related" && params["type"] != "text/html" {
		t.Errorf("the root is said to be %q (RFC 2387, section 3.1)", params["type"])
	}
	var all []entity
	for r := multipart.NewReader(body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entity{p.Header.Get("Content-Type"), p.Header.Get("Content-ID"), p.Header.Get("Content-Disposition"), b})
	}
}
