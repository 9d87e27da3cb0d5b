package check

import (
	"fmt"
	"strings"

	"tidings/internal/render"
)

// headingOrder finds headings that skip a level. The first one follows the
// title.
func headingOrder(d *draft) []finding {
	var found []finding
	level := 1
	for _, h := range d.outline.Headings {
		if h.Level > level+1 {
			found = append(found, finding{
				at: h.Place, message: fmt.Sprintf("the heading %q is of level %d after one of level %d", clip(h.Text), h.Level, level),
				hint: "screen readers walk by headings: write " + d.asHeading(h, level+1),
			})
		}
		level = h.Level
	}
	return found
}

// headingH1 finds headings of the first level, which the title is alone.
func headingH1(d *draft) []finding {
	var found []finding
	for _, h := range d.outline.Headings {
		if h.Level == 1 {
			found = append(found, finding{
				at: h.Place, message: fmt.Sprintf("the heading %q is of the first level, beside the title %q", clip(h.Text), clip(d.outline.Title)),
				hint: "write " + d.asHeading(h, 2),
			})
		}
	}
	return found
}

// asHeading writes a heading of that level, in the way of the writer.
func (d *draft) asHeading(h render.Heading, level int) string {
	if d.source.html(h.Place) {
		return fmt.Sprintf("<h%d>%s</h%[1]d>", level, clip(h.Text))
	}
	return strings.Repeat("#", level) + " " + clip(h.Text)
}

// headingEmpty finds headings without a letter or digit.
func headingEmpty(d *draft) []finding {
	var found []finding
	for _, h := range d.outline.Headings {
		if normal(h.Text) == "" {
			found = append(found, finding{at: h.Place, message: "the heading says nothing", hint: "write some words, or *** for a pause"})
		}
	}
	return found
}
