package merge

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode"
)

// escapers make a value safe for its place. They get it as plain text on one
// line.
var escapers = map[Place]func(string) string{
	HTML:        html.EscapeString,
	HTMLURL:     func(s string) string { return html.EscapeString(safeURL(s)) },
	HTMLURLPart: func(s string) string { return html.EscapeString(urlPart(s)) },
	Text:        func(s string) string { return s },
	TextURL:     safeURL,
	TextURLPart: urlPart,
	Header:      func(s string) string { return s },
}

// plain is a value as text on one line, without control characters. The items of
// a list stand with commas between them.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return oneLine(v)
	case []string:
		return oneLine(strings.Join(v, ", "))
	case []any:
		items := make([]string, 0, len(v))
		for _, item := range v {
			items = append(items, plain(item))
		}
		return strings.Join(items, ", ")
	}
	return oneLine(fmt.Sprint(v))
}

// oneLine makes one line of s: in a header a line break would begin the next
// header (RFC 5322, section 2.2), in text it would end the paragraph.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return s // as most are
	}
	clean := func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return ' '
		case unicode.IsControl(r) || isPrivate(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}
	return strings.Map(clean, s)
}

// safeURL returns a URL that is a value as a whole, or "" when following it could
// do more than open a page or write a mail.
func safeURL(s string) string {
	if isPlainURL(s) { // Parse would give it back
		return s
	}
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "mailto":
		return u.String()
	}
	return ""
}

// isPlainURL says whether a URL is one as Tidings makes them: each mail has
// several.
func isPlainURL(s string) bool {
	scheme, rest, _ := strings.Cut(s, "://")
	host, path, _ := strings.Cut(rest, "/")
	name, port, ported := strings.Cut(host, ":")
	return (scheme == "https" || scheme == "http") && name != "" && isPlain(name, ".-") && isPlain(path, "/._-~") &&
		(!ported || port != "" && strings.Trim(port, "0123456789") == "")
}

// isPlain says whether a text has nothing but the letters and digits of ASCII and
// some marks.
func isPlain(s, marks string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte(marks, c) < 0 {
			return false
		}
	}
	return true
}

// urlPart encodes a value for any part of a URL: what is not unreserved becomes
// percent-encoded, blanks too (RFC 3986, section 2.3).
func urlPart(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
