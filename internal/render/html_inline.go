package render

import (
	"fmt"
	"strconv"
	"strings"

	"tidings/internal/merge"
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
		w.element("em", "", n.kids)
	case strong:
		w.element("strong", "", n.kids)
	case strike:
		w.element("del", "", n.kids)
	case codeSpan:
		w.put("<code", w.look.codeSpan, ">", escape(n.text), "</code>")
	case link:
		w.link(n)
	case img:
		w.image(n, false)
	case noteRef:
		w.noteRef(n)
	case styled:
		w.element(n.text, w.look.styled[n.text], n.kids)
	}
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
	src, width, height := n.url, n.width, 0
	if n.pic != nil {
		src, width, height = n.pic.url, n.pic.width, n.pic.height
	}
	href, ok := w.links.src(src)
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
		w.put(` style="`, fmt.Sprintf(w.look.picture, width), `"`)
	default:
		w.put(w.look.styleOnly(w.look.image))
	}
	w.put(">")
}

// links knows where links and pictures may lead.
type links struct {
	base    string            // of the site, without a slash at its end
	page    string            // of the archive page, for what is relative
	content int               // width of the text in CSS pixels
	anchors map[string]string // id of a heading by its slug
	cuts    conditions
}

// conditions are the merge tags of a list in a loop.
type conditions struct{ first, last, endif string }

// href makes a URL safe for an attribute. It is false for a URL that could run
// something, and for an anchor that leads nowhere.
func (l *links) href(url string) (string, bool) {
	url = strings.TrimSpace(url)
	switch {
	case url == "":
		return "", false
	case url[0] == '#':
		id, ok := l.anchors[slug(url[1:])]
		return "#" + id, ok
	}
	resolved, ok := l.resolve(url, "http", "https", "mailto", "tel")
	return attribute(resolved), ok
}

// src makes the URL of a picture safe for an attribute.
func (l *links) src(url string) (string, bool) {
	resolved, ok := l.resolve(strings.TrimSpace(url), "http", "https")
	return attribute(resolved), ok && resolved != ""
}

// attribute encodes a URL for an attribute of HTML. A tag at its beginning is a
// URL as a whole, later ones are parts.
func attribute(url string) string {
	return placed(escapeText(encode(url)), merge.HTMLURL, merge.HTMLURLPart)
}

// placed sets the tags of a URL to land as a whole or as parts.
func placed(url string, whole, part merge.Place) string {
	if !merge.Has(url) {
		return url
	}
	first, size := firstTag(url)
	if size == len(url) {
		return merge.At(whole, first)
	}
	return merge.At(part, url)
}
