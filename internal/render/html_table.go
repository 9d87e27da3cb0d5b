package render

// table writes a table. One too wide for a phone shows each row as a record
// there: its cells stand below each other, each with the heading of its column.
func (w *htmlWriter) table(n *node) {
	attrs, wide := w.look.table, wideTable(n)
	if wide {
		attrs = w.look.wideTable
	}
	heads, rows := headed(n)
	w.put("<table")
	if !w.look.web {
		if heads == nil && (wide || !hasRowHeads(rows)) { // nothing is said of its cells
			w.put(` role="presentation"`)
		}
		w.put(` border="0" cellpadding="0" cellspacing="0" width="100%"`)
	}
	w.put(w.room(attrs), ">")
	if heads != nil {
		w.put("<thead><tr>")
		shares := w.shares(n, wide)
		for i, c := range heads {
			share := ""
			if i < len(shares) {
				share = shares[i]
			}
			w.head(c, align(n, i), share)
		}
		w.put("</tr></thead>")
	}
	w.put("<tbody", w.look.rows, ">")
	for _, r := range rows {
		w.put("<tr>")
		for i, c := range r.kids {
			w.row(n, heads, i, c, wide)
		}
		w.put("</tr>\n")
	}
	w.put("</tbody></table>")
}

// headed returns the headings of the columns, nil when none has words, and the
// rows below.
func headed(n *node) (heads, rows []*node) {
	if len(n.kids) == 0 || !n.kids[0].flag {
		return nil, n.kids
	}
	for _, c := range n.kids[0].kids {
		if !blank(c) {
			return n.kids[0].kids, n.kids[1:]
		}
	}
	return nil, n.kids[1:]
}

func hasRowHeads(rows []*node) bool {
	for _, r := range rows {
		for _, c := range r.kids {
			if c.flag {
				return true
			}
		}
	}
	return false
}

func align(n *node, column int) string {
	if column < len(n.align) {
		return n.align[column]
	}
	return ""
}

// row writes one cell of a row, with its label when the table is wide.
func (w *htmlWriter) row(n *node, heads []*node, i int, c *node, wide bool) {
	name, scope, style := "td", "", w.look.cell
	if c.flag && !wide {
		name, scope, style = "th", ` scope="row"`, w.look.head
	}
	side := align(n, i)
	if c.flag && side == "" && !w.look.web {
		side = w.lang.start()
	}
	w.put("<", name, scope, w.look.aligned(style, side), ">")
	if wide && i < len(heads) && !blank(heads[i]) && !blank(c) {
		w.put("<span", w.look.label, ">")
		w.inlines(heads[i].kids)
		w.put(": </span>")
	}
	w.inlines(c.kids)
	w.put("</", name, ">")
}

// head writes the heading of a column. One without words is a plain cell, for a
// screen reader would read out its silence.
func (w *htmlWriter) head(n *node, align, share string) {
	name, scope := "th", ` scope="col"`
	if blank(n) {
		name, scope = "td", ""
	}
	if align == "" && !w.look.web {
		align = w.lang.start()
	}
	style := w.look.head
	if w.look.web && share != "" {
		scope += ` width="` + share + `"`
	} else if share != "" {
		style += ";width:" + share
	}
	w.put("<", name, scope, w.look.aligned(style, align), ">")
	w.inlines(n.kids)
	w.put("</", name, ">")
}
