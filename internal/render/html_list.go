package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tidings/internal/merge"
)

func (w *htmlWriter) list(n *node) {
	name, attrs := "ul", w.look.list
	if n.flag {
		name, attrs = "ol", w.look.ordered
	}
	tasks := onlyTasks(n)
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
		w.item(kid, n.tight, tasks)
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

// onlyTasks says whether a list has boxes instead of its marks. One that has
// other items too keeps them, and one that is counted its numbers.
func onlyTasks(n *node) bool {
	return !n.flag && len(n.kids) > 0 && !slices.ContainsFunc(n.kids, func(item *node) bool { return !item.flag })
}

// item writes an item. The box of a task stands before its first words, which
// hang beside it.
func (w *htmlWriter) item(n *node, tight, tasks bool) {
	begin := w.look.item
	if tasks {
		begin = w.look.task
	}
	w.put("<li", begin, ">")
	for i, kid := range n.kids {
		if i == 0 && n.flag && kid.kind == paragraph {
			w.task(n, tight, tasks)
			continue
		}
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

// task writes the first paragraph of a task.
func (w *htmlWriter) task(n *node, tight, tasks bool) {
	first := n.kids[0]
	if tight && !tasks {
		w.put(w.box(n.done, ""))
		w.inlines(first.kids)
		return
	}
	style, box := w.look.lastPara, ""
	if !tight && len(n.kids) > 1 {
		style = w.look.tightPara
	}
	if tasks {
		style, box = strings.TrimSuffix(style, `"`), w.look.box
		if style != "" {
			style += ";text-indent:-28px" + `"`
		}
	}
	w.put("<p", style, ">", w.box(n.done, box))
	w.inlines(first.kids)
	w.put("</p>")
}

// box is the mark of a task, named for those who do not see it.
func (w *htmlWriter) box(done bool, style string) string {
	mark, name := "☐", w.lang.words.open
	if done {
		mark, name = "☑", w.lang.words.done
	}
	return fmt.Sprintf(`<span role="img" aria-label="%s"%s>%s</span> `, name, style, mark)
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
