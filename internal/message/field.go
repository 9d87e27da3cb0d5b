package message

import (
	"strings"
	"unicode/utf8"
)

// lineMax is the longest header line with an encoded word in it (RFC 2047,
// section 2), and a little less than any line should have (RFC 5322, section
// 2.1.1).
const lineMax = 76

// wordMax is the longest encoded word (RFC 2047, section 2).
const wordMax = 75

// appendUnstructured appends a field of any text.
func appendUnstructured(dst []byte, name, text string) []byte {
	text = oneLine(text)
	words := strings.Fields(text)
	if !isPlain(words) {
		words = encodedWords(text, lineMax-len(name)-2)
	}
	return append(appendFolded(dst, name+":", words...), "\r\n"...)
}

// appendMailbox appends a field of a phrase and what it is called in angle
// brackets: an address (RFC 5322, section 3.4), or a list's identifier.
func appendMailbox(dst []byte, name, phrase, identifier string) []byte {
	phrase = oneLine(phrase)
	words := strings.Fields(phrase)
	switch {
	case !isPlain(words):
		words = encodedWords(phrase, lineMax-len(name)-2)
	case strings.ContainsAny(phrase, `()<>[]:;@\,."`):
		words = strings.Split(`"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(strings.Join(words, " "))+`"`, " ")
	}
	return append(appendFolded(dst, name+":", append(words, "<"+identifier+">")...), "\r\n"...)
}

// isPlain says whether words can stand in a header as they are: in ASCII, short
// enough to be folded, and none that would be decoded into something else.
func isPlain(words []string) bool {
	for _, word := range words {
		if len(word) > lineMax/2 || strings.Contains(word, "=?") {
			return false
		}
		for i := range len(word) {
			if word[i] >= utf8.RuneSelf {
				return false
			}
		}
	}
	return true
}

// encodedWords writes text as encoded words (RFC 2047, sections 4.2 and 5), none
// of which cuts a character in two. The first has so much room; programs decode
// neighbors as one text.
func encodedWords(text string, room int) []string {
	const begin, end = "=?utf-8?q?", "?="
	var words []string
	word := []byte(begin)
	for _, r := range text {
		var char [3 * utf8.UTFMax]byte
		q := appendQ(char[:0], r)
		if len(word)+len(q)+len(end) > min(room, wordMax) {
			words = append(words, string(word)+end)
			word, room = word[:len(begin)], wordMax
		}
		word = append(word, q...)
	}
	return append(words, string(word)+end)
}

// appendQ appends a character in the encoding "Q", of which only these stand for
// themselves in a phrase (RFC 2047, section 5).
func appendQ(dst []byte, r rune) []byte {
	switch {
	case r == ' ':
		return append(dst, '_')
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return utf8.AppendRune(dst, r)
	}
	for _, c := range utf8.AppendRune(nil, r) {
		dst = append(dst, '=', hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}

// appendFolded appends a field's name and words, and breaks the line before a
// word that does not fit.
func appendFolded(dst []byte, name string, words ...string) []byte {
	dst = append(dst, name...)
	width := len(name)
	for _, word := range words {
		if width+1+len(word) > lineMax {
			dst = append(dst, "\r\n"...)
			width = 0
		}
		dst = append(append(dst, ' '), word...)
		width += 1 + len(word)
	}
	return dst
}

// oneLine makes one line of what goes into a header: no line ends and no control
// characters can come in through a reader's name (RFC 5322, section 2.2).
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}
