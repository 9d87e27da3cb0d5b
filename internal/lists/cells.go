package lists

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"tidings/internal/newsletter"
)

// cellTags is the tags of a cell and those given to everybody. They are parted
// by commas or semicolons; one in quotation marks may hold either. A tag of
// another program is made to fit, one of a list for us must fit.
func (r *rowReader) cellTags(cell string) ([]string, error) {
	if strings.TrimSpace(cell) == "" {
		return r.tags, nil
	}
	parts := splitTags(cell)
	if len(parts) > maxTags {
		return nil, fmt.Errorf("%w tags: %d of them, at most %d can be kept", newsletter.ErrInvalid, len(parts), maxTags)
	}
	tags := make([]string, 0, len(parts)+len(r.tags))
	for _, tag := range parts {
		if r.format.peer() {
			tag = fitTag(tag)
		}
		if strings.TrimSpace(tag) != "" {
			tags = append(tags, tag)
		}
	}
	return newsletter.NormalizeTags(append(tags, r.tags...))
}

// splitTags cuts a cell of tags.
func splitTags(cell string) []string {
	cell = strings.TrimSpace(cell)
	if strings.HasPrefix(cell, `"`) {
		line := strings.NewReplacer(`", "`, `","`, "\n", " ").Replace(cell)
		if _, q := recordEnd([]byte(line), ','); q == quotesFine {
			return split(line, ',')
		}
	}
	return strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ';' })
}

// fitTag makes a tag of ours out of another program's.
func fitTag(tag string) string {
	tag = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M, unicode.N) || strings.ContainsRune("-_.", r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(tag, " "))
	tag = strings.Join(strings.Fields(tag), "-")
	return strings.TrimRight(newsletter.Beginning(tag, 60), "-")
}

// when reads a time as programs write it; what cannot be read is no time. One
// without a zone is in UTC.
func when(cell string) time.Time {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return time.Time{}
	}
	if words := strings.Fields(cell); len(words) == 4 { // as Go prints a time: the offset says what the name of the zone does
		cell = strings.Join(words[:3], " ")
	}
	for _, layout := range []string{
		time.DateTime, time.RFC3339, time.DateOnly, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05", "2006-01-02 15:04",
		"2006-01-02 15:04:05 -0700",
	} {
		if t, err := time.Parse(layout, cell); err == nil {
			return sane(t)
		}
	}
	if n, err := strconv.ParseInt(cell, 10, 64); err == nil {
		if n > 1e11 { // milliseconds
			return sane(time.UnixMilli(n))
		}
		return sane(time.Unix(n, 0))
	}
	return time.Time{}
}

// sane is a time on which somebody can have signed up for mail; others are none.
func sane(t time.Time) time.Time {
	if t.Year() < 1990 || t.Year() > 9999 {
		return time.Time{}
	}
	return t.UTC()
}

// language reads the language of a cell; one that is not known is none.
func (r *rowReader) language(cell string) string {
	tag, err := language.Parse(strings.TrimSpace(cell))
	if err != nil || tag == language.Und {
		return ""
	}
	return tag.String()
}
