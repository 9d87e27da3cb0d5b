package render

import (
	"strconv"
	"strings"

	"tidings/internal/merge"
)

// columns is how wide the text part is, in cells of a terminal: wide characters
// take two.
const columns = 74

// textWriter writes a tree as plain text. Links are numbers that lead to a list
// at the end, so that sentences stay whole and no URL is broken.
type textWriter struct {
	lang  language
	cuts  *merge.Cuts
	links *links
	urls  []string       // by their number, from 1
	known map[string]int // their numbers
}

// blocks returns blocks with a blank line between them.
func (w *textWriter) blocks(kids []*node, width int) string {
	return strings.Trim(w.body(kids, width), "\n")
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
		return w.wrap("— "+w.inlines(n.kids), width, "")
	case quote, pullQuote:
		return prefix(w.blocks(n.kids, width-2), "> ", "> ")
	case callout:
		return prefix(w.lang.words.callout(n.word)+w.lang.colon()+"\n\n"+w.blocks(n.kids, width-2), "| ", "| ")
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
	default: // parts of blocks are written with their block
		return ""
	}
}

func (w *textWriter) heading(n *node, width int) string {
	s := w.wrap(w.inlines(n.kids), width, "")
	if n.level == 2 {
		return "\n" + s + "\n" + underline(s, "-")
	}
	return s
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
			return w.wrap(w.inlines(l.kids)+w.lang.colon(), width, "") + "\n" + url
		}
	}
	return w.wrap(w.inlines(n.kids), width, "")
}

func (w *textWriter) buttons(n *node, width int) string {
	var out []string
	for _, kid := range n.kids {
		s := w.inlines(kid.kids)
		if url, ok := w.url(kid.url); ok {
			s = w.wrap(s+w.lang.colon(), width, "") + "\n" + url
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
			s = "[" + w.lang.words.picture + w.lang.colon()
		} else if !strings.HasSuffix(s, ".") {
			s += "."
		}
		s += " " + merge.At(merge.Text, n.title) + "]"
	}
	if url, ok := w.url(n.url); ok {
		s += w.number(url)
	}
	return w.wrap(s, width, "")
}

// picture says what a picture shows; one without a description is decoration.
func (w *textWriter) picture(n *node) string {
	if n.text == "" {
		return ""
	}
	return "[" + w.lang.words.picture + w.lang.colon() + " " + merge.At(merge.Text, n.text) + "]"
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
		case n.flag:
			mark = strconv.Itoa(n.level+i) + ". "
		case onlyTasks(n):
			mark = ""
		}
		if kid.flag {
			mark += boxes[kid.done]
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

// boxes are the marks of tasks, by whether they are done.
var boxes = map[bool]string{true: "[x] ", false: "[ ] "}

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
	return strings.Trim(strings.Join(out, "\n"), "\n")
}

func (w *textWriter) notes(n *node, width int) string {
	var out []string
	for _, kid := range n.kids {
		mark := "(" + strconv.Itoa(kid.level) + ") "
		out = append(out, prefix(w.blocks(kid.kids, width-len(mark))+" ", mark, strings.Repeat(" ", len(mark))))
	}
	return strings.Join(out, "\n\n")
}
