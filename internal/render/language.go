package render

import (
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/extension"
	xlanguage "golang.org/x/text/language"

	"tidings/internal/locale"
	"tidings/internal/merge"
)

// language is what the language of an issue decides: the direction of its text,
// its quotation marks, and the words around it.
type language struct {
	tag   string // BCP 47, as it stands in lang attributes
	base  string // "en", "pt", ...
	dir   string // "ltr" or "rtl"
	slant string // "italic " for scripts that know it, or ""
	words *words
}

// newLanguage reads a BCP 47 tag; one that cannot be read counts as English.
func newLanguage(tag string, all *locale.Bundle) language {
	t := parseTag(tag)
	script, _ := t.Script()
	l := language{tag: t.String(), base: base(t), dir: locale.Direction(t.String()), words: newWords(all.For(t.String()))}
	if slices.Contains([]string{"Latn", "Cyrl", "Grek"}, script.String()) {
		l.slant = "italic "
	}
	return l
}

func parseTag(tag string) xlanguage.Tag {
	t, err := xlanguage.Parse(tag)
	if err != nil {
		return xlanguage.English
	}
	return t
}

// base is a language without its region and script.
func base(t xlanguage.Tag) string {
	b, _ := t.Base()
	return b.String()
}

// start is the side where lines begin.
func (l language) start() string {
	if l.dir == "rtl" {
		return "right"
	}
	return "left"
}

// foreign is the attributes, with a blank before them, of words of our own that
// are not in the language of the issue.
func (l language) foreign() string {
	if base(parseTag(l.words.Tag())) == l.base {
		return ""
	}
	return ` lang="` + l.words.Tag() + `" dir="` + l.words.Direction() + `"`
}

// ours is a word of our own as HTML.
func (l language) ours(word string) string {
	if f := l.foreign(); f != "" {
		return "<span" + f + ">" + escape(word) + "</span>"
	}
	return escape(word)
}

// quotes are the quotation marks of languages that do not use those of English:
// outer pair, inner pair.
var quotes = map[string][4]string{
	"de": {"„", "“", "‚", "‘"}, "cs": {"„", "“", "‚", "‘"}, "sk": {"„", "“", "‚", "‘"}, "sl": {"„", "“", "‚", "‘"},
	"bg": {"„", "“", "‚", "‘"}, "lt": {"„", "“", "‚", "‘"}, "is": {"„", "“", "‚", "‘"},
	"fr": {"«\u00a0", "\u00a0»", "“", "”"}, "es": {"«", "»", "“", "”"}, "it": {"«", "»", "“", "”"}, "ca": {"«", "»", "“", "”"},
	"no": {"«", "»", "‘", "’"}, "nb": {"«", "»", "‘", "’"}, "nn": {"«", "»", "‘", "’"},
	"ru": {"«", "»", "„", "“"}, "uk": {"«", "»", "„", "“"}, "el": {"«", "»", "“", "”"},
	"sv": {"”", "”", "’", "’"}, "fi": {"”", "”", "’", "’"}, "da": {"“", "”", "‘", "’"},
	"pl": {"„", "”", "«", "»"}, "hu": {"„", "”", "»", "«"}, "ro": {"„", "”", "«", "»"}, "hr": {"„", "”", "‚", "’"},
	"nl": {"“", "”", "‘", "’"}, "pt": {"“", "”", "‘", "’"}, "ja": {"「", "」", "『", "』"},
}

// punctuation is what straight quotation marks, dashes and dots become.
func (l language) punctuation() map[extension.TypographicPunctuation]string {
	q, ok := quotes[l.base]
	switch {
	case l.tag == "pt-PT":
		q = [4]string{"«", "»", "“", "”"}
	case l.tag == "de-CH" || l.tag == "fr-CH":
		q = [4]string{"«", "»", "‹", "›"}
	case !ok:
		q = [4]string{"“", "”", "‘", "’"}
	}
	return map[extension.TypographicPunctuation]string{
		extension.LeftDoubleQuote: q[0], extension.RightDoubleQuote: q[1],
		extension.LeftSingleQuote: q[2], extension.RightSingleQuote: q[3],
		extension.EnDash: "–", extension.EmDash: "—", extension.Ellipsis: "…",
		extension.LeftAngleQuote: "«", extension.RightAngleQuote: "»", extension.Apostrophe: "’",
	}
}

// direction is which way a text runs, by its first letter; "" when it has none
// (Unicode Standard Annex 9, rule P2).
func direction(s string) string {
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam):
			return "rtl"
		case unicode.IsLetter(r):
			return "ltr"
		}
	}
	return ""
}

// typeset sets the quotation marks and dashes of a line that is no Markdown, such
// as a title.
func (l language) typeset(s string) string {
	if !strings.ContainsAny(s, `'"-.`) {
		return l.space(s)
	}
	// A word before it keeps the line from beginning a list or the like.
	const guard = "x "
	var b strings.Builder
	b.WriteString(guard)
	for i := range len(s) {
		if isPunct(s[i]) && strings.IndexByte(`'"-.`, s[i]) < 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	doc := build(&merge.Cuts{Source: []byte(b.String())}, l)
	return strings.TrimPrefix(doc.plainText(), guard)
}
