package message

import (
	"strings"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
)

// encoder appends text to a message in the way that its place asks for.
type encoder func(dst []byte, s string) []byte

// body is a template whose literal pieces are encoded already.
type body struct {
	pieces []piece
	encode encoder
	size   int // of the literal pieces
}

// piece is an encoded literal, or a merge tag that is filled and encoded for
// each reader.
type piece struct {
	literal
	tag *merge.Tag
}

// literal is what all messages of a mail have in their bodies, whole lines of it,
// and what DKIM hashes of it.
type literal struct{ text, canonical []byte }

func newLiteral(text []byte) literal {
	if isRelaxed(text) {
		return literal{text, text}
	}
	return literal{text, appendLines(nil, text)}
}

// append appends a literal to a body.
func (l *literal) append(dst []byte, r *reader) []byte {
	if r.hash != nil {
		_, _ = r.hash.Write(l.canonical)
	}
	return append(dst, l.text...)
}

// compile encodes what is the same for all readers and parses the rest.
func compile(t newsletter.Template, encode encoder) (body, error) {
	b := body{encode: encode}
	for _, p := range t {
		if p.Merge == "" {
			text := encode(nil, p.Literal)
			b.size += len(text)
			b.pieces = append(b.pieces, piece{literal: newLiteral(text)})
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

// append fills a body for one reader.
func (b *body) append(dst []byte, r *reader) ([]byte, error) {
	for i := range b.pieces {
		p := &b.pieces[i]
		if p.tag == nil {
			dst = p.append(dst, r)
			continue
		}
		filled, err := r.fill(p.tag)
		if err != nil {
			return nil, err
		}
		from := len(dst)
		dst = b.encode(dst, filled)
		r.hashLines(dst[from:])
	}
	return dst, nil
}

// qpLine is how many characters stand in a line of quoted-printable before its
// soft line break (RFC 2045, section 6.7).
const qpLine = 75

// appendQP appends a piece of a body as quoted-printable (RFC 2045, section
// 6.7) so that pieces can stand one after another: each begins in the first
// column and ends there, by a soft line break where the text has none. Line
// ends become CRLF, no line begins with a dot, so that nothing has to be doubled
// on the wire (RFC 5321, section 4.5.2), and none with "From ", before which
// old mailboxes put a ">". The standard library's encoder promises neither.
func appendQP(dst []byte, s string) []byte {
	line := len(dst) // where it begins
	for i := 0; i < len(s); i++ {
		if s[i] == '\r' || s[i] == '\n' {
			if strings.HasPrefix(s[i:], "\r\n") {
				i++
			}
			dst = append(dst, "\r\n"...)
			line = len(dst)
			continue
		}
		literal := isLiteral(s, i, len(dst) == line)
		if used := len(dst) - line; used == qpLine || used > qpLine-3 && !literal {
			dst = append(dst, "=\r\n"...)
			line = len(dst)
			i-- // in the first column it may have to look otherwise
			continue
		}
		if literal {
			dst = append(dst, s[i])
		} else {
			dst = append(dst, '=', hexDigits[s[i]>>4], hexDigits[s[i]&15])
		}
	}
	if len(dst) > line {
		dst = append(dst, "=\r\n"...)
	}
	return dst
}

const hexDigits = "0123456789ABCDEF"

// isLiteral says whether the byte at s[i] stands for itself, in the first column
// or another.
func isLiteral(s string, i int, first bool) bool {
	switch c := s[i]; c {
	case ' ', '\t': // must not end a line
		return i+1 == len(s) || s[i+1] != '\r' && s[i+1] != '\n'
	case '.':
		return !first
	case 'F':
		return !first || !strings.HasPrefix(s[i:], "From ")
	default:
		return c > ' ' && c <= '~' && c != '='
	}
}

// appendText appends text as it is, for previews.
func appendText(dst []byte, s string) []byte { return append(dst, s...) }
