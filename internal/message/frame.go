package message

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"

	"tidings/internal/newsletter"
)

// frame is what all messages of a mail share around the two parts of the body.
type frame struct {
	header              string  // its shared fields, and the empty line
	start, between, end literal // of the body: before the text, before the HTML, after it
}

func newFrame(m *newsletter.Mail) (frame, error) {
	fields, err := sharedFields(m)
	if err != nil {
		return frame{}, err
	}
	mark := boundary(m)
	before, after := related(m, mark)
	return frame{
		header:  fields + "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"" + mark + "\"\r\n\r\n",
		start:   newLiteral([]byte(partHead(mark, "text/plain"))),
		between: newLiteral([]byte("\r\n" + before)),
		end:     newLiteral([]byte("\r\n" + after + "--" + mark + "--\r\n")),
	}, nil
}

// plainHeader is the header of a message for readers who want the text alone:
// the same fields, and no parts.
func plainHeader(m *newsletter.Mail) (string, error) {
	fields, err := sharedFields(m)
	return fields + "MIME-Version: 1.0\r\n" + content("text/plain"), err
}

// partHead begins a part of the MIME body (RFC 2046, section 5.1). The last part
// is the one that mail programs prefer.
func partHead(mark, kind string) string { return "--" + mark + "\r\n" + content(kind) }

// content says of what kind a text is that follows, and how it is encoded.
func content(kind string) string {
	return "Content-Type: " + kind + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
}

// boundary is the same for every composing of a mail, and found in none.
func boundary(m *newsletter.Mail) string {
	sum := sha256.Sum256([]byte(m.HTML.String() + m.Text.String()))
	return "tidings_" + hex.EncodeToString(sum[:12])
}

// sharedFields are the header fields that all readers share.
func sharedFields(m *newsletter.Mail) (string, error) {
	var b []byte
	for _, a := range []struct {
		name    string
		address *mail.Address
	}{{"From", &m.From}, {"Reply-To", m.ReplyTo}} {
		if a.address == nil {
			continue
		}
		if !isAddress(a.address.Address) {
			return "", fmt.Errorf("%s: %w: address %q", a.name, newsletter.ErrInvalid, a.address.Address)
		}
		b = appendMailbox(b, a.name, a.address.Name, a.address.Address)
	}
	if !m.Subject.Personal() {
		b = appendUnstructured(b, "Subject", m.Subject.String())
	}
	if !m.Kind.Listed() {
		return string(b) + "Auto-Submitted: auto-generated\r\n", nil // RFC 3834, section 5
	}
	// RFC 2919: the identifier lies in a domain of ours and outlives the title.
	b = appendMailbox(b, "List-Id", m.ListName, m.Newsletter+"."+domainOf(m.From.Address))
	b = append(b, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"...) // RFC 8058, section 3.1
	return string(b) + "Precedence: bulk\r\n", nil
}

// isAddress says whether an address can stand between angle brackets, in a
// header as in an SMTP command, and nothing else with it.
func isAddress(s string) bool {
	return strings.Contains(s, "@") && !strings.ContainsAny(s, "<>,; ") && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f
	})
}
