package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"tidings/internal/merge"
)

// kindMark is the kind of markNode.
var kindMark = ast.NewNodeKind("Mark")

// markNode is a straight quotation mark that was typed as one.
type markNode struct {
	ast.BaseInline
	straight byte
	set      string // how it is printed
}

// Kind is the kind of a markNode.
func (*markNode) Kind() ast.NodeKind { return kindMark }

// Dump shows the node, for those who look into a parse.
func (n *markNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// markParser parses straight quotation marks. Goldmark's typographer decides about
// each as it comes, which makes an apostrophe of every mark before e, l, n and t;
// here they wait until the paragraph is whole.
type markParser struct{}

// Extend adds the parser, before that of the typographer.
func (m markParser) Extend(md goldmark.Markdown) {
	md.Parser().AddOptions(parser.WithInlineParsers(util.Prioritized(m, 9998)))
}

// Trigger is both marks.
func (markParser) Trigger() []byte { return []byte{'\'', '"'} }

// Parse takes one mark.
func (markParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	block.Advance(1)
	return &markNode{straight: line[0], set: string(line[:1])}
}

// role is what a mark is by what stands beside it.
type role int

const (
	asTyped    role = iota // nothing to be set: feet, inches, a mark alone
	apostrophe             // within a word
	opening
	closing
)

// mark is a mark in its passage.
type mark struct {
	*markNode
	at            int // in the passage
	before, after rune
	role          role
	partner       *mark // of a double mark: the other one of the pair
	elided        elision
	owns          bool // a genitive, perhaps
}

// passage is the text of a paragraph with the marks in it.
type passage struct {
	text  string
	marks []*mark
}

// object stands for what is no text, such as code, and counts as a letter.
const object = '\uFFFC'

// quotations sets the straight marks of each paragraph below n.
func (l language) quotations(n ast.Node, cuts *merge.Cuts) {
	if kid := n.FirstChild(); kid != nil && kid.Type() == ast.TypeInline {
		l.quotation(n, cuts)
		return
	}
	for kid := n.FirstChild(); kid != nil; kid = kid.NextSibling() {
		l.quotations(kid, cuts)
	}
}

// quotation sets the marks of one paragraph, or of the description of a picture.
func (l language) quotation(n ast.Node, cuts *merge.Cuts) {
	r := passageReader{cuts: cuts}
	r.read(n, func(picture ast.Node) { l.quotation(picture, cuts) })
	p := passage{r.text.String(), r.marks}
	p.assign()
	p.elide()
	p.own()
	set := l.punctuation()
	p.double(set[extension.LeftDoubleQuote], set[extension.RightDoubleQuote])
	p.single(set[extension.LeftSingleQuote], set[extension.RightSingleQuote])
}

// passageReader makes a passage of a paragraph.
type passageReader struct {
	cuts  *merge.Cuts
	text  strings.Builder
	marks []*mark
}

func (r *passageReader) read(n ast.Node, picture func(ast.Node)) {
	for kid := n.FirstChild(); kid != nil; kid = kid.NextSibling() {
		switch kid := kid.(type) {
		case *ast.Text:
			r.write(unescape(kid.Segment.Value(r.cuts.Source)))
			if kid.SoftLineBreak() || kid.HardLineBreak() {
				r.text.WriteByte(' ')
			}
		case *ast.String:
			r.text.Write(kid.Value)
		case *markNode:
			r.marks = append(r.marks, &mark{markNode: kid, at: r.text.Len()})
			r.text.WriteByte(kid.straight)
		case *ast.Image:
			r.text.WriteRune(object)
			picture(kid)
		case *ast.CodeSpan, *ast.AutoLink:
			r.text.WriteRune(object)
		default:
			r.read(kid, picture)
		}
	}
}

// write leaves out block tags, of which nobody sees anything.
func (r *passageReader) write(s string) {
	for _, c := range s {
		if !merge.Has(string(c)) || !r.cuts.IsBlock(string(c)) {
			r.text.WriteRune(c)
		}
	}
}

// wordly says whether r is part of a word.
func wordly(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == object || merge.Has(string(r))
}

// runeAt is the first character of s, a blank where there is none.
func runeAt(s string) rune {
	if s == "" {
		return ' '
	}
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// assign gives each mark its role.
func (p *passage) assign() {
	last := &mark{at: -1}
	for _, m := range p.marks {
		m.before, m.after = ' ', runeAt(p.text[m.at+1:])
		if m.at > 0 {
			m.before, _ = utf8.DecodeLastRuneInString(p.text[:m.at])
		}
		beside := role(-1) // of a mark right before
		if last.at == m.at-1 {
			beside = last.role
		}
		m.role = m.roleBeside(beside)
		last = m
	}
}

func (m *mark) roleBeside(beside role) role {
	before, after := unicode.IsSpace(m.before), unicode.IsSpace(m.after)
	switch {
	case before && after, m.straight == '"' && m.after == '"' && unicode.IsDigit(m.before): // 21""
		return asTyped
	case after:
		return closing
	case before:
		return opening
	case wordly(m.before) && wordly(m.after):
		if m.straight == '"' || unicode.IsDigit(m.before) && unicode.IsDigit(m.after) { // 5'10
			return asTyped
		}
		return apostrophe
	case wordly(m.before):
		return closing
	case wordly(m.after) && m.straight == '\'' && (beside == closing || m.before == '%' || unicode.Is(unicode.Pe, m.before)): // (Ada)'s
		return apostrophe
	case wordly(m.after), beside == opening, unicode.In(m.before, unicode.Ps, unicode.Pi):
		return opening
	}
	return closing
}

// double sets the double marks. One that closes nothing may mean inches.
func (p *passage) double(left, right string) {
	var open []*mark
	for _, m := range p.marks {
		switch {
		case m.straight != '"':
		case m.role == opening:
			m.set = left
			open = append(open, m)
		case m.role == closing && len(open) > 0:
			m.set = right
			m.partner, open = open[len(open)-1], open[:len(open)-1]
			m.partner.partner = m
		}
	}
}
