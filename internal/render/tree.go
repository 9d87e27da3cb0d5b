package render

import "strings"

// node is a part of an article, block or inline, free of Markdown. The HTML, the
// archive page, the text part and the outline are all written from one tree, so
// that they say the same.
type node struct {
	kind  kind
	at    int // offset in the source with its merge tags cut out; -1: none
	kids  []*node
	text  string   // text, code, tag name or merge tags; on one line for inlines
	url   string   // of a link, an image or a figure
	title string   // of a link; the caption of a figure; the heading of a callout
	word  string   // kind of a callout, language of a code block, id of a heading
	level int      // of a heading; first number of a list; number of a note; columns of a raw cell
	width int      // of an image as the writer wants it, 0: as it comes; rows of a raw cell
	align []string // of the columns of a table
	done  bool     // of a task
	flag  bool     // ordered (list), task (item), header (row), button (link)
	tight bool     // a list without paragraphs
	pic   *picture // of an image, once it was read
}

type kind int

// Blocks and inlines.
const (
	document kind = iota
	heading
	paragraph
	quote
	pullQuote
	citation // the source of a quotation
	callout
	list
	item
	code
	table
	row
	cell
	rule
	figure
	buttons   // a paragraph of nothing but buttons
	mergeLine // block tags that stand alone
	notes
	note

	plain // text
	lineBreak
	emphasis
	strong
	strike
	codeSpan
	link
	img
	noteRef
	styled // an HTML element of no meaning to us: sub, sup, kbd, mark ...
)

// isInline says whether nodes of this kind stand within a line.
func (k kind) isInline() bool { return k >= plain }

// add appends a child.
func (n *node) add(kid *node) { n.kids = append(n.kids, kid) }

// joinText makes one text of each run of texts among the children.
func (n *node) joinText() {
	var out []*node
	var run strings.Builder
	for i, kid := range n.kids {
		if kid.kind != plain {
			out = append(out, kid)
			continue
		}
		if i == 0 || n.kids[i-1].kind != plain {
			out = append(out, kid)
			run.Reset()
		}
		run.WriteString(kid.text)
		if i+1 == len(n.kids) || n.kids[i+1].kind != plain {
			out[len(out)-1].text = run.String()
		}
	}
	n.kids = out
}

// warns says whether n is a callout that has the color of warnings.
func (n *node) warns() bool {
	return n.kind == callout && (n.word == "warning" || n.word == "caution")
}

func (n *node) last() *node {
	if len(n.kids) == 0 {
		return nil
	}
	return n.kids[len(n.kids)-1]
}

// only returns the child when there is just one.
func (n *node) only() *node {
	if len(n.kids) != 1 {
		return nil
	}
	return n.kids[0]
}

// walk visits n and what is in it, parents first.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, kid := range n.kids {
		kid.walk(visit)
	}
}

// prose is plainText without code.
func (n *node) prose() string {
	if n.kind == codeSpan || n.kind == code {
		return ""
	}
	if len(n.kids) == 0 {
		return n.plainText()
	}
	var b strings.Builder
	for _, kid := range n.kids {
		b.WriteString(kid.prose())
	}
	return b.String()
}

// plainText is what n says, without any mark-up.
func (n *node) plainText() string {
	var b strings.Builder
	n.walk(func(n *node) {
		switch n.kind {
		case plain, codeSpan, code:
			b.WriteString(n.text)
		case lineBreak:
			b.WriteByte(' ')
		case img:
			b.WriteString(n.text)
		default: // says nothing itself
		}
	})
	return b.String()
}
