package render

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
)

// inlines adds the inlines in from to n and returns n.
func (b *builder) inlines(n *node, from ast.Node) *node {
	if b.depth++; b.depth <= maxDepth {
		for kid := from.FirstChild(); kid != nil; kid = kid.NextSibling() {
			kid = b.unread(kid)
			b.inline(n, kid)
		}
		b.pairTags(n)
	}
	b.depth--
	b.finish(n.kids)
	return n
}

// finish sets the texts among kids, once those beside each other are one.
func (b *builder) finish(kids []*node) {
	for _, kid := range kids {
		if kid.kind == plain {
			kid.text = apostrophes(b.cuts.Trim(kid.text))
		}
	}
	b.lang.spaces(kids)
}

func (b *builder) inline(n *node, from ast.Node) {
	at := start(from)
	switch from := from.(type) {
	case *ast.Text:
		n.add(&node{kind: plain, at: at, text: unescape(from.Segment.Value(b.cuts.Source))})
		if from.HardLineBreak() {
			n.add(&node{kind: lineBreak, at: at})
		} else if from.SoftLineBreak() {
			n.add(&node{kind: plain, at: at, text: "\n"})
		}
	case *ast.String:
		n.add(&node{kind: plain, at: at, text: string(from.Value)})
	case *markNode:
		n.add(&node{kind: plain, at: at, text: from.set})
	case *ast.CodeSpan:
		n.add(&node{kind: codeSpan, at: at, text: b.spanText(from)})
	case *ast.Emphasis:
		k := emphasis
		if from.Level == 2 {
			k = strong
		}
		n.add(b.inlines(&node{kind: k, at: at}, from))
	case *east.Strikethrough:
		n.add(b.inlines(&node{kind: strike, at: at}, from))
	case *ast.Link:
		n.add(b.inlines(&node{kind: link, at: at, url: unescape(from.Destination), title: unescape(from.Title)}, from))
	case *ast.AutoLink:
		n.add(b.autoLink(from, at))
	case *ast.Image:
		alt := b.inlines(&node{}, from).plainText()
		n.add(&node{kind: img, at: at, url: unescape(from.Destination), title: b.lang.typeset(unescape(from.Title)), text: alt})
	case *ast.RawHTML:
		b.rawInline(n, from, at)
	case *east.FootnoteLink:
		n.add(&node{kind: noteRef, at: at, level: from.Index, width: from.RefIndex})
	}
}

func (b *builder) autoLink(from *ast.AutoLink, at int) *node {
	label, url := string(from.Label(b.cuts.Source)), string(from.URL(b.cuts.Source))
	if from.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(url), "mailto:") {
		url = "mailto:" + url
	}
	if strings.HasPrefix(strings.ToLower(label), "www.") { // no scheme was written: the parser would take http
		url = "https://" + label
	}
	return &node{kind: link, at: at, url: url, word: "auto", kids: []*node{{kind: plain, at: at, text: label}}}
}

// spanText is the text of a code span; its line breaks are blanks.
func (b *builder) spanText(from ast.Node) string {
	var s strings.Builder
	for kid := from.FirstChild(); kid != nil; kid = kid.NextSibling() {
		if t, ok := kid.(*ast.Text); ok {
			s.Write(t.Segment.Value(b.cuts.Source))
		}
	}
	return strings.ReplaceAll(s.String(), "\n", " ")
}
