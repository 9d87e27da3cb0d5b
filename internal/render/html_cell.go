package render

import (
	"fmt"
	"strings"
)

// What stands between two columns, in CSS pixels: little where a phone has to
// show it. Words that end where the next ones begin, such as figures before a
// name, want more than words that begin on one line.
const (
	columnGap = 8
	wideGap   = 12
	figureGap = 24
)

// gapAfter is the gap after a column, in text whose lines begin at start. The
// last column ends where the text does.
func gapAfter(n *node, column int, start string, wide bool) int {
	switch {
	case column >= len(n.align)-1:
		return 0
	case atEnd(align(n, column), start) && !atEnd(align(n, column+1), start):
		return figureGap
	case wide:
		return wideGap
	}
	return columnGap
}

// atEnd says whether words of that alignment end on one line.
func atEnd(align, start string) bool {
	return align == "right" && start == "left" || align == "left" && start == "right"
}

// tableLook holds the attributes of the parts of a table, and how its cells are
// displayed where rows are records, with a blank between headings.
type tableLook struct {
	table, head, body, row string
	title, cell, between   string
}

// place is where a cell stands.
type place struct {
	table   *node
	column  int
	wide    bool
	share   string // of the width, "" where another row says it
	display string // "" as a cell of a table
	kept    string // the class of a cell whose words stay whole, "" of others
}

// cellAttrs is the attributes of a cell. The archive page takes no styles but
// those of its sheet. The rows of a wide table are records until a style sheet
// makes them rows: phones are where mail without one is read.
func (w *htmlWriter) cellAttrs(p place, style, side string) string {
	if w.look.web {
		return named("width", p.share) + named("class", strings.TrimSpace(side+" "+p.kept))
	}
	style = w.padding(p) + ";" + style
	if p.share != "" {
		style += ";width:" + p.share
	}
	if p.display != "" {
		return attrs("r"+sideClass[side], "display:"+p.display+";"+style)
	}
	if side != "" {
		style += ";text-align:" + side
	}
	return named("align", side) + attrs("r", style)
}

// padding holds a cell off the next one. The first column begins where the text
// does.
func (w *htmlWriter) padding(p place) string {
	start := w.lang.start()
	switch gap := gapAfter(p.table, p.column, start, p.wide); {
	case gap == 0:
		return "padding:8px 0"
	case start == "right":
		return fmt.Sprintf("padding:8px 0 8px %dpx", gap)
	default:
		return fmt.Sprintf("padding:8px %dpx 8px 0", gap)
	}
}

// sideClass is how the base template calls an alignment, with a blank before it.
var sideClass = map[string]string{"left": " a", "center": " o", "right": " e"}

// named is an attribute with a blank before it, or nothing without a value.
func named(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + `="` + value + `"`
}
