package render

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
)

// Raw HTML in an issue is sanitized first, and what is left becomes nodes of our
// own tree: it gets the newsletter's look like everything else, stands in the
// text part as well, and can neither open nor close anything of the frame.

// kept are HTML elements that are written as they are, without attributes.
var kept = map[string]bool{
	"abbr": true, "cite": true, "dfn": true, "ins": true, "kbd": true, "mark": true, "q": true, "samp": true,
	"small": true, "sub": true, "sup": true, "u": true, "var": true,
}

// kinds are HTML elements that are the same as something in Markdown.
var kinds = map[string]kind{
	"p": paragraph, "blockquote": quote, "ul": list, "ol": list, "li": item, "hr": rule, "pre": code,
	"h1": heading, "h2": heading, "h3": heading, "h4": heading, "h5": heading, "h6": heading,
	"b": strong, "strong": strong, "i": emphasis, "em": emphasis, "s": strike, "del": strike, "strike": strike,
	"code": codeSpan, "tt": codeSpan, "a": link, "img": img, "br": lineBreak, "figure": paragraph, "figcaption": paragraph,
	"dt": paragraph, "dd": paragraph, "summary": paragraph, "caption": paragraph,
	"table": table, "tr": row, "th": cell, "td": cell,
}

// encodedTag is a private character of package merge, percent-encoded.
var encodedTag = regexp.MustCompile(`(?i)%F3%B[0-9A-F]%[89AB][0-9A-F]%[89AB][0-9A-F]`)

// policy is what raw HTML may hold: what people write in comments of a site. It
// is made once, for it is made of dozens of regular expressions.
var policy = sync.OnceValue(bluemonday.UGCPolicy)

// sanitize takes out what could run or load, and leaves merge tags whole.
func sanitize(raw string) string {
	return encodedTag.ReplaceAllStringFunc(policy().Sanitize(raw), func(s string) string {
		tag, err := url.PathUnescape(s)
		if err != nil {
			return s
		}
		return tag
	})
}

// rawBlock adds a block of raw HTML to n.
func (b *builder) rawBlock(n *node, raw string, at int) {
	doc, err := html.Parse(strings.NewReader(sanitize(raw)))
	if err != nil {
		return
	}
	b.fromHTML(n, doc, at)
	wrapInlines(n, at)
}

// fromHTML adds what is in from to n.
func (b *builder) fromHTML(n *node, from *html.Node, at int) {
	if b.depth++; b.depth <= maxDepth {
		for kid := from.FirstChild; kid != nil; kid = kid.NextSibling {
			b.element(n, kid, at)
		}
	}
	b.depth--
	n.joinText()
}

func (b *builder) element(n *node, from *html.Node, at int) {
	switch {
	case from.Type == html.TextNode:
		n.add(&node{kind: plain, at: at, text: squeeze(clean(from.Data))})
		return
	case from.Type != html.ElementNode || from.Data == "head":
		return
	}
	kid := newElement(from.Data, from.Attr, at)
	if kid == nil {
		b.fromHTML(n, from, at)
		return
	}
	b.fromHTML(kid, from, at)
	switch kid.kind {
	case code, codeSpan:
		kid.text, kid.kids = kid.plainText(), nil
		if kid.kind == code {
			kid.text = strings.Trim(textOf(from), "\n")
		}
	case quote, item, list:
		wrapInlines(kid, at)
	case paragraph, heading:
		if hasBlock(kid) || blank(kid) {
			wrapInlines(kid, at)
			n.kids = append(n.kids, kid.kids...)
			return
		}
		trimEnds(kid)
	}
	rawList(kid)
	rawTable(kid, from)
	n.add(kid)
}

// rawList keeps only items in a list.
func rawList(n *node) {
	if n.kind == list {
		n.tight = true
		n.kids = keep(n.kids, item)
	}
}

// rawTable keeps only rows in a table, cells in a row and inlines in a cell.
func rawTable(n *node, from *html.Node) {
	switch n.kind {
	case table:
		n.kids = keep(n.kids, row)
		for _, r := range n.kids {
			for len(n.align) < len(r.kids) {
				n.align = append(n.align, "")
			}
		}
	case row:
		n.kids = keep(n.kids, cell)
		n.flag = len(n.kids) > 0 && n.kids[0].flag
	case cell:
		n.flag = from.Data == "th"
		n.kids = inlinesOf(n)
		trimEnds(n)
	}
}

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

// newElement returns the node for an element, or nil for one that only its
// content matters of.
func newElement(name string, attrs []html.Attribute, at int) *node {
	if kept[name] {
		return &node{kind: styled, at: at, text: name}
	}
	k, ok := kinds[name]
	if !ok {
		return nil
	}
	n := &node{kind: k, at: at}
	switch k {
	case heading:
		n.level = int(name[1] - '0')
	case list:
		n.flag, n.level = name == "ol", 1
	case link:
		if n.url = attr(attrs, "href"); n.url == "" {
			return nil
		}
		n.title = attr(attrs, "title")
	case img:
		n.url, n.text, n.title = attr(attrs, "src"), attr(attrs, "alt"), attr(attrs, "title")
		n.width, _ = strconv.Atoi(attr(attrs, "width"))
	}
	return n
}

func attr(attrs []html.Attribute, name string) string {
	for _, a := range attrs {
		if a.Key == name {
			return clean(a.Val)
		}
	}
	return ""
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

// rawInline adds one tag of raw HTML. A beginning or an end is a node without
// children until pairTags finds its partner.
func (b *builder) rawInline(n *node, from *ast.RawHTML, at int) {
	var raw strings.Builder
	for i := range from.Segments.Len() {
		segment := from.Segments.At(i)
		raw.Write(segment.Value(b.cuts.Source))
	}
	t := html.NewTokenizer(strings.NewReader(sanitize(raw.String())))
	kind := t.Next()
	if kind == html.ErrorToken && strings.HasPrefix(raw.String(), "</") {
		// The sanitizer drops an end without its beginning.
		t = html.NewTokenizer(strings.NewReader(raw.String()))
		kind = t.Next()
	}
	token := t.Token()
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

// tagEnd is the end of an inline element, only while a paragraph is built.
const tagEnd kind = -1

// pairTags moves what stands between a tag and its end into the tag, and drops
// tags without a partner. Done marks a tag that is still open.
func pairTags(n *node) {
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
		out[i].end(out[i+1:])
		out = out[:i+1]
	}
	n.kids = closed(out)
	n.joinText()
}

// end closes a tag around its children.
func (n *node) end(kids []*node) {
	n.done, n.word, n.kids = false, "", closed(kids)
	n.joinText()
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
