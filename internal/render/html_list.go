package render

import (
	"fmt"
	"strconv"
	"strings"

	"tidings/internal/merge"
)

func (w *htmlWriter) list(n *node) {
	name, attrs := "ul", w.look.list
	if n.flag {
		name, attrs = "ol", w.look.ordered
	}
	tasks := len(n.kids) > 0 && n.kids[0].flag
	switch nested := w.deep > 0 || w.inner > 0; {
	case nested && tasks:
		attrs = w.look.nestedTasks
	case nested:
		attrs = w.look.nested
	case tasks:
		attrs = w.look.tasks
	}
	if n.flag && n.level != 1 {
		attrs += ` start="` + strconv.Itoa(n.level) + `"`
	}
	begin, end, loop := strings.Cut(n.title, "\n")
	first, last := w.links.cuts.first, w.links.cuts.last
	w.put(turn(begin, loop, first), "<", name, attrs, ">", turn("", loop, w.links.cuts.endif))
	w.deep++
	for _, kid := range n.kids {
		w.item(kid, n.tight)
	}
	w.deep--
	w.put(turn("", loop, last), "</", name, ">", turn("", loop, w.links.cuts.endif), merge.At(merge.HTML, end))
}

// turn is what a list in a loop needs besides its items.
func turn(begin string, loop bool, condition string) string {
	if !loop {
		return ""
	}
	return merge.At(merge.HTML, begin+condition)
}

func (w *htmlWriter) item(n *node, tight bool) {
	w.put("<li", w.look.item, ">")
	if n.flag {
		w.put(w.box(n.done))
	}
	for i, kid := range n.kids {
		switch {
		case kid.kind == paragraph && tight:
			w.inlines(kid.kids)
		case i == len(n.kids)-1:
			w.end = true
			w.block(kid, w.look.lastPara)
		default:
			w.end = false
			w.block(kid, w.look.tightPara)
		}
	}
	w.put("</li>\n")
}

// box is the mark of a task, named for those who do not see it.
func (w *htmlWriter) box(done bool) string {
	mark, name := "☐", w.lang.words.open
	if done {
		mark, name = "☑", w.lang.words.done
	}
	return fmt.Sprintf(`<span role="img" aria-label="%s">%s</span> `, name, mark)
}

func (w *htmlWriter) notes(n *node) {
	w.put("<ol", w.look.notes, ">")
	for _, kid := range n.kids {
		number := strconv.Itoa(kid.level)
		w.put(`<li id="n`, number, `"`, w.look.note, ">")
		for i, p := range kid.kids {
			if p.kind == paragraph && i == len(kid.kids)-1 {
				w.put("<p", w.look.lastPara, ">")
				w.inlines(p.kids)
				w.back(number)
				w.put("</p>")
				continue
			}
			w.end = false
			w.block(p, w.look.tightPara)
		}
		if last := kid.last(); last == nil || last.kind != paragraph {
			w.back(number)
		}
		w.put("</li>\n")
	}
	w.put("</ol>")
}

// back is the way from a note to its place in the text, in a word.
func (w *htmlWriter) back(number string) {
	w.put(` <a href="#r`, number, `" aria-label="`, escape(w.lang.words.back+" "+number), `"`, w.look.link, ">", w.lang.ours(w.lang.words.back), "</a>")
}
