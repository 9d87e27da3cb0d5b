package render

import (
	"strings"

	"tidings/internal/merge"
)

// table writes a table in columns, or as records when the columns do not fit:
// each value after its heading, a blank line after each row.
func (w *textWriter) table(n *node, width int) string {
	grid := make([][]string, 0, len(n.kids))
	heads, rows := headed(n)
	if heads != nil {
		rows = n.kids
	}
	for _, r := range rows {
		line := make([]string, len(n.align))
		for i, c := range r.kids {
			if i < len(line) {
				line[i] = strings.ReplaceAll(w.inlines(c.kids), "\n", " ")
			}
		}
		grid = append(grid, line)
	}
	head := heads != nil
	widths := columnWidths(grid, len(n.align))
	total := -2
	for _, c := range widths {
		total += c + 2
	}
	if total+2 > width || unknownWidths(grid, n.align) {
		return w.records(grid, head, width)
	}
	return grids(grid, widths, n.align, head)
}

// unknownWidths says whether merge tags decide how wide columns are that others
// stand beside.
func unknownWidths(grid [][]string, align []string) bool {
	for _, line := range grid {
		for i, s := range line {
			if merge.Has(s) && (i+1 < len(line) || align[i] == "right" || align[i] == "center") {
				return true
			}
		}
	}
	return false
}

func columnWidths(grid [][]string, n int) []int {
	widths := make([]int, n)
	for _, line := range grid {
		for i, s := range line {
			widths[i] = max(widths[i], cells(s))
		}
	}
	return widths
}

func grids(grid [][]string, widths []int, align []string, head bool) string {
	var out []string
	for i, line := range grid {
		var b strings.Builder
		for c, s := range line {
			gap := strings.Repeat(" ", widths[c]-cells(s))
			switch align[c] {
			case "right":
				s = gap + s
			case "center":
				s = gap[:len(gap)/2] + s + gap[len(gap)/2:]
			default:
				s += gap
			}
			b.WriteString("  " + s)
		}
		out = append(out, strings.TrimRight(b.String(), " "))
		if i == 0 && head {
			out = append(out, ruler(widths))
		}
	}
	return strings.Join(out, "\n")
}

func ruler(widths []int) string {
	var b strings.Builder
	for _, w := range widths {
		b.WriteString("  " + strings.Repeat("-", w))
	}
	return b.String()
}

func (w *textWriter) records(grid [][]string, head bool, width int) string {
	var names []string
	if head {
		names, grid = grid[0], grid[1:]
	}
	var out []string
	for _, line := range grid {
		var record []string
		for i, s := range line {
			if s = strings.TrimSpace(s); s == "" {
				continue
			}
			if i < len(names) && names[i] != "" {
				s = names[i] + w.lang.colon() + " " + s
			}
			record = append(record, w.wrap(s, width-2, "  "))
		}
		out = append(out, strings.Join(record, "\n"))
	}
	if len(out) == 0 {
		return strings.Join(names, ", ")
	}
	return strings.Join(out, "\n\n")
}
