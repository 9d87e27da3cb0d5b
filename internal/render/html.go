package render

import (
	"html"
	"strconv"
	"strings"

	"tidings/internal/merge"
)

// htmlWriter writes a tree as HTML, with the attributes of its look.
type htmlWriter struct {
	strings.Builder
	look  *look
	lang  language
	links links
	deep  int  // of lists in lists
	inner int  // of blocks in callouts and quotations
	end   bool // the block is the last in what is around it
}

// escape makes text safe in HTML text and attributes, merge tags too.
func escape(s string) string { return merge.At(merge.HTML, escapeText(s)) }

// braces keeps text that looks like a merge tag from being taken for one, by us
// and by those who look for forgotten ones.
var braces = strings.NewReplacer("{{", "&#123;&#123;", "{%", "&#123;%")

// escapeText makes plain text safe in HTML text and attributes.
func escapeText(s string) string { return braces.Replace(html.EscapeString(s)) }

// put writes pieces one after the other.
func (w *htmlWriter) put(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
}

// element writes an element with inlines in it.
func (w *htmlWriter) element(name, attrs string, kids []*node) {
	w.put("<", name, attrs, ">")
	w.inlines(kids)
	w.put("</", name, ">")
}

// blocks writes blocks. Paragraphs have the attributes para, the last one those
// of last.
func (w *htmlWriter) blocks(kids []*node, para, last string) {
	for i, kid := range kids {
		attrs := para
		if i == len(kids)-1 {
			attrs = last
		}
		w.end = w.inner > 0 && i == len(kids)-1
		w.block(kid, attrs)
	}
}

func (w *htmlWriter) block(n *node, para string) {
	l := w.look
	switch n.kind {
	case heading:
		w.element("h"+strconv.Itoa(n.level), w.id(n)+w.dir(n)+l.heading[n.level], n.kids)
	case paragraph:
		w.element("p", w.dir(n)+para, n.kids)
	case citation:
		w.put("<p", l.cite, ">— ")
		w.inlines(n.kids)
		w.put("</p>")
	case quote:
		w.quotation(w.room(l.quote), n, l.tightPara, l.lastPara)
	case pullQuote:
		w.quotation(w.room(l.pull), n, l.pullPara, l.pullLast)
	case callout:
		w.callout(n)
	case list:
		w.list(n)
	case code:
		w.code(n)
	case table:
		w.table(n)
	case rule:
		w.put("<hr", l.rule, ">")
	case figure:
		w.figure(n)
	case buttons:
		w.buttons(n)
	case mergeLine:
		w.put(merge.At(merge.HTML, n.text))
	case notes:
		w.notes(n)
	default: // parts of blocks are written with their block
	}
	w.put("\n")
}

// id is the id attribute of a heading that something links to.
func (w *htmlWriter) id(n *node) string {
	if n.word == "" {
		return ""
	}
	return ` id="` + n.word + `"`
}

// dir is the dir attribute of a paragraph whose script runs against that of the
// mail.
func (w *htmlWriter) dir(n *node) string {
	dir := direction(n.plainText())
	if dir == "" || dir == w.lang.dir {
		return ""
	}
	return ` dir="` + dir + `"`
}

func (w *htmlWriter) quotation(attrs string, n *node, para, last string) {
	w.put("<blockquote", attrs, ">")
	w.inside(n.kids, para, last)
	w.put("</blockquote>")
}

// room takes the room below a block away where the block is the last in a
// quotation, a callout or an item, which have room of their own.
func (w *htmlWriter) room(attrs string) string {
	before, margin, found := strings.Cut(attrs, "margin:")
	end := strings.IndexAny(margin, `;"`)
	if !w.end || !found || end < 0 {
		return attrs
	}
	top, _, _ := strings.Cut(margin[:end], " ")
	if top != "0" {
		top += " 0 0"
	}
	return before + "margin:" + top + margin[end:]
}

// inside writes the blocks of a quotation or a callout, where the last one
// leaves no room below it.
func (w *htmlWriter) inside(kids []*node, para, last string) {
	w.inner++
	w.blocks(kids, para, last)
	w.inner--
}

func (w *htmlWriter) callout(n *node) {
	box, title := w.look.callout, w.look.calloutHead
	if n.warns() {
		box, title = w.look.warning, w.look.warningHead
	}
	head := func() { w.put("<p", title, ">", w.lang.ours(w.lang.words.callout(n.word)), "</p>") }
	if w.look.web {
		w.put(`<aside class="callout callout-`, n.word, `">`)
		head()
		w.inside(n.kids, "", "")
		w.put("</aside>")
		return
	}
	w.put(`<table role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%"`, w.room(` style="width:100%;margin:0 0 24px"`), "><tr><td",
		box, ">")
	head()
	w.inside(n.kids, w.look.tightPara, w.look.lastPara)
	w.put("</td></tr></table>")
}

func (w *htmlWriter) figure(n *node) {
	pic := n.kids[0]
	if w.look.web {
		w.put("<figure>")
		w.anchored(n.url, func() { w.image(pic, true) })
		if n.title != "" {
			w.put("<figcaption>", escape(n.title), "</figcaption>")
		}
		w.put("</figure>")
		return
	}
	above, caption := w.room(w.look.figure), w.room(w.look.caption)
	if n.title != "" {
		above = w.look.captioned
	}
	w.put("<p", above, ">")
	w.anchored(n.url, func() { w.image(pic, true) })
	w.put("</p>")
	if n.title != "" {
		w.put("<p", caption, ">", escape(n.title), "</p>")
	}
}

// anchored writes something within a link, or without one when the link leads
// nowhere safe.
func (w *htmlWriter) anchored(url string, inner func()) {
	href, ok := w.links.href(url)
	if !ok {
		inner()
		return
	}
	w.put(`<a href="`, href, `"`, w.look.link, ">")
	inner()
	w.put("</a>")
}

// buttons writes links as buttons. The padding is the link's own, so that all of
// the button can be pressed; Outlook for Windows, which knows no padding on
// links, gets spaces.
func (w *htmlWriter) buttons(n *node) {
	w.put("<p", w.room(w.look.buttons), ">")
	for i, kid := range n.kids {
		if i > 0 {
			w.put(" ")
		}
		href, ok := w.links.href(kid.url)
		if !ok {
			w.inlines(kid.kids)
			continue
		}
		w.put(`<a href="`, href, `"`, w.look.button, ">")
		if w.look.web {
			w.inlines(kid.kids)
		} else {
			w.put(`<!--[if mso]><i style="mso-font-width:150%;mso-text-raise:24pt" hidden>&emsp;</i><span style="mso-text-raise:12pt"><![endif]-->`)
			w.inlines(kid.kids)
			w.put(`<!--[if mso]></span><i style="mso-font-width:150%" hidden>&emsp;&#8203;</i><![endif]-->`)
		}
		w.put("</a>")
	}
	w.put("</p>")
}
