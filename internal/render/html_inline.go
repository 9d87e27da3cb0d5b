package render

import (
	"fmt"
	"strconv"
	"unicode"
)

func (w *htmlWriter) inlines(kids []*node) {
	for _, kid := range kids {
		w.inline(kid)
	}
}

func (w *htmlWriter) inline(n *node) {
	switch n.kind {
	case plain:
		w.put(escape(n.text))
	case lineBreak:
		w.put("<br>\n")
	case emphasis:
		w.element("em", w.stress(n), n.kids)
	case strong:
		w.element("strong", "", n.kids)
	case strike:
		w.element("del", "", n.kids)
	case codeSpan:
		w.put("<code", w.look.codeSpan)
		if w.lang.dir == "rtl" { // or the brackets of a call would stand before its name
			w.put(` dir="ltr"`)
		}
		w.put(">", escape(n.text), "</code>")
	case link:
		w.link(n)
	case img:
		w.image(n, false)
	case noteRef:
		w.noteRef(n)
	case styled:
		w.element(n.text, w.look.styled[n.text], n.kids)
	default: // no block stands in a line
	}
}

// stress is the style of an emphasis: a script without italics is set bold.
func (w *htmlWriter) stress(n *node) string {
	if w.look.web || w.lang.slant != "" {
		return ""
	}
	for _, r := range n.plainText() {
		if unicode.IsLetter(r) {
			if unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek) {
				return ""
			}
			break
		}
	}
	return w.look.styleOnly("font-style:normal;font-weight:bold")
}

func (w *htmlWriter) link(n *node) {
	href, ok := w.links.href(n.url)
	if !ok {
		w.inlines(n.kids)
		return
	}
	title := ""
	if n.title != "" {
		title = ` title="` + escape(n.title) + `"`
	}
	w.put(`<a href="`, href, `"`, title, w.look.link, ">")
	w.inlines(n.kids)
	w.put("</a>")
}

// noteRef is the number that leads to a note. Only the first of several can be
// come back to.
func (w *htmlWriter) noteRef(n *node) {
	number, id := strconv.Itoa(n.level), ""
	if n.width == 0 {
		id = ` id="r` + number + `"`
	}
	w.put("<sup", id, w.look.noteRef, `><a href="#n`, number, `" aria-label="`, escape(w.lang.words.note+" "+number), `"`, w.look.link, ">", number, "</a></sup>")
}

// image writes a picture; a large one is as wide as the text.
func (w *htmlWriter) image(n *node, large bool) {
	width, height := n.width, 0
	href, ok := w.links.src(n.url)
	if n.pic != nil {
		href, ok = attribute(n.pic.mail), true
		if w.look.web {
			href = attribute(n.pic.url)
		}
		width, height = n.pic.width, n.pic.height
	}
	if !ok {
		w.put(escape(n.text))
		return
	}
	if width <= 0 || width > w.links.content {
		width = w.links.content
	}
	w.put(`<img src="`, href, `" width="`, strconv.Itoa(width), `"`)
	if height > 0 {
		w.put(` height="`, strconv.Itoa(height), `"`)
	}
	w.put(` alt="`, escape(n.text), `"`)
	switch {
	case w.look.web:
		w.put(` loading="lazy"`)
	case large:
		w.put(fmt.Sprintf(w.look.picture, width))
	default:
		w.put(w.look.styleOnly(w.look.image))
	}
	w.put(">")
}
