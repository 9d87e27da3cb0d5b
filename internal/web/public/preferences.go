package public

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tidings/internal/locale"
	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/token"
	"tidings/internal/web"
)

// preferencesPage is a person's page of preferences, as it is or as they typed.
type preferencesPage struct {
	web.Page
	Newsletter *newsletter.Newsletter // in whose mail the link was; nil: gone
	Action     string                 // path of the page
	Address    string                 // masked, unless the link is fresh
	Fresh      bool

	Saved bool
	Left  []newsletter.Newsletter
	Asked []string // titles

	Choices           []choice
	First, Last       string // days until which one can pause
	PlainText         bool
	Tongues           []locale.Choice
	Chosen            string // language
	Timezone, Example string
	Zones             []string
	FirstName, Name   string
	Fields            []typedField
	NewEmail          string // to be confirmed
	Over              bool   // the link to confirm it is
	Typed, EmailFault string // a new address that cannot be right
	Fault             fault
}

// choice is one newsletter to choose.
type choice struct {
	ID, Title, Description, Language string
	Wanted, Pending, Pausable        bool
	Pause                            string // day, as a date field has it
}

// typedField is a field of the newsletters that somebody reads.
type typedField struct {
	Name, Label, Type, Value, Fault string
	Choices                         []string
}

// fault is what is wrong with a form: the field, and a message where it is not
// said beside the field itself.
type fault struct{ Field, Message string }

// At says whether the fault is in that field.
func (f fault) At(field string) bool { return f.Field == field }

// askForPreferences answers GET /preferences/{token} and changes nothing.
func (p *pages) askForPreferences(w http.ResponseWriter, r *http.Request) error {
	prefs, err := p.Signup.Preferences(r.Context(), r.PathValue("token"))
	if err != nil {
		return p.noPreferences(w, r, prefs, err)
	}
	return p.Pages.Render(w, http.StatusOK, "preferences.html", p.preferencesPage(r, &prefs))
}

// noPreferences answers where a page of preferences cannot be opened.
func (p *pages) noPreferences(w http.ResponseWriter, r *http.Request, prefs signup.Preferences, err error) error {
	switch {
	case errors.Is(err, token.ErrExpired) && prefs.Permanent != "":
		page := p.preferencesFrame(r, &prefs, "expired.title")
		page.Action = "/preferences/" + prefs.Permanent
		return p.Pages.Render(w, http.StatusGone, "stale.html", page)
	case errors.Is(err, newsletter.ErrNotFound):
		return p.showGone(w, r, signup.Person{})
	}
	return err
}

// savePreferences answers POST /preferences/{token}.
func (p *pages) savePreferences(w http.ResponseWriter, r *http.Request) error {
	typed, err := p.ownForm(w, r)
	if err != nil {
		return err
	}
	before, err := p.Signup.Preferences(r.Context(), r.PathValue("token"))
	if err != nil {
		return p.noPreferences(w, r, before, err)
	}
	change := readChange(typed, &before)
	page := p.preferencesPage(r, &before)
	change.Visit = visit(r, "page")
	change.Words = page.words()
	prefs, saved, err := p.Signup.SavePreferences(r.Context(), r.PathValue("token"), change)
	if wrong, ok := errors.AsType[*signup.FieldError](err); ok {
		page.keep(&change, wrong)
		return p.Pages.Render(w, http.StatusUnprocessableEntity, "preferences.html", page)
	}
	if err != nil {
		return p.noPreferences(w, r, prefs, err)
	}
	page = p.preferencesPage(r, &prefs)
	page.Saved, page.Left = true, saved.Left
	for _, n := range saved.Asked {
		page.Asked = append(page.Asked, n.Title)
	}
	return p.Pages.Render(w, http.StatusOK, "preferences.html", page)
}

// ownForm reads a form of a page of ours. A browser that says it comes from
// another site is refused: no page but ours has a reason to post here. Where a
// browser says nothing of it the token is enough, as there is no cookie that
// another site could borrow.
func (p *pages) ownForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if r.Header.Get("Sec-Fetch-Site") != "" {
		if err := http.NewCrossOriginProtection().Check(r); err != nil {
			return nil, fmt.Errorf("reading form: %w: %w", newsletter.ErrInvalid, err)
		}
	}
	return web.Form(w, r)
}

