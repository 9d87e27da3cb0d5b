package locale

import (
	"html/template"
	"strings"
)

// List writes names one after another, as in "A, B and C".
func (l *Locale) List(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	most, last := names[:len(names)-1], names[len(names)-1]
	return l.Say("list.and", "Most", strings.Join(most, l.Say("list.comma")), "Last", last)
}

// RichList is List as HTML, each name escaped and set apart from the direction of
// the text around it.
func (l *Locale) RichList(names []string) template.HTML {
	apart := make([]string, len(names))
	for i, name := range names {
		apart[i] = "<bdi>" + template.HTMLEscapeString(name) + "</bdi>"
	}
	if len(names) < 2 {
		return template.HTML(strings.Join(apart, "")) //nolint:gosec // escaped above
	}
	most := strings.Join(apart[:len(apart)-1], template.HTMLEscapeString(l.Say("list.comma")))
	return l.Rich("list.and", "Most", template.HTML(most), "Last", template.HTML(apart[len(apart)-1])) //nolint:gosec // escaped above
}
