package render

import (
	"bytes"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"tidings/internal/merge"
)

// parseMarkdown reads CommonMark with the extensions of GitHub, footnotes and
// the punctuation of a language.
func parseMarkdown(cuts *merge.Cuts, lang language) ast.Node {
	md := goldmark.New(goldmark.WithExtensions(
		extension.GFM,
		extension.Footnote,
		markParser{},
		extension.NewTypographer(extension.WithTypographicSubstitutions(lang.punctuation())),
	))
	md.Parser().AddOptions(parser.WithBlockParsers(util.Prioritized(mergeLines{}, 90)))
	pc := parser.NewContext()
	pc.Set(cutsKey, cuts)
	doc := md.Parser().Parse(text.NewReader(cuts.Source), parser.WithContext(pc))
	lang.quotations(doc, cuts)
	return doc
}

// cutsKey is under which the merge tags travel with a parse.
var cutsKey = parser.NewContextKey()

// kindMergeLine is the kind of mergeLineNode.
var kindMergeLine = ast.NewNodeKind("MergeLine")

// mergeLineNode is a line of nothing but block tags.
type mergeLineNode struct{ ast.BaseBlock }

// Kind is the kind of a mergeLineNode.
func (*mergeLineNode) Kind() ast.NodeKind { return kindMergeLine }

// Dump shows the node, for those who look into a parse.
func (n *mergeLineNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// mergeLines parses lines such as {% if … %} and {% endfor %}. They are blocks
// of their own, or the end of a loop would become the last words of the list
// before it.
type mergeLines struct{}

// Trigger is the first byte of the private characters of package merge.
func (mergeLines) Trigger() []byte { return []byte{0xF3} }

// Open begins a block when the line holds block tags only.
func (mergeLines) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	cuts, ok := pc.Get(cutsKey).(*merge.Cuts)
	if !ok || !cuts.IsBlock(string(line)) {
		return nil, parser.NoChildren
	}
	n := &mergeLineNode{}
	n.Lines().Append(segment)
	reader.Advance(len(bytes.TrimRight(line, "\n")))
	return n, parser.NoChildren
}

// Continue ends the block after its line.
func (mergeLines) Continue(ast.Node, text.Reader, parser.Context) parser.State { return parser.Close }

// Close has nothing to do.
func (mergeLines) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph is true: the line needs no blank line before it.
func (mergeLines) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine is false: an indented line is code.
func (mergeLines) CanAcceptIndentedLine() bool { return false }
