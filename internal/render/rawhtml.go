package render

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
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
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.UGCPolicy()
	p.AllowElements("kbd", "samp", "var", "dfn")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	// What stands in these is for browsers without them, or for nobody in a mail.
	p.SkipElementsContent("video", "audio", "canvas", "select", "datalist", "textarea", "button")
	return p
})

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
	block := &node{}
	b.fromHTML(block, doc, at)
	block.kids = append(block.kids, refused(raw, at)...)
	wrapInlines(block, at)
	b.locate(block, raw, at)
	n.kids = append(n.kids, block.kids...)
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
	caption := ""
	if from.Data == "figure" {
		caption = captionOf(from)
	}
	b.fromHTML(kid, from, at)
	switch kid.kind { //nolint:exhaustive // inlines are what they are
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
	if caption != "" {
		b.caption(kid, caption)
	}
	rawList(kid)
	if kid.kind == table { // a caption stands above it
		n.kids = append(n.kids, slices.DeleteFunc(slices.Clone(kid.kids), func(k *node) bool { return k.kind == row })...)
	}
	rawTable(kid, from)
	n.add(kid)
}

// captionOf takes the caption out of a figure of one picture and returns it.
func captionOf(figure *html.Node) string {
	var caption *html.Node
	pictures := 0
	for n := range figure.Descendants() {
		switch n.Data {
		case "figcaption":
			caption = n
		case "img":
			pictures++
		}
	}
	if caption == nil || pictures != 1 {
		return ""
	}
	caption.Parent.RemoveChild(caption)
	return strings.TrimSpace(squeeze(clean(textOf(caption))))
}

// caption gives the picture in a figure its caption.
func (b *builder) caption(figure *node, caption string) {
	figure.walk(func(n *node) {
		if n.kind == img {
			n.title = b.lang.typeset(caption)
		}
	})
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
	switch n.kind { //nolint:exhaustive // only tables have rows
	case table:
		n.kids = keep(n.kids, row)
		spread(n)
		for _, r := range n.kids {
			for len(n.align) < len(r.kids) {
				n.align = append(n.align, "")
			}
		}
	case row:
		n.kids = keep(n.kids, cell)
		n.flag = len(n.kids) > 0 && !slices.ContainsFunc(n.kids, func(c *node) bool { return !c.flag })
	case cell:
		n.flag = from.Data == "th"
		n.kids = inlinesOf(n)
		trimEnds(n)
	}
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
	switch k { //nolint:exhaustive // the others have nothing but what is in them
	case heading:
		n.level = int(name[1] - '0')
	case list:
		n.flag, n.level = name == "ol", 1
	case cell:
		n.level, _ = strconv.Atoi(attr(attrs, "colspan"))
		n.width, _ = strconv.Atoi(attr(attrs, "rowspan"))
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
