package public

import (
	"errors"
	"net/http"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/token"
	"tidings/internal/web"
)

// personPage is a page behind a link of a letter.
type personPage struct {
	web.Page
	Newsletter *newsletter.Newsletter // nil: not known any more
	Titles     []string               // of all newsletters that it is about
	Address    string                 // masked
	Before     bool                   // it was so before this visit
	Added      bool                   // others brought their address
}

// personPage is the page for the person a link is about; title is the id of a
// message.
func (p *pages) personPage(r *http.Request, person signup.Person, title string) personPage {
	page := personPage{Page: p.personal(r, person, title), Address: mask(person.Email), Added: person.From.Added()}
	if person.Newsletter.ID != "" {
		page.Newsletter = &person.Newsletter
	} else {
		page.Theme = ""
	}
	for i := range person.Together {
		page.Titles = append(page.Titles, person.Together[i].Title)
	}
	if len(page.Titles) == 0 {
		page.Titles = []string{person.Newsletter.Title}
	}
	page.Private = true
	return page
}

// askToConfirm answers GET /confirm/{token} and changes nothing: mail scanners
// open every link, and some run the scripts of what they find.
func (p *pages) askToConfirm(w http.ResponseWriter, r *http.Request) error {
	person, err := p.Signup.Lookup(r.Context(), token.Confirm, r.PathValue("token"))
	if errors.Is(err, token.ErrExpired) {
		return p.showExpired(w, r, person)
	}
	if err != nil {
		return err
	}
	if person.State != newsletter.SubscriptionPending {
		return p.showConfirmed(w, r, person)
	}
	return p.Pages.Render(w, http.StatusOK, "confirm.html", p.personPage(r, person, "confirm.title"))
}

// confirm answers POST /confirm/{token}. Twice is as good as once.
func (p *pages) confirm(w http.ResponseWriter, r *http.Request) error {
	tok, v := r.PathValue("token"), visit(r, "page")
	if person, err := p.Signup.Lookup(r.Context(), token.Confirm, tok); err == nil {
		page := p.personPage(r, person, "confirm.title")
		v.Words = page.words()
	}
	person, err := p.Signup.Confirm(r.Context(), tok, v)
	if errors.Is(err, token.ErrExpired) {
		return p.showExpired(w, r, person)
	}
	if err != nil {
		return err
	}
	return p.showConfirmed(w, r, person)
}

// showConfirmed says where a person stands after their link was used. For
// whoever left since, an old link is over.
func (p *pages) showConfirmed(w http.ResponseWriter, r *http.Request, person signup.Person) error {
	if person.State != newsletter.SubscriptionConfirmed {
		return p.showExpired(w, r, person)
	}
	return p.Pages.Render(w, http.StatusOK, "confirmed.html", p.personPage(r, person, "confirmed.title"))
}

// showExpired says that a link was ours, and how to get a fresh one.
func (p *pages) showExpired(w http.ResponseWriter, r *http.Request, person signup.Person) error {
	return p.Pages.Render(w, http.StatusGone, "expired.html", p.personPage(r, person, "expired.title"))
}
