package message

import (
	"encoding/base64"
	"strings"

	"tidings/internal/newsletter"
)

// related is what stands before and after the HTML in the part of
// multipart/alternative that mark divides. Pictures that go in the mail make it
// a multipart/related whose root is the HTML (RFC 2387); they are encoded once
// for all readers.
func related(m *newsletter.Mail, mark string) (before, after string) {
	if len(m.Embedded) == 0 {
		return partHead(mark, "text/html"), ""
	}
	inner := "related_" + mark // neither begins with the other (RFC 2046, section 5.1.2)
	before = "--" + mark + "\r\nContent-Type: multipart/related; type=\"text/html\";\r\n boundary=\"" + inner + "\"\r\n\r\n" +
		partHead(inner, "text/html")
	var b strings.Builder
	for i := range m.Embedded {
		appendPicture(&b, inner, &m.Embedded[i])
	}
	b.WriteString("--" + inner + "--\r\n\r\n")
	return before, b.String()
}

// base64Line is how many bytes of a picture make a line of 76 characters, the
// longest that RFC 2045, section 6.8, allows.
const base64Line = 57

// appendPicture writes the part of one picture. Its name is made by us and safe
// in quotes.
func appendPicture(b *strings.Builder, mark string, p *newsletter.Media) {
	b.WriteString("--" + mark + "\r\nContent-Type: " + p.Type + "\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-ID: <" + p.ContentID() + ">\r\nContent-Disposition: inline;\r\n filename=\"" + p.Name + "\"\r\n\r\n")
	b.Grow(base64.StdEncoding.EncodedLen(len(p.Data))*78/76 + 2)
	for data := p.Data; len(data) > 0; {
		n := min(len(data), base64Line)
		b.WriteString(base64.StdEncoding.EncodeToString(data[:n]) + "\r\n")
		data = data[n:]
	}
}
