package public

import (
	"net/http"
	"strings"

	"tidings/internal/locale"
	"tidings/internal/newsletter"
)

// The words of a receipt are what stood on the page whose button was pressed, a
// line each. They are kept for good, so that no address and no day is among them.

// formWords are those of the form of n, with what was ticked on it.
func (p *pages) formWords(r *http.Request, n *newsletter.Newsletter, t typed) (string, error) {
	l := p.Pages.Locale(r, t.value(languageName), n.Language)
	words := []string{n.Title}
	f := p.filledForm(n, t)
	for i := range f.Fields {
		if d := &f.Fields[i]; d.Type == newsletter.FieldCheckbox && d.Checked() {
			words = append(words, d.Title())
		}
	}
	others, err := p.others(r.Context(), n, t.list(choiceNames...))
	if err != nil {
		return "", err
	}
	if more := ticked(others); len(more) > 0 {
		words = append(append(words, l.Say("form.also")), more...)
	}
	return strings.Join(append(words, l.Say("page.subscribe"), promise(l, n.DoubleOptIn)), "\n"), nil
}

// words are those of the form for all newsletters.
func (page *homePage) words() string {
	words := append([]string{page.Say("form.several"), page.Say("form.which")}, ticked(page.Form.Others)...)
	return strings.Join(append(words, page.Say("page.subscribe"), promise(page.Locale, page.Asks)), "\n")
}

// ticked are the titles of what was chosen.
func ticked(offered []other) (titles []string) {
	for i := range offered {
		if offered[i].Checked {
			titles = append(titles, offered[i].Title)
		}
	}
	return titles
}

// promise is what stands below the button.
func promise(l *locale.Locale, asks bool) string {
	if asks {
		return l.Say("form.confirm") + " " + l.Say("form.promise")
	}
	return l.Say("form.promise")
}

// words are those of the page that asks to confirm.
func (page *personPage) words() string {
	said := "confirm.said"
	if page.Added {
		said = "confirm.said_added"
	}
	return page.Say(said, "Newsletter", page.List(page.Titles), "Address", "…") + "\n" + page.Say("confirm.button")
}

// words are those of the form of preferences.
func (page *preferencesPage) words() string {
	words := []string{page.Say("preferences.newsletters"), page.Say("preferences.newsletters_hint")}
	pausable := false
	for _, c := range page.Choices {
		words, pausable = append(words, c.Title), pausable || c.Pausable
	}
	if pausable {
		words = append(words, page.Say("preferences.pause"))
	}
	words = append(words, page.Say("preferences.how"))
	if page.Fresh {
		words = append(words, page.Say("preferences.you"))
	}
	return strings.Join(append(words, page.Say("preferences.save")), "\n")
}
