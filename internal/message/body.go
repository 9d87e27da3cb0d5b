package message

import (
	"mime/quotedprintable"
	"strings"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
)

// body is a template whose literal pieces are encoded already.
type body struct {
	pieces []piece
	encode func(string) string
	size   int // of the literal pieces
}

// piece is an encoded literal, or a merge tag that is filled and encoded for
// each reader.
type piece struct {
	literal string
	tag     *merge.Tag
}

// compile encodes what is the same for all readers and parses the rest.
func compile(t newsletter.Template, encode func(string) string) (body, error) {
	b := body{encode: encode}
	for _, p := range t {
		if p.Merge == "" {
			literal := encode(p.Literal)
			b.size += len(literal)
			b.pieces = append(b.pieces, piece{literal: literal})
			continue
		}
		tag, err := merge.Compile(p.Merge)
		if err != nil {
			return body{}, err
		}
		b.pieces = append(b.pieces, piece{tag: tag})
	}
	return b, nil
}

// write fills a body for one reader.
func (b *body) write(w *strings.Builder, values merge.Values) error {
	for _, p := range b.pieces {
		if p.tag == nil {
			w.WriteString(p.literal)
			continue
		}
		filled, err := p.tag.Fill(values)
		if err != nil {
			return err
		}
		w.WriteString(b.encode(filled))
	}
	return nil
}

// encodeQP encodes a piece of a body as quoted-printable (RFC 2045, section
// 6.7) so that pieces can stand one after another: each begins in the first
// column and ends there, by a soft line break where the text has none. Line
// ends become CRLF, and no line begins with a dot, so that nothing has to be
// doubled on the wire (RFC 5321, section 4.5.2).
func encodeQP(s string) string {
	if s == "" {
		return ""
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/16)
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // a strings.Builder takes everything
	_ = w.Close()
	q := strings.ReplaceAll(b.String(), "\r\n.", "\r\n=2E")
	if strings.HasPrefix(q, ".") {
		q = "=2E" + q[1:]
	}
	if !strings.HasSuffix(q, "\r\n") {
		q += "=\r\n"
	}
	return q
}

// oneLine makes a piece of a header field: no line ends and no control
// characters can come in through a reader's name (RFC 5322, section 2.2).
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}
