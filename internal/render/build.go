package render

import (
	"html"
	"strings"
	"unicode/utf8"

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
		n.add(&node{kind: code, at: at, text: b.lines(from), word: string(from.Language(b.cuts.Source))})
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
	s := strings.TrimRight(b.cuts.Restore(b.rawLines(from)), "\n")
	return strings.ReplaceAll(clean(s), "\t", "    ")
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

// inlines adds the inlines in from to n and returns n.
func (b *builder) inlines(n *node, from ast.Node) *node {
	if b.depth++; b.depth <= maxDepth {
		for kid := from.FirstChild(); kid != nil; kid = kid.NextSibling() {
			b.inline(n, kid)
		}
		pairTags(n)
	}
	b.depth--
	for _, kid := range n.kids {
		if kid.kind == plain {
			kid.text = b.lang.space(apostrophes(b.cuts.Trim(kid.text)))
		}
	}
	return n
}

func (b *builder) inline(n *node, from ast.Node) {
	at := start(from)
	switch from := from.(type) {
	case *ast.Text:
		n.add(&node{kind: plain, at: at, text: unescape(from.Segment.Value(b.cuts.Source))})
		if from.HardLineBreak() {
			n.add(&node{kind: lineBreak, at: at})
		} else if from.SoftLineBreak() {
			n.add(&node{kind: plain, at: at, text: " "})
		}
	case *ast.String:
		n.add(&node{kind: plain, at: at, text: string(from.Value)})
	case *ast.CodeSpan:
		n.add(&node{kind: codeSpan, at: at, text: clean(b.cuts.Restore(b.spanText(from)))})
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
		n.add(&node{kind: img, at: at, url: unescape(from.Destination), title: unescape(from.Title), text: alt})
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

// unescape resolves the backslashes and entities of Markdown source (CommonMark
// 0.31, sections 2.4 and 2.5).
func unescape(source []byte) string {
	s := string(source)
	if !strings.ContainsAny(s, `\&`) {
		return clean(s)
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && isPunct(s[i+1]):
			i++
			b.WriteByte(s[i])
		case s[i] == '&':
			end := strings.IndexByte(s[i:min(i+40, len(s))], ';')
			if end < 0 {
				b.WriteByte('&')
				continue
			}
			b.WriteString(html.UnescapeString(s[i : i+end+1]))
			i += end
		default:
			b.WriteByte(s[i])
		}
	}
	return clean(b.String())
}

func isPunct(c byte) bool {
	return c >= '!' && c <= '/' || c >= ':' && c <= '@' || c >= '[' && c <= '`' || c >= '{' && c <= '~'
}

// clean takes out control characters, which no mail may hold, and bytes that are
// not UTF-8.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// apostrophes sets the mark after a merge tag, as in {{ name }}'s, which
// Markdown cannot know to follow a letter.
func apostrophes(s string) string {
	if !merge.Has(s) || !strings.Contains(s, "'") {
		return s
	}
	var b strings.Builder
	tag := false
	for _, r := range s {
		if r == '\'' && tag {
			r = '’'
		}
		tag = merge.Has(string(r))
		b.WriteRune(r)
	}
	return b.String()
}
