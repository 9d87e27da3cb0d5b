package render

import (
	"strings"

	"tidings/internal/merge"
)

// flowOf writes the live merge tags of n, with marks around containers.
func flowOf(b *strings.Builder, n *node) {
	tags := func(s string) {
		if merge.Has(s) {
			b.WriteString(merge.Begin)
			for _, r := range s {
				if merge.Has(string(r)) {
					b.WriteRune(r)
				}
			}
			b.WriteString(merge.End)
		}
	}
	loop := n.kind == list && n.title != ""
	begin, end, _ := strings.Cut(n.title, "\n")
	switch {
	case n.kind == plain || n.kind == mergeLine:
		for _, r := range n.text {
			if merge.Has(string(r)) {
				b.WriteRune(r)
			}
		}
		return
	case loop:
		b.WriteString(begin)
	default:
		tags(n.title)
	}
	if n.kind != figure {
		tags(n.text)
	}
	tags(n.url)
	if len(n.kids) > 0 {
		b.WriteString(merge.Begin)
		for _, kid := range n.kids {
			flowOf(b, kid)
		}
		b.WriteString(merge.End)
	}
	if loop {
		b.WriteString(end)
	}
}
