package message

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"strings"
	"time"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"tidings/internal/newsletter"
)

// The parts as go-mail writes them hold only these words; the true bodies take
// their places.
const (
	textMark = "the-text-part-goes-here"
	htmlMark = "the-html-part-goes-here"
)

// frame lets go-mail write a message with empty parts and cuts it where the
// bodies go. The fields that differ between readers are left out.
func frame(m *newsletter.Mail) (header, between, end string, err error) {
	msg := gomail.NewMsg(gomail.WithBoundary(boundary(m)), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&m.From)
	if m.ReplyTo != nil {
		if err := msg.ReplyTo(m.ReplyTo.String()); err != nil {
			return "", "", "", fmt.Errorf("reply-to: %w", err)
		}
	}
	setFields(msg, m)
	msg.SetBodyString(gomail.TypeTextPlain, textMark)
	msg.AddAlternativeString(gomail.TypeTextHTML, htmlMark)
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return "", "", "", fmt.Errorf("write message frame: %w", err)
	}
	fields, rest, _ := strings.Cut(b.String(), "\r\n\r\n")
	before, rest, ok := strings.Cut(rest, textMark)
	between, end, ok2 := strings.Cut(rest, htmlMark)
	if !ok || !ok2 {
		return "", "", "", fmt.Errorf("write message frame: %w: parts not found", newsletter.ErrInvalid)
	}
	return withoutFields(fields, "Date", "Message-ID") + "\r\n" + before, between, end, nil
}

// setFields sets the header fields that all readers share.
func setFields(msg *gomail.Msg, m *newsletter.Mail) {
	msg.SetDateWithValue(time.Time{})      // ours differ between readers;
	msg.SetMessageIDWithValue("x@invalid") // set so that go-mail makes none up
	if !m.Subject.Personal() {
		msg.Subject(oneLine(m.Subject.String()))
	}
	if m.Kind == newsletter.KindConfirm {
		msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, section 5
		return
	}
	// RFC 2919: the identifier lies in a domain of ours and outlives the title.
	label := encoded(oneLine(m.ListName), lineMax-len("List-Id: "))
	if label == m.ListName {
		label = quoted(label)
	}
	id := fold("List-Id:", label+" <"+m.Newsletter+"."+domainOf(m.From.Address)+">")
	msg.SetGenHeaderPreformatted("List-Id", strings.TrimPrefix(id, "List-Id: "))
	msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058, section 3.1
	msg.SetGenHeader("Precedence", "bulk")
}

// quoted puts a phrase in quotation marks where RFC 5322 asks for them.
func quoted(phrase string) string {
	if !strings.ContainsAny(phrase, `()<>[]:;@\,."`) {
		return phrase
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(phrase) + `"`
}

// boundary is the same for every composing of a mail, and found in none.
func boundary(m *newsletter.Mail) string {
	sum := sha256.Sum256([]byte(m.HTML.String() + m.Text.String()))
	return "tidings_" + hex.EncodeToString(sum[:12])
}

// withoutFields drops header fields, with their continuation lines.
func withoutFields(header string, names ...string) string {
	var b strings.Builder
	dropping := false
	for line := range strings.SplitSeq(header, "\r\n") {
		if line == "" {
			continue
		}
		if line[0] != ' ' && line[0] != '\t' {
			dropping = false
			for _, name := range names {
				dropping = dropping || strings.HasPrefix(line, name+":")
			}
		}
		if !dropping {
			b.WriteString(line + "\r\n")
		}
	}
	return b.String()
}

// lineMax is the longest header line with an encoded word in it (RFC 2047,
// section 2), and a little less than any line should have (RFC 5322, section
// 2.1.1).
const lineMax = 76

// field writes a header field of any text, encoded by RFC 2047 where it is not
// ASCII, and folded.
func field(name, value string) string {
	return fold(name+":", encoded(value, lineMax-len(name)-2)) + "\r\n"
}

// fold appends words to a line and breaks it before a word that does not fit.
func fold(line, words string) string {
	var b strings.Builder
	width := len(line)
	b.WriteString(line)
	for word := range strings.FieldsSeq(words) {
		if width+1+len(word) > lineMax {
			b.WriteString("\r\n")
			width = 0
		}
		b.WriteString(" " + word)
		width += 1 + len(word)
	}
	return b.String()
}

// encoded writes text as encoded words where it is not ASCII. The first word
// has so much room; programs decode neighbors as one text.
func encoded(text string, room int) string {
	all := mime.QEncoding.Encode("utf-8", text)
	if all == text {
		return text
	}
	cut := 0
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		if len(mime.QEncoding.Encode("utf-8", text[:end])) > room {
			break
		}
		cut = end
	}
	if cut == 0 || cut == len(text) {
		return all
	}
	return mime.QEncoding.Encode("utf-8", text[:cut]) + " " + forced(text[cut:])
}

// forced encodes text even where it is ASCII, so that the blank before it does
// not become part of it.
func forced(text string) string {
	if s := mime.QEncoding.Encode("utf-8", text); s != text {
		return s
	}
	var words []string
	for len(text) > 0 {
		n := min(len(text), 20) // each byte becomes three at most
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "=%02X", text[i])
		}
		words = append(words, "=?utf-8?q?"+b.String()+"?=")
		text = text[n:]
	}
	return strings.Join(words, " ")
}
