package render

import (
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"tidings/internal/merge"
)

// columns is how wide the text part is, in cells of a terminal: wide characters
// take two.
const columns = 74

// textWriter writes a tree as plain text. Links are numbers that lead to a list
// at the end, so that sentences stay whole and no URL is broken.
type textWriter struct {
	lang  language
	links *links
	urls  []string       // by their number, from 1
	known map[string]int // their numbers
}

// blocks returns blocks with a blank line between them.
func (w *textWriter) blocks(kids []*node, width int) string {
	return strings.TrimRight(w.body(kids, width), "\n")
}

// body returns blocks with a blank line after each. A line of nothing but merge
// tags brings none of its own, so that a branch that is not taken leaves no gap.
func (w *textWriter) body(kids []*node, width int) string {
	var b strings.Builder
	for _, kid := range kids {
		s := w.block(kid, width)
		b.WriteString(s)
		if s != "" && !onlyTags(s) && !isLoop(kid) {
			b.WriteString("\n\n")
		}
	}
	return b.String()
}

// isLoop says whether a list stands in a loop, which ends in its own blank line.
func isLoop(n *node) bool { return n.kind == list && n.title != "" }

func onlyTags(s string) bool {
	for _, r := range s {
		if !merge.Has(string(r)) {
			return false
		}
	}
	return true
}

func (w *textWriter) block(n *node, width int) string {
	switch n.kind {
	case heading:
		return w.heading(n, width)
	case paragraph:
		return w.paragraph(n, width)
	case citation:
		return wrap("— "+w.inlines(n.kids), width, "")
	case quote, pullQuote:
		return prefix(w.blocks(n.kids, width-2), "> ", "> ")
	case callout:
		return prefix(w.lang.words.callout(n.word)+":\n\n"+w.blocks(n.kids, width-2), "| ", "| ")
	case list:
		return w.list(n, width)
	case code:
		return prefix(listing(n.text), "    ", "    ")
	case table:
		return w.table(n, width)
	case rule:
		return strings.Repeat("-", min(width, columns))
	case figure:
		return w.figure(n, width)
	case buttons:
		return w.buttons(n, width)
	case mergeLine:
		return merge.At(merge.Text, n.text)
	case notes:
		return w.notes(n, width)
	}
	return ""
}

func (w *textWriter) heading(n *node, width int) string {
	s := wrap(w.inlines(n.kids), width, "")
	if n.level == 2 {
		return "\n" + s + "\n" + underline(s, "-")
	}
	return s
}

// maxListing is the longest line of a listing that is left as it is; mail
// programs break what is longer, and at worse places.
const maxListing = 74

// listing breaks the lines of code that are far too long, and sets off what
// continues them.
func listing(s string) string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		for cells(line) > maxListing {
			at := lastBlank(line, maxListing)
			if at < 0 {
				break
			}
			out = append(out, line[:at])
			line = "    " + strings.TrimLeft(line[at:], " ")
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// lastBlank is the place of the last blank within the first n bytes of a line,
// its indentation left out, or -1.
func lastBlank(line string, n int) int {
	indent := len(line) - len(strings.TrimLeft(line, " "))
	at := strings.LastIndexByte(line[:min(n, len(line))], ' ')
	if at <= indent {
		return -1
	}
	return at
}

// underline is as long as the longest line of s.
func underline(s, with string) string {
	longest := 0
	for line := range strings.SplitSeq(s, "\n") {
		longest = max(longest, cells(line))
	}
	return strings.Repeat(with, min(longest, columns))
}

// paragraph writes a paragraph. One that is a single link becomes its text with
// the URL below it.
func (w *textWriter) paragraph(n *node, width int) string {
	if l := n.only(); l != nil && l.kind == link && l.word != "auto" {
		if url, ok := w.url(l.url); ok {
			return wrap(w.inlines(l.kids)+":", width, "") + "\n" + url
		}
	}
	return wrap(w.inlines(n.kids), width, "")
}

func (w *textWriter) buttons(n *node, width int) string {
	var out []string
	for _, kid := range n.kids {
		s := w.inlines(kid.kids)
		if url, ok := w.url(kid.url); ok {
			s = wrap(s+":", width, "") + "\n" + url
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n\n")
}

func (w *textWriter) figure(n *node, width int) string {
	s := w.picture(n.kids[0])
	if n.title != "" {
		s = strings.TrimSuffix(s, "]")
		if s == "" {
			s = "[" + w.lang.words.picture + ":"
		} else if !strings.HasSuffix(s, ".") {
			s += "."
		}
		s += " " + merge.At(merge.Text, n.title) + "]"
	}
	if url, ok := w.url(n.url); ok {
		s += w.number(url)
	}
	return wrap(s, width, "")
}

// picture says what a picture shows; one without a description is decoration.
func (w *textWriter) picture(n *node) string {
	if n.text == "" {
		return ""
	}
	return "[" + w.lang.words.picture + ": " + merge.At(merge.Text, n.text) + "]"
}

func (w *textWriter) list(n *node, width int) string {
	begin, end, loop := strings.Cut(n.title, "\n")
	between := "\n"
	if !n.tight {
		between = "\n\n"
	}
	var out []string
	for i, kid := range n.kids {
		mark := "- "
		switch {
		case kid.flag && kid.done:
			mark = "[x] "
		case kid.flag:
			mark = "[ ] "
		case n.flag:
			mark = strconv.Itoa(n.level+i) + ". "
		}
		body := w.item(kid, n.tight, width-len(mark))
		if body == "" {
			body = strings.TrimSpace(mark)
			mark = ""
		}
		out = append(out, prefix(body, mark, strings.Repeat(" ", len(mark))))
	}
	s := strings.Join(out, between)
	if loop {
		cuts := w.links.cuts
		s = merge.At(merge.Text, begin) + s + "\n" + merge.At(merge.Text, cuts.last) + "\n" + merge.At(merge.Text, cuts.endif+end)
	}
	return s
}

func (w *textWriter) item(n *node, tight bool, width int) string {
	if !tight {
		return w.blocks(n.kids, width)
	}
	var out []string
	for _, kid := range n.kids {
		if s := w.block(kid, width); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

func (w *textWriter) notes(n *node, width int) string {
	var out []string
	for _, kid := range n.kids {
		mark := "(" + strconv.Itoa(kid.level) + ") "
		out = append(out, prefix(w.blocks(kid.kids, width-len(mark))+" ", mark, strings.Repeat(" ", len(mark))))
	}
	return strings.Join(out, "\n\n")
}

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
	case link:
		return w.link(n)
	case img:
		return w.picture(n)
	case noteRef:
		return "(" + strconv.Itoa(n.level) + ")"
	}
	return w.inlines(n.kids)
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
