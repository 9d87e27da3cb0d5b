package render

import (
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/yuin/goldmark/extension"

	"tidings/internal/merge"
)

// linkList is the list of links at the end of the mail.
func (w *textWriter) linkList() string {
	var b strings.Builder
	for i, url := range w.urls {
		b.WriteString("[" + strconv.Itoa(i+1) + "] " + url + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// number is the mark of a link in a sentence; the same URL has the same number.
func (w *textWriter) number(url string) string {
	if w.known == nil {
		w.known = map[string]int{}
	}
	n, ok := w.known[url]
	if !ok {
		w.urls = append(w.urls, url)
		n = len(w.urls)
		w.known[url] = n
	}
	return " [" + strconv.Itoa(n) + "]"
}

// url resolves a link for the text part; anchors lead nowhere in it.
func (w *textWriter) url(raw string) (string, bool) {
	raw = strings.TrimSpace(raw)
	if raw == "" || raw[0] == '#' {
		return "", false
	}
	url, ok := w.links.resolve(raw, "http", "https", "mailto", "tel")
	return placed(encode(url), merge.TextURL, merge.TextURLPart), ok && url != ""
}

func (w *textWriter) inlines(kids []*node) string {
	var b strings.Builder
	for _, kid := range kids {
		b.WriteString(w.inline(kid))
	}
	return b.String()
}

func (w *textWriter) inline(n *node) string {
	switch n.kind {
	case plain:
		return merge.At(merge.Text, n.text)
	case codeSpan:
		return n.text
	case lineBreak:
		return "\n"
	case emphasis:
		return w.emphasis(n)
	case strike:
		return w.struck(n)
	case link:
		return w.link(n)
	case img:
		return w.picture(n)
	case styled:
		return w.styled(n)
	case noteRef:
		return "(" + strconv.Itoa(n.level) + ")"
	default:
		return w.inlines(n.kids)
	}
}

// styled writes the quotation marks that browsers set around <q>.
func (w *textWriter) styled(n *node) string {
	s := w.inlines(n.kids)
	if n.text == "q" {
		marks := w.lang.punctuation()
		s = marks[extension.LeftDoubleQuote] + s + marks[extension.RightDoubleQuote]
	}
	return s
}

// emphasis keeps its stars around a few words; a passage that is emphasized as a
// whole reads better without.
func (w *textWriter) emphasis(n *node) string {
	s := w.inlines(n.kids)
	if len(s) > 60 || strings.ContainsAny(s, "*\n") || strings.TrimSpace(s) != s {
		return s
	}
	return "*" + s + "*"
}

// struck keeps the marks of Markdown around what was struck: without them it would
// stand, and a word such as "struck" would be none of the letter's own.
func (w *textWriter) struck(n *node) string {
	s := w.inlines(n.kids)
	if strings.TrimSpace(s) == "" {
		return s
	}
	return "~~" + s + "~~"
}

func (w *textWriter) link(n *node) string {
	s := w.inlines(n.kids)
	url, ok := w.url(n.url)
	bare := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(url, "mailto:"), "https://"), "http://")
	if !ok || n.word == "auto" && strings.Contains(url, s) && url == s || s == bare && strings.HasPrefix(url, "mailto:") {
		return s
	}
	return s + w.number(url)
}

// cells is how many columns s takes. A merge tag is counted as a short name.
func cells(s string) int {
	if ascii(s) {
		return len(s)
	}
	n := runewidth.StringWidth(s)
	for _, r := range s {
		if merge.Has(string(r)) {
			n += tagCells - runewidth.RuneWidth(r)
		}
	}
	return n
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// tagCells is how much room a line leaves for the value of a merge tag.
const tagCells = 12
