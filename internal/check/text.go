package check

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"tidings/internal/newsletter"
)

// passage is a stretch of what readers read, with its merge tags as written and
// without code.
type passage struct {
	at   newsletter.Place
	text string
}

// frontLines returns the lines around the body that are written: others are taken
// from the title and the text.
func (d *draft) frontLines() []passage {
	i := d.issue
	all := []passage{
		{i.Places["title"], i.Title},
		{i.Places["subject"], i.Subject},
		{i.Places["description"], i.Description},
	}
	return slices.DeleteFunc(all, func(p passage) bool { return p.at.Line == 0 })
}

// passages returns all that readers read, the lines around the body first.
func (d *draft) passages() []passage {
	all := d.frontLines()
	for _, h := range d.outline.Headings {
		all = append(all, passage{h.Place, h.Text})
	}
	for _, p := range d.outline.Paragraphs {
		all = append(all, passage{p.Place, p.Prose})
	}
	for _, p := range d.outline.Images {
		all = append(all, passage{p.Place, p.Alt})
	}
	return all
}

var (
	// tag is a merge tag of any kind.
	tag = regexp.MustCompile(`\{\{.*?\}\}|\{%.*?%\}`)

	// byDefault finds the default of a merge tag.
	byDefault = regexp.MustCompile(`\|\s*default:\s*(?:"([^"]*)"|'([^']*)')`)
)

// unknown is a text as a reader gets it of whom nothing is known: each merge tag
// becomes its default.
func unknown(s string) string {
	if !strings.Contains(s, "{") {
		return s
	}
	return tag.ReplaceAllStringFunc(s, func(t string) string {
		m := byDefault.FindStringSubmatch(t)
		if m == nil {
			return ""
		}
		return m[1] + m[2]
	})
}

// normal is a text for comparison: lower case, single blanks, no punctuation at
// its ends.
func normal(s string) string {
	return strings.TrimFunc(strings.ToLower(words(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// clip is the beginning of a text, for a message.
func clip(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// tongue is the language of the issue without region and script, such as "en".
func (d *draft) tongue() string {
	t, err := language.Parse(d.language())
	if err != nil {
		return ""
	}
	base, _ := t.Base()
	return base.String()
}

// language is the issue's language, or else the newsletter's.
func (d *draft) language() string {
	if d.issue.Language != "" {
		return d.issue.Language
	}
	return d.newsletter.Language
}
