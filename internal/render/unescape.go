package render

import (
	"html"
	"strings"
	"unicode/utf8"

	"tidings/internal/merge"
)

// unescape resolves the backslashes and entities of Markdown source (CommonMark
// 0.31, sections 2.4 and 2.5).
func unescape(source []byte) string {
	s := string(source)
	if !strings.ContainsAny(s, `\&`) {
		return clean(s)
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && isPunct(s[i+1]):
			i++
			b.WriteByte(s[i])
		case s[i] == '&':
			end := strings.IndexByte(s[i:min(i+40, len(s))], ';')
			if end < 0 {
				b.WriteByte('&')
				continue
			}
			b.WriteString(html.UnescapeString(s[i : i+end+1]))
			i += end
		default:
			b.WriteByte(s[i])
		}
	}
	return clean(b.String())
}

func isPunct(c byte) bool {
	return c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~'
}

// clean takes out control characters, which no mail may hold, and bytes that are
// not UTF-8.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// apostrophes sets the mark after a merge tag, as in {{ name }}'s, which
// Markdown cannot know to follow a letter.
func apostrophes(s string) string {
	if !merge.Has(s) || !strings.Contains(s, "'") {
		return s
	}
	var b strings.Builder
	tag := false
	for _, r := range s {
		if r == '\'' && tag {
			r = '’'
		}
		tag = merge.Has(string(r))
		b.WriteRune(r)
	}
	return b.String()
}
