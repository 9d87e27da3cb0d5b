package locale

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	texts "github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// count is what a message calls the number that decides its form.
const count = "Count"

// Say returns a message. Args are pairs of a placeholder's name and its value:
// Say("left.title"), Say("mail.why", "Newsletter", n.Title). Of a message that is
// not there it returns the id, so that a page can still be read.
func (l *Locale) Say(id string, args ...any) string {
	if text, ok := l.plain[id]; ok {
		return text
	}
	return l.fill(id, nil, pairs(args))
}

// Plural returns the form of a message that suits n; {{.Count}} in it is n, as
// Number writes it.
func (l *Locale) Plural(id string, n int, args ...any) string {
	values := pairs(args)
	values[count] = l.Number(n)
	return l.fill(id, n, values)
}

// Rich returns a message as HTML. A value of type template.HTML stands as it is;
// any other is escaped and set apart from the direction of the text around it.
func (l *Locale) Rich(id string, args ...any) template.HTML {
	return l.rich(pairs(args), func(values map[string]any) string {
		if text, ok := l.plain[id]; ok {
			return text
		}
		return l.fill(id, nil, values)
	})
}

// RichPlural is Plural as HTML, as in Rich.
func (l *Locale) RichPlural(id string, n int, args ...any) template.HTML {
	values := pairs(args)
	values[count] = template.HTML(l.Number(n)) //nolint:gosec // digits and separators
	return l.rich(values, func(values map[string]any) string { return l.fill(id, n, values) })
}

// rich has a message say marks in place of its values, escapes it, and puts the
// values where their marks are.
func (l *Locale) rich(values map[string]any, say func(map[string]any) string) template.HTML {
	marks, put, i := make(map[string]any, len(values)), make([]string, 0, 2*len(values)), 0
	for name, v := range values {
		html, safe := v.(template.HTML)
		if !safe {
			html = "<bdi>" + template.HTML(template.HTMLEscapeString(fmt.Sprint(v))) + "</bdi>" //nolint:gosec // escaped here
		}
		mark := "\ue000" + strconv.Itoa(i) + "\ue001"
		marks[name], put, i = mark, append(put, mark, string(html)), i+1
	}
	text := template.HTMLEscapeString(say(marks))
	return template.HTML(strings.NewReplacer(put...).Replace(text)) //nolint:gosec // escaped, and so are the values
}

// strict fails on a placeholder that no value was given for.
func strict() texts.Parser { return &texts.TextParser{Option: "missingkey=error"} }

// fill fills a message. A nil n takes the only form of a message without plurals.
func (l *Locale) fill(id string, n any, values map[string]any) string {
	text, err := l.said.Localize(&i18n.LocalizeConfig{
		MessageID: id, PluralCount: n, TemplateData: values, TemplateParser: l.parser,
	})
	if text == "" && err != nil {
		return id
	}
	return text
}

// pairs makes a map of names and values.
func pairs(args []any) map[string]any {
	values := make(map[string]any, len(args)/2+1)
	for i := 0; i+1 < len(args); i += 2 {
		values[fmt.Sprint(args[i])] = args[i+1]
	}
	return values
}

// Number writes a whole number with the separators of the language, in Western
// digits.
func (l *Locale) Number(n int) string { return l.numbers.Sprint(n) }
