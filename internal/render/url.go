package render

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/merge"
)

// firstTag returns the merge tag at the beginning of s and its size, or nothing.
func firstTag(s string) (string, int) {
	r, size := utf8.DecodeRuneInString(s)
	if tag := string(r); merge.Has(tag) {
		return tag, size
	}
	return "", 0
}

// resolve makes a URL absolute and checks its scheme. A merge tag that is the
// whole URL is checked when it is filled; one at its beginning with more after
// it could become any scheme, and is refused.
func (l *links) resolve(raw string, schemes ...string) (string, bool) {
	if tag, size := firstTag(raw); tag != "" {
		return raw, size == len(raw)
	}
	scheme, ok := schemeOf(raw)
	if !ok {
		return "", false
	}
	switch {
	case scheme != "":
		return raw, slices.Contains(schemes, scheme)
	case strings.HasPrefix(raw, "//"):
		return "https:" + raw, true
	case strings.HasPrefix(raw, "/"):
		return l.base + raw, true
	case raw == "":
		return "", false
	}
	return l.page[:strings.LastIndexByte(l.page, '/')+1] + raw, true
}

// schemeOf returns the scheme of a URL in lower case, or "" for a relative one.
// Browsers skip blanks and control characters before and within a scheme, so a
// URL that has some is refused.
func schemeOf(raw string) (string, bool) {
	end := strings.IndexAny(raw, ":/?#")
	if end < 0 || raw[end] != ':' {
		return "", true
	}
	for _, r := range raw[:end] {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return "", false
		}
	}
	return strings.ToLower(raw[:end]), true
}

// encode percent-encodes what may not stand in a URL (RFC 3986, section 2) and
// leaves what is encoded already, and merge tags.
func encode(raw string) string {
	var b strings.Builder
	for i, r := range raw {
		switch {
		case merge.Has(string(r)):
			b.WriteRune(r)
		case r == '%' && (i+2 >= len(raw) || !hexDigit(raw[i+1]) || !hexDigit(raw[i+2])):
			b.WriteString("%25")
		case r > ' ' && r < 0x7f && !strings.ContainsRune("\"<>\\^`{|}", r):
			b.WriteRune(r)
		default:
			b.WriteString(url.PathEscape(string(r)))
		}
	}
	return b.String()
}

func hexDigit(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// slug is the id of a heading: its letters and digits in lower case, with
// hyphens for the rest.
func slug(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		s = u
	}
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		default:
			dash = true
		}
	}
	return b.String()
}
