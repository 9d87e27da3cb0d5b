package render

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
)

// rawInline adds one tag of raw HTML. A beginning or an end is a node without
// children until pairTags finds its partner.
func (b *builder) rawInline(n *node, from *ast.RawHTML, at int) {
	raw := b.tag(from)
	t := html.NewTokenizer(strings.NewReader(sanitize(raw)))
	kind := t.Next()
	if kind == html.ErrorToken && strings.HasPrefix(raw, "</") {
		// The sanitizer drops an end without its beginning.
		t = html.NewTokenizer(strings.NewReader(raw))
		kind = t.Next()
	}
	token := t.Token()
	n.kids = append(n.kids, refused(raw, at)...)
	kid := newElement(token.Data, token.Attr, at)
	if kind == html.EndTagToken {
		n.kids = append(n.kids, &node{kind: tagEnd, at: at, word: token.Data})
		return
	}
	if kid == nil || !kid.kind.isInline() || kind != html.StartTagToken && kind != html.SelfClosingTagToken {
		return
	}
	if kid.kind != img && kid.kind != lineBreak {
		kid.word, kid.done = token.Data, true
	}
	n.kids = append(n.kids, kid)
}

// unread returns the end of an element whose content is nothing to read, or else
// from itself.
func (b *builder) unread(from ast.Node) ast.Node {
	name := strings.ToLower(strings.TrimRight(b.tag(from), " />\n"))
	if i := strings.IndexAny(name, " \t\n"); i > 0 {
		name = name[:i]
	}
	if name != "<style" && name != "<script" {
		return from
	}
	for kid := from.NextSibling(); kid != nil; kid = kid.NextSibling() {
		if strings.HasPrefix(strings.ToLower(b.tag(kid)), "</"+name[1:]) {
			return kid
		}
	}
	return from
}

// tag is the source of a tag of raw HTML, and empty for all else.
func (b *builder) tag(from ast.Node) string {
	var s strings.Builder
	if raw, ok := from.(*ast.RawHTML); ok {
		for i := range raw.Segments.Len() {
			segment := raw.Segments.At(i)
			s.Write(segment.Value(b.cuts.Source))
		}
	}
	return s.String()
}

// tagEnd is the end of an inline element, only while a paragraph is built.
const tagEnd kind = -1

// pairTags moves what stands between a tag and its end into the tag, and drops
// tags without a partner. Done marks a tag that is still open.
func (b *builder) pairTags(n *node) {
	var out []*node
	open := map[string]int{}
	for _, kid := range n.kids {
		if kid.done {
			open[kid.word]++
		}
		if kid.kind != tagEnd {
			out = append(out, kid)
			continue
		}
		if open[kid.word] == 0 {
			continue
		}
		i := len(out) - 1
		for !out[i].done || out[i].word != kid.word {
			if out[i].done {
				open[out[i].word]--
			}
			i--
		}
		open[kid.word]--
		b.end(out[i], out[i+1:])
		out = out[:i+1]
	}
	n.kids = closed(out)
	n.joinText()
}

// end closes a tag around its children.
func (b *builder) end(n *node, kids []*node) {
	n.done, n.word, n.kids = false, "", closed(kids)
	n.joinText()
	b.finish(n.kids)
	if n.kind == codeSpan {
		n.text, n.kids = n.plainText(), nil
	}
}

// closed returns kids without the tags that were never closed.
func closed(kids []*node) []*node {
	var out []*node
	for _, kid := range kids {
		if !kid.done {
			out = append(out, kid)
		}
	}
	return out
}
