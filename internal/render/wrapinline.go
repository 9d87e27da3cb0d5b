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
