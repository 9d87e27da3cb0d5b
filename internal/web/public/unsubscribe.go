package public

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/token"
	"tidings/internal/web"
)

// What the body of POST /u/{token} must hold for anything to happen: the pair
// that a mail program sends, which our own button sends as well, or undo.
const (
	oneClickName  = "List-Unsubscribe" // RFC 8058, section 3.1
	oneClickValue = "One-Click"
	undoName      = "undo"
)

// askToLeave answers GET /u/{token} and changes nothing.
func (p *pages) askToLeave(w http.ResponseWriter, r *http.Request) error {
	person, err := p.Signup.Lookup(r.Context(), token.Unsubscribe, r.PathValue("token"))
	if errors.Is(err, newsletter.ErrNotFound) {
		return p.showGone(w, r, person)
	}
	if err != nil {
		return err
	}
	if person.State == newsletter.SubscriptionUnsubscribed {
		return p.showLeft(w, r, person, true)
	}
	return p.Pages.Render(w, http.StatusOK, "unsubscribe.html", p.personPage(r, person, "leave.title"))
}

// leave answers POST /u/{token}, from a mail program or from our own page. By
// RFC 8058, section 3.2, it needs no cookie and answers without a redirect. It
// is never refused for its origin or for how often it comes: the token says
// enough, and a few machines of a mail provider ask for all of its users.
func (p *pages) leave(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(w, r)
	if err != nil {
		return err
	}
	switch {
	case typed.Has(undoName):
		return p.comeBack(w, r)
	case !isOneClick(typed):
		return fmt.Errorf("unsubscribing: body without %s=%s: %w", oneClickName, oneClickValue, newsletter.ErrInvalid)
	}
	person, err := p.Signup.Unsubscribe(r.Context(), r.PathValue("token"), visit(r, "one-click"))
	if errors.Is(err, newsletter.ErrNotFound) {
		return p.showGone(w, r, person)
	}
	if err != nil {
		return err
	}
	return p.showLeft(w, r, person, false)
}

func isOneClick(typed url.Values) bool { return typed.Get(oneClickName) == oneClickValue }

// comeBack undoes leave.
func (p *pages) comeBack(w http.ResponseWriter, r *http.Request) error {
	person, err := p.Signup.Resubscribe(r.Context(), r.PathValue("token"), visit(r, "page"))
	switch {
	case errors.Is(err, newsletter.ErrNotFound):
		return p.showGone(w, r, person)
	case errors.Is(err, newsletter.ErrConflict), err == nil && person.State != newsletter.SubscriptionConfirmed:
		return p.showExpired(w, r, person)
	case err != nil:
		return err
	}
	return p.Pages.Render(w, http.StatusOK, "back.html", p.personPage(r, person, "back.title"))
}

// showLeft says that it is done. Undo is for those who left just now: whoever
// left before this visit meant it, or signs up again.
func (p *pages) showLeft(w http.ResponseWriter, r *http.Request, person signup.Person, before bool) error {
	page := p.personPage(r, person, "left.title")
	page.Before = before
	return p.Pages.Render(w, http.StatusOK, "left.html", page)
}

// showGone answers for a reader we have no record of any more: what they asked
// for is so already.
func (p *pages) showGone(w http.ResponseWriter, r *http.Request, person signup.Person) error {
	return p.Pages.Render(w, http.StatusOK, "gone.html", p.personPage(r, person, "gone.title"))
}
