package public

import (
	"fmt"
	"net/http"
	"slices"

	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// homePage is the first page of a site.
type homePage struct {
	web.Page
	Newsletters []newsletter.Newsletter
	Form        form // to choose several; it offers none where there is one newsletter
	Asks        bool // a mail asks to confirm
}

// home answers GET / and GET /subscribe with the newsletters of the site.
func (p *pages) home(w http.ResponseWriter, r *http.Request) error {
	page, err := p.homePage(r, typed{})
	if err != nil {
		return err
	}
	return p.Pages.Render(w, http.StatusOK, "home.html", page)
}

// chooseAgain shows the page of the site's newsletters to somebody who chose none,
// and what else is wrong at once.
func (p *pages) chooseAgain(w http.ResponseWriter, r *http.Request, t typed) error {
	page, err := p.homePage(r, t)
	if err != nil {
		return err
	}
	page.Form.Choice = "form.none"
	_, _, wrong := newsletter.ParseAddress(page.Form.Email)
	if _, err := page.Form.taken(wrong); err != nil {
		return err
	}
	return p.Pages.Render(w, http.StatusUnprocessableEntity, "home.html", page)
}

// homePage is the newsletters of the site, and a form to choose among them with
// what was typed.
func (p *pages) homePage(r *http.Request, t typed) (homePage, error) {
	all, err := p.Newsletters(r.Context())
	if err != nil {
		return homePage{}, fmt.Errorf("listing newsletters: %w", err)
	}
	language := ""
	if len(all) > 0 {
		language = all[0].Language
	}
	page := homePage{Page: web.Page{Locale: p.Pages.Locale(r, "", language)}, Newsletters: all}
	page.Title = page.Say("home.title")
	page.Feeds = feedLinks("", p.siteTitle(all))
	switch len(all) {
	case 0:
	case 1:
		page.Page = p.open(r, &all[0], "")
	default:
		page.Form = p.filledForm(&newsletter.Newsletter{}, t)
		page.Form.Action = "/subscribe"
		page.Asks = slices.ContainsFunc(all, func(n newsletter.Newsletter) bool { return n.DoubleOptIn })
		page.Form.Others, err = p.others(r.Context(), nil, t.list(choiceNames...))
	}
	return page, err
}

// subscribeSeveral answers POST /subscribe: a sign-up for the newsletters that were
// chosen. Where one of them needs to know more, its own form asks for it.
func (p *pages) subscribeSeveral(w http.ResponseWriter, r *http.Request) error {
	openToAll(w, r)
	t, err := readTyped(w, r)
	if err != nil {
		return err
	}
	all, err := p.Newsletters(r.Context())
	if err != nil {
		return fmt.Errorf("listing newsletters: %w", err)
	}
	chosen := t.list(choiceNames...)
	i := slices.IndexFunc(all, func(n newsletter.Newsletter) bool { return slices.Contains(chosen, n.ID) })
	switch {
	case i >= 0:
		page, err := p.homePage(r, t)
		if err != nil {
			return err
		}
		return p.take(w, r, &all[i], t, page.words())
	case web.WantsJSON(r):
		page := web.Page{Locale: p.Pages.Locale(r, t.value(languageName), "")}
		return answerJSON(w, &page, &form{Again: "form.none"}, false, false)
	}
	return p.chooseAgain(w, r, t)
}
