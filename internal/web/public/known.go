package public

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/token"
)

// mailedPage says that a mail is on its way.
type mailedPage struct {
	preferencesPage
	Moving bool // to a new address
}

// mailLink answers POST /preferences/{token}/link, and says the same however
// many links were mailed.
func (p *pages) mailLink(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.ownForm(w, r); err != nil {
		return err
	}
	prefs, err := p.Signup.Preferences(r.Context(), r.PathValue("token"))
	if err != nil && !errors.Is(err, token.ErrExpired) {
		return p.noPreferences(w, r, prefs, err)
	}
	if err := p.Signup.MailAccess(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return p.Pages.Render(w, http.StatusOK, "mailed.html", mailedPage{preferencesPage: p.preferencesFrame(r, &prefs, "mailed.title")})
}

// askAddress answers POST /preferences/{token}/address with the same page
// whatever we know of the new address.
func (p *pages) askAddress(w http.ResponseWriter, r *http.Request) error {
	typed, err := p.ownForm(w, r)
	if err != nil {
		return err
	}
	prefs, err := p.Signup.AskAddress(r.Context(), r.PathValue("token"), typed.Get("email"))
	if wrong, ok := errors.AsType[*signup.FieldError](err); ok {
		page := p.preferencesPage(r, &prefs)
		page.Typed, page.EmailFault = cut(typed.Get("email")), "address."+string(newsletter.FaultOf(wrong))
		return p.Pages.Render(w, http.StatusUnprocessableEntity, "preferences.html", page)
	}
	if err != nil {
		return p.noPreferences(w, r, prefs, err)
	}
	return p.Pages.Render(w, http.StatusOK, "mailed.html", mailedPage{preferencesPage: p.preferencesFrame(r, &prefs, "move.asked"), Moving: true})
}

// askToMove answers GET /address/{token} and changes nothing.
func (p *pages) askToMove(w http.ResponseWriter, r *http.Request) error {
	prefs, err := p.Signup.NewAddress(r.Context(), r.PathValue("token"))
	return p.showMove(w, r, prefs, err)
}

// move answers POST /address/{token}. Twice is as good as once.
func (p *pages) move(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.ownForm(w, r); err != nil {
		return err
	}
	prefs, err := p.Signup.NewAddress(r.Context(), r.PathValue("token"))
	if err == nil {
		v := shown(r, p.preferencesLocale(r, &prefs), prefs.Newsletter.Title, "move.said", "move.button")
		prefs, err = p.Signup.ConfirmAddress(r.Context(), r.PathValue("token"), v)
		prefs.NewEmail = ""
	}
	return p.showMove(w, r, prefs, err)
}

// showMove asks whether the new address is somebody's own, or says that it is
// theirs now.
func (p *pages) showMove(w http.ResponseWriter, r *http.Request, prefs signup.Preferences, err error) error {
	switch {
	case errors.Is(err, newsletter.ErrNotFound):
		return p.showGone(w, r, signup.Person{})
	case errors.Is(err, token.ErrExpired), errors.Is(err, newsletter.ErrConflict):
		// A sign-up, which other links that are over lead to, would make somebody of
		// the new address who reads beside the one of the old.
		page := p.preferencesFrame(r, &prefs, "expired.title")
		page.Over = true
		return p.Pages.Render(w, http.StatusGone, "address.html", page)
	case err != nil:
		return err
	}
	title := "move.title"
	if prefs.NewEmail == "" {
		title = "move.done"
	}
	page := p.preferencesFrame(r, &prefs, title)
	page.NewEmail = mask(prefs.NewEmail)
	return p.Pages.Render(w, http.StatusOK, "address.html", page)
}

// export answers POST /preferences/{token}/export with all that is known of a
// person, as a file.
func (p *pages) export(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.ownForm(w, r); err != nil {
		return err
	}
	story, err := p.Signup.Everything(r.Context(), r.PathValue("token"))
	if err != nil {
		prefs, _ := p.Signup.Preferences(r.Context(), r.PathValue("token"))
		return p.noPreferences(w, r, prefs, err)
	}
	var file bytes.Buffer
	e := json.NewEncoder(&file)
	e.SetIndent("", "  ")
	if err := e.Encode(story); err != nil {
		return fmt.Errorf("writing what is known: %w", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="everything.json"`)
	_, _ = w.Write(file.Bytes()) // an error means that the reader has gone
	return nil
}

// askToErase answers GET /preferences/{token}/erase with what would go, and
// changes nothing.
func (p *pages) askToErase(w http.ResponseWriter, r *http.Request) error {
	prefs, err := p.Signup.Preferences(r.Context(), r.PathValue("token"))
	if err == nil && !prefs.Fresh {
		err = token.ErrExpired
	}
	if err != nil {
		return p.noPreferences(w, r, prefs, err)
	}
	return p.Pages.Render(w, http.StatusOK, "erase.html", p.preferencesFrame(r, &prefs, "erase.title"))
}

// erase answers POST /preferences/{token}/erase. The page after it names nobody.
func (p *pages) erase(w http.ResponseWriter, r *http.Request) error {
	typed, err := p.ownForm(w, r)
	if err != nil {
		return err
	}
	if typed.Get("erase") != allValue {
		return fmt.Errorf("erasing: body without erase=%s: %w", allValue, newsletter.ErrInvalid)
	}
	prefs, err := p.Signup.EraseSelf(r.Context(), r.PathValue("token"))
	if err != nil {
		return p.noPreferences(w, r, prefs, err)
	}
	page := p.preferencesFrame(r, &prefs, "erased.title")
	page.Address = ""
	return p.Pages.Render(w, http.StatusOK, "erased.html", page)
}
