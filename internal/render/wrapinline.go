package render

import (
	"strings"

	"golang.org/x/net/html"
)

// inlinesOf is what stands in the paragraphs of n, one after the other.
func inlinesOf(n *node) []*node {
	var out []*node
	for _, kid := range n.kids {
		if kid.kind.isInline() {
			out = append(out, kid)
		} else {
			out = append(append(out, inlinesOf(kid)...), &node{kind: plain, at: kid.at, text: " "})
		}
	}
	return out
}

func textOf(from *html.Node) string {
	if from.Type == html.TextNode {
		return from.Data
	}
	var s strings.Builder
	for kid := from.FirstChild; kid != nil; kid = kid.NextSibling {
		s.WriteString(textOf(kid))
	}
	return s.String()
}

// squeeze makes one blank of every run of white space, as HTML does.
func squeeze(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}

func hasBlock(n *node) bool {
	for _, kid := range n.kids {
		if !kid.kind.isInline() {
			return true
		}
	}
	return false
}

// blank says whether inlines leave nothing to see.
func blank(n *node) bool {
	for _, kid := range n.kids {
		if kid.kind != plain || strings.TrimSpace(kid.text) != "" {
			return false
		}
	}
	return true
}

func keep(kids []*node, k kind) []*node {
	var out []*node
	for _, kid := range kids {
		if kid.kind == k {
			out = append(out, kid)
		}
	}
	return out
}

// wrapInlines puts runs of inlines among the blocks of n into paragraphs.
func wrapInlines(n *node, at int) {
	var out []*node
	run := &node{kind: paragraph, at: at}
	flush := func() {
		if !blank(run) {
			trimEnds(run)
			out = append(out, run)
		}
		run = &node{kind: paragraph, at: at}
	}
	for _, kid := range n.kids {
		if kid.kind.isInline() {
			run.kids = append(run.kids, kid)
			continue
		}
		flush()
		out = append(out, kid)
	}
	flush()
	n.kids = out
}

// trimEnds takes the blanks off both ends of a paragraph.
func trimEnds(n *node) {
	if first := n.kids; len(first) > 0 && first[0].kind == plain {
		first[0].text = strings.TrimLeft(first[0].text, " ")
	}
	if last := n.last(); last != nil && last.kind == plain {
		last.text = strings.TrimRight(last.text, " ")
	}
}

// maxSpan is how many columns one cell may take.
const maxSpan = 20

// spread gives a raw table in which cells span several places an empty cell for
// each place but the first, so that the others stay in their columns.
func spread(t *node) {
	below := map[int]int{} // by column: how many rows are taken from above
	for _, r := range t.kids {
		var cells []*node
		empty := func(at int) { cells = append(cells, &node{kind: cell, at: at}) }
		for kids := r.kids; len(kids) > 0 || below[len(cells)] > 0; {
			if column := len(cells); below[column] > 0 {
				below[column]--
				empty(r.at)
				continue
			}
			first := len(cells)
			cells, kids = append(cells, kids[0]), kids[1:]
			for range min(cells[first].level, maxSpan) - 1 {
				empty(r.at)
			}
			for column := first; column < len(cells); column++ {
				below[column] = max(cells[first].width-1, 0)
			}
		}
		r.kids = cells
	}
}
