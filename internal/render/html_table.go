package render

// table writes a table. One too wide for a phone shows each row as a record
// there: its cells stand below each other, each with the heading of its column.
func (w *htmlWriter) table(n *node) {
	heads, rows := headed(n)
	l, wide := w.look.table, wideTable(n, w.lang.start())
	switch {
	case wide && heads != nil:
		l = w.look.records
	case wide:
		l = w.look.wideTable
	}
	w.put("<table")
	if !w.look.web {
		if heads == nil && (wide || !hasRowHeads(rows)) { // nothing is said of its cells
			w.put(` role="presentation"`)
		}
		w.put(` border="0" cellpadding="0" cellspacing="0" width="100%"`)
	}
	w.put(w.room(l.table), ">")
	shares, kept := w.shares(n, wide), w.kept(n, wide)
	if heads != nil {
		w.put("<thead", l.head, "><tr", l.row, ">")
		for i, c := range heads {
			w.head(c, place{n, i, wide, at(shares, i), l.title, ""})
			w.put(l.between)
		}
		w.put("</tr></thead>")
		shares = nil // one row says it for all
	}
	w.put("<tbody", l.body, ">")
	for _, r := range rows {
		w.put("<tr", l.row, ">")
		for i, c := range r.kids {
			w.cell(heads, c, place{n, i, wide, at(shares, i), l.cell, at(kept, i)})
		}
		w.put("</tr>\n")
		shares = nil
	}
	w.put("</tbody></table>")
}

// at is the value of a column, "" where there is none.
func at(values []string, column int) string {
	if column < len(values) {
		return values[column]
	}
	return ""
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

func align(n *node, column int) string { return at(n.align, column) }

// cell writes one cell of a row, with its label when the table is wide.
func (w *htmlWriter) cell(heads []*node, c *node, p place) {
	name, scope, style := "td", "", w.look.cell
	if c.flag && !p.wide {
		name, scope, style = "th", ` scope="row"`, w.look.head
	}
	side := align(p.table, p.column)
	if c.flag && side == "" && !w.look.web {
		side = w.lang.start()
	}
	w.put("<", name, scope, w.cellAttrs(p, style, side), ">")
	if i := p.column; p.wide && i < len(heads) && !blank(heads[i]) && !blank(c) {
		w.put("<b", w.look.label, ">")
		w.inlines(heads[i].kids)
		w.put(w.lang.colon(), " </b>")
	}
	w.inlines(c.kids)
	w.put("</", name, ">")
}

// head writes the heading of a column. One without words is a plain cell, for a
// screen reader would read out its silence.
func (w *htmlWriter) head(c *node, p place) {
	name, scope := "th", ` scope="col"`
	if blank(c) {
		name, scope = "td", ""
	}
	side := align(p.table, p.column)
	if side == "" && !w.look.web {
		side = w.lang.start()
	}
	w.put("<", name, scope, w.cellAttrs(p, w.look.head, side), ">")
	w.inlines(c.kids)
	w.put("</", name, ">")
}