// readChange reads what was chosen.
func readChange(typed url.Values, prefs *signup.Preferences) signup.Change {
	c := signup.Change{
		Offered: typed["offered"], Wanted: typed["newsletter"], Pauses: map[string]string{},
		Language: typed.Get("language"), Timezone: strings.TrimSpace(typed.Get("timezone")), PlainText: typed.Get("plain_text") != "",
		Who: signup.Who{Name: typed.Get("name"), FirstName: typed.Get("first_name"), Fields: map[string]string{}},
	}
	for _, choice := range prefs.Choices {
		if name := "pause." + choice.Newsletter.ID; typed.Has(name) {
			c.Pauses[choice.Newsletter.ID] = strings.TrimSpace(typed.Get(name))
		}
	}
	for _, f := range prefs.Fields {
		c.Fields[f.Name] = typed.Get("field." + f.Name)
	}
	return c
}

func (p *pages) preferencesLocale(r *http.Request, prefs *signup.Preferences) *locale.Locale {
	return p.Pages.Locale(r, prefs.Subscriber.Language, prefs.Newsletter.Language)
}

// preferencesFrame is the frame of a page about a person.
func (p *pages) preferencesFrame(r *http.Request, prefs *signup.Preferences, title string) preferencesPage {
	page := preferencesPage{
		Page: frame(p.preferencesLocale(r, prefs), &prefs.Newsletter, title), Action: "/preferences/" + r.PathValue("token"),
		Address: mask(prefs.Subscriber.Email), Fresh: prefs.Fresh, NewEmail: prefs.NewEmail,
	}
	page.Private = true
	if prefs.Newsletter.ID != "" {
		page.Newsletter = &prefs.Newsletter
	} else {
		page.Theme, page.Site = "", ""
	}
	if prefs.Fresh {
		page.Address = prefs.Subscriber.Email
	}
	return page
}

// preferencesPage is the page as things are.
func (p *pages) preferencesPage(r *http.Request, prefs *signup.Preferences) preferencesPage {
	page := p.preferencesFrame(r, prefs, "preferences.title")
	sub := &prefs.Subscriber
	page.PlainText, page.Chosen, page.Timezone = sub.PlainText, sub.Language, sub.Timezone
	page.Tongues, page.Zones, page.Example = page.Languages(), zones, "Europe/Lisbon"
	page.First, page.Last = p.pauseDays(time.UTC)
	for _, c := range prefs.Choices {
		n, state := c.Newsletter, c.Subscription.State
		page.Choices = append(page.Choices, choice{
			ID: n.ID, Title: n.Title, Description: n.Description, Language: n.Language, Wanted: c.Reads(),
			Pending: state == newsletter.SubscriptionPending, Pausable: state == newsletter.SubscriptionConfirmed,
			Pause: p.Signup.PauseDay(&c, sub),
		})
	}
	if prefs.Fresh {
		page.FirstName, page.Name = sub.FirstName, sub.Name
		for _, f := range prefs.Fields {
			page.Fields = append(page.Fields, typedField{Name: f.Name, Label: f.Title(), Type: string(f.Type), Choices: f.Choices, Value: sub.Fields[f.Name]})
		}
	}
	return page
}

// keep puts what was typed back into the page, with what is wrong with it.
func (page *preferencesPage) keep(c *signup.Change, wrong *signup.FieldError) {
	page.Fault = fault{Field: wrong.Field}
	page.PlainText, page.Chosen, page.Timezone = c.PlainText, c.Language, cut(c.Timezone)
	for i := range page.Choices {
		page.Choices[i].Wanted = slices.Contains(c.Wanted, page.Choices[i].ID)
		page.Choices[i].Pause = cut(c.Pauses[page.Choices[i].ID])
	}
	page.FirstName, page.Name = cut(c.FirstName), cut(c.Name)
	faults, _ := errors.AsType[newsletter.FieldErrors](wrong)
	for i := range page.Fields {
		f := &page.Fields[i]
		f.Value = cut(c.Fields[f.Name])
		if of := faults.Of(f.Name); of != "" {
			f.Fault = "field." + string(of)
		}
	}
	switch wrong.Field {
	case "name", "first_name":
		page.Fault.Message = "field.long"
	case "language":
		page.Fault.Message = "error.invalid_1"
	}
}
