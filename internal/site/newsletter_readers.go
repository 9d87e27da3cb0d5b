package site

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/settings"
)

const (
	dayLong = 24 * time.Hour

	defaultUnconfirmed = 30 // days that a sign-up waits for its confirmation
	maxDays            = 36_500
	maxChoices         = 100
)

// readReaders reads the keys about how people join, and what is kept of them.
func readReaders(t *settings.Table, n *newsletter.Newsletter) {
	n.Fields = readFields(t)
	n.FormTags = t.Texts("form_tags", isTag)
	n.FormReturns = t.Texts("form_returns", settings.WebURL)
	n.Unconfirmed = days(t, "unconfirmed_days", defaultUnconfirmed)
	if t.Has("remind_after") {
		n.RemindAfter = t.Duration("remind_after", 0)
		switch {
		case n.RemindAfter > 0 && n.RemindAfter < dayLong:
			t.Reject("remind_after", newsletter.Hint(errors.New("is shorter than a day"), "nobody is asked twice within a day"))
		case n.RemindAfter >= n.Unconfirmed:
			t.Reject("remind_after", newsletter.Hint(errors.New("comes after the sign-up is forgotten"), "shorter than unconfirmed_days"))
		}
	}
	if t.Has("retention") {
		table := t.Table("retention")
		n.Retention = newsletter.Retention{Left: days(table, "left_days", 0), Deliveries: days(table, "deliveries_days", 0)}
	}
}

// days reads a whole number of days, 1 at least; 0 stands for a key that is
// missing and has no default.
func days(t *settings.Table, key string, byDefault int) time.Duration {
	return time.Duration(t.Int(key, byDefault, 1, maxDays)) * dayLong
}

// isTag wants a tag as it is kept.
func isTag(text string) error {
	tag, err := newsletter.NormalizeTag(text)
	if err != nil {
		return err
	}
	if tag != text {
		return newsletter.Hint(fmt.Errorf("%.60q is not a tag as it is kept", text), "such as "+tag)
	}
	return nil
}

// fieldNames is what a field may be called in a merge tag.
var fieldNames = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// ownFields are what every subscriber has, and formFields what forms call
// something else.
var (
	ownFields  = []string{"email", "name", "first_name", "tags"}
	formFields = []string{"email_address", "fname", "fullname", "tag", "newsletter", "website", "shown", "redirect", "language"}
)

func readFields(t *settings.Table) []newsletter.Field {
	var fields []newsletter.Field
	for _, table := range t.Tables("field") {
		table.Require("name")
		name := table.Text("name", "", func(name string) error {
			taken := slices.ContainsFunc(fields, func(f newsletter.Field) bool { return f.Name == name })
			switch {
			case !fieldNames.MatchString(name):
				return newsletter.Hint(fmt.Errorf("%.60q is not a field name, expected a-z, 0-9 and _, at most 40", name), `such as "city"`)
			case slices.Contains(ownFields, name):
				return newsletter.Hint(fmt.Errorf("%q is there without being declared", name), "remove this field")
			case slices.Contains(formFields, name):
				return newsletter.Hint(fmt.Errorf("%q means something else in a form", name), "choose another name")
			case taken:
				return fmt.Errorf("there are two fields %q", name)
			}
			return nil
		})
		fields = append(fields, readField(table, name))
	}
	return fields
}

// readField reads what a field is like, besides its name.
func readField(t *settings.Table, name string) newsletter.Field {
	f := newsletter.Field{Name: name, Label: t.Text("label", "", settings.Line), Required: t.Bool("required", false), Unasked: !t.Bool("ask", true)}
	f.Type = settings.Word(t, "type", newsletter.FieldText, newsletter.FieldText, newsletter.FieldChoice, newsletter.FieldCheckbox)
	f.Choices = t.Texts("choices", settings.Line, func(text string) error {
		if strings.TrimSpace(text) != text || text == "" {
			return errors.New("a choice has blanks around it, or is empty")
		}
		return nil
	})
	folded := map[string]bool{}
	for _, c := range f.Choices {
		folded[strings.ToLower(c)] = true
	}
	switch choice := f.Type == newsletter.FieldChoice; {
	case choice && len(f.Choices) < 2 || len(f.Choices) > maxChoices:
		t.Reject("choices", newsletter.Hint(fmt.Errorf("a choice needs 2 to %d values", maxChoices), `such as choices = ["weekly", "monthly"]`))
	case !choice && t.Has("choices"):
		t.Reject("choices", newsletter.Hint(errors.New("only a choice has choices"), `write type = "choice"`))
	case len(folded) < len(f.Choices):
		t.Reject("choices", errors.New("two choices are the same"))
	case f.Required && f.Unasked:
		t.Reject("required", newsletter.Hint(errors.New("no form asks for this field, so that none can give it"), "remove required, or ask = false"))
	}
	return f
}
