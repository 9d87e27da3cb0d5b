package issue

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/settings"
)

// dated is a file name that begins with a date.
var dated = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:-(.+))?$`)

// fileName takes date and slug from the file's name where the front matter does
// not give them.
func (r *reader) fileName() {
	date, slug := nameParts(r.file)
	if !r.table.Has("date") && r.issue.Kind == newsletter.KindIssue {
		r.issue.Date = r.nameDate(date)
	}
	if r.table.Has("slug") {
		return
	}
	r.issue.Slug = slug
	if err := isSlug(slug); err != nil {
		r.report(RuleFileName, 0, fmt.Sprintf("file name gives no slug: %v", err),
			"rename the file, or write the key slug")
	}
}

// nameDate reads the date of the file's name, or says that there is none.
func (r *reader) nameDate(date string) time.Time {
	if date == "" {
		r.report(settings.RuleMissingKey, 0, "has no date, expected the key date or a file name such as 2026-11-24-first-frost.md",
			"write date: year-month-day in the front matter")
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		r.report(RuleFileName, 0, fmt.Sprintf("file name begins with %s, which is no date", date), "year-month-day, such as 2026-11-24")
		return time.Time{}
	}
	return midnight(t, r.newsletter.Zone)
}

// nameParts cuts "2026-11-24-first-frost.md" into date and slug. Without a date
// the whole name is the slug.
func nameParts(file string) (date, slug string) {
	base := strings.TrimSuffix(path.Base(file), ".md")
	m := dated.FindStringSubmatch(base)
	switch {
	case m == nil:
		return "", base
	case m[2] == "":
		return m[1], base
	}
	return m[1], m[2]
}
