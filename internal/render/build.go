package render

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"tidings/internal/merge"
)

// maxDepth is how deep blocks and inlines may be nested; what is deeper is left
// out. A letter needs five, an attack thousands.
const maxDepth = 40

// builder turns the parse of an article into a tree.
type builder struct {
	cuts  *merge.Cuts
	lang  language
	depth int
}

// build returns the tree of an article.
func build(cuts *merge.Cuts, lang language) *node {
	b := builder{cuts: cuts, lang: lang}
	doc := &node{kind: document, at: 0}
	b.blocks(doc, parseMarkdown(cuts, lang))
	doc.walk(func(n *node) {
		if n.kind == code || n.kind == codeSpan {
			n.text = clean(cuts.Restore(n.text))
		}
	})
	return doc
}

// blocks adds the blocks in from to n.
func (b *builder) blocks(n *node, from ast.Node) {
	if b.depth++; b.depth <= maxDepth {
		for kid := from.FirstChild(); kid != nil; kid = kid.NextSibling() {
			b.block(n, kid)
		}
	}
	b.depth--
}

// start is where a block begins in the source.
func start(from ast.Node) int {
	if from.Type() == ast.TypeInline {
		return from.Pos()
	}
	if lines := from.Lines(); lines != nil && lines.Len() > 0 {
		return lines.At(0).Start
	}
	if kid := from.FirstChild(); kid != nil {
		return start(kid)
	}
	return from.Pos()
}

func (b *builder) block(n *node, from ast.Node) {
	at := start(from)
	within := func(kid *node) { b.blocks(kid, from); n.add(kid) }
	switch from := from.(type) {
	case *ast.Heading:
		n.add(b.inlines(&node{kind: heading, at: at, level: from.Level}, from))
	case *ast.Paragraph, *ast.TextBlock:
		if p := b.inlines(&node{kind: paragraph, at: at}, from); len(p.kids) > 0 {
			n.add(p)
		}
	case *ast.Blockquote:
		within(&node{kind: quote, at: at})
	case *ast.List:
		within(&node{kind: list, at: at, flag: from.IsOrdered(), level: from.Start, tight: from.IsTight})
	case *ast.ListItem:
		kid := &node{kind: item, at: at}
		kid.flag, kid.done = taskOf(from)
		within(kid)
	case *ast.FencedCodeBlock:
		if text := b.lines(from); strings.TrimSpace(text) != "" {
			n.add(&node{kind: code, at: at, text: text, word: string(from.Language(b.cuts.Source))})
		}
	case *ast.CodeBlock:
		n.add(&node{kind: code, at: at, text: b.lines(from)})
	case *ast.ThematicBreak:
		n.add(&node{kind: rule, at: at})
	case *ast.HTMLBlock:
		raw := b.rawLines(from)
		if from.HasClosure() {
			raw += string(from.ClosureLine.Value(b.cuts.Source))
		}
		b.rawBlock(n, raw, at)
	case *mergeLineNode:
		n.add(&node{kind: mergeLine, at: at, text: strings.TrimSpace(b.rawLines(from))})
	case *east.Table:
		n.add(b.table(from))
	case *east.FootnoteList:
		within(&node{kind: notes, at: at})
	case *east.Footnote:
		within(&node{kind: note, at: at, level: from.Index})
	}
}

// rawLines is the source of a block as it stands.
func (b *builder) rawLines(from ast.Node) string {
	var s strings.Builder
	lines := from.Lines()
	for i := range lines.Len() {
		segment := lines.At(i)
		s.Write(segment.Value(b.cuts.Source))
	}
	return s.String()
}

// lines is the text of a code block, with tabs as four blanks: in a mail nothing
// says how wide a tab is.
func (b *builder) lines(from ast.Node) string {
	s := strings.TrimRight(b.rawLines(from), "\n")
	return strings.ReplaceAll(s, "\t", "    ")
}

// taskOf says whether a list item is a task, and whether it is done.
func taskOf(item ast.Node) (task, done bool) {
	first := item.FirstChild()
	if first == nil {
		return false, false
	}
	box, ok := first.FirstChild().(*east.TaskCheckBox)
	return ok, ok && box.IsChecked
}

func (b *builder) table(from *east.Table) *node {
	t := &node{kind: table, at: start(from)}
	for _, a := range from.Alignments {
		align := a.String()
		if a == east.AlignNone {
			align = ""
		}
		t.align = append(t.align, align)
	}
	for r := from.FirstChild(); r != nil; r = r.NextSibling() {
		_, head := r.(*east.TableHeader)
		line := &node{kind: row, at: start(r), flag: head}
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			line.kids = append(line.kids, b.inlines(&node{kind: cell, at: start(c)}, c))
		}
		t.kids = append(t.kids, line)
	}
	return t
}
