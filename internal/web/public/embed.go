package public

import (
	"slices"
	"strings"

	"tidings/internal/locale"
	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// Embed is a form of a newsletter for a page of another site.
type Embed struct {
	*locale.Locale // of its words

	Newsletter *newsletter.Newsletter
	BaseURL    string   // of our site
	Tags       []string // that it gives
	Return     string   // where it leads back to; empty: it shows our page
}

// Action is where the form is sent.
func (e *Embed) Action() string { return e.BaseURL + "/" + e.Newsletter.ID + "/subscribe" }

// Fields are what it asks for besides address and name.
func (e *Embed) Fields() []newsletter.Field {
	unasked := func(f newsletter.Field) bool { return f.Unasked }
	return slices.DeleteFunc(slices.Clone(e.Newsletter.Fields), unasked)
}

// HTML is the form to copy and paste. It needs no script and no style sheet, and
// asks for what our own form asks for.
func (e *Embed) HTML(pages *web.Pages) (string, error) {
	text, err := pages.Part("embed-form", e)
	return strings.TrimSpace(text) + "\n", err
}
