package public

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/web"
)

// subscribePage is the form on a page of its own.
type subscribePage struct {
	web.Page
	Newsletter *newsletter.Newsletter
	Form       form
}

// sentPage is the answer to every sign-up, whoever it was for.
type sentPage struct {
	web.Page
	Newsletter *newsletter.Newsletter
	Email      string // as typed
	Asks       bool   // a mail asks to confirm
}

// askToSubscribe answers GET /{newsletter}/subscribe.
func (p *pages) askToSubscribe(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter) error {
	return p.showForm(w, r, http.StatusOK, n, p.newForm(n), nil)
}

// showForm shows a form of n, and the newsletters that were chosen with it.
func (p *pages) showForm(w http.ResponseWriter, r *http.Request, status int, n *newsletter.Newsletter, f form, chosen []string) error {
	page := subscribePage{Page: p.open(r, n, ""), Newsletter: n, Form: f}
	page.Title = page.Say("form.title", "Newsletter", n.Title)
	page.Description = n.Description
	page.Canonical = p.BaseURL + f.Action
	var err error
	if page.Form.Others, err = p.others(r.Context(), n, chosen); err != nil {
		return err
	}
	return p.Pages.Render(w, status, "subscribe.html", page)
}

// subscribe answers POST /{newsletter}/subscribe. Whoever an address belongs to,
// and whether we knew it, the answer is the same: only a mail to the address
// tells more.
func (p *pages) subscribe(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter) error {
	openToAll(w, r)
	t, err := readTyped(w, r)
	if err != nil {
		return err
	}
	words, err := p.formWords(r, n, t)
	if err != nil {
		return err
	}
	return p.take(w, r, n, t, words)
}

// take signs somebody up with what they typed below these words, and answers as
// they asked.
func (p *pages) take(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter, t typed, words string) error {
	page := frame(p.Pages.Locale(r, t.value(languageName), n.Language), n, "sent.window")
	f := p.filledForm(n, t)
	f.Words = words
	ok, err := p.try(r, &page, n, t, &f)
	if err != nil {
		return err
	}
	asks, err := p.asks(r.Context(), n, t)
	switch {
	case err != nil:
		return err
	case web.WantsJSON(r):
		return answerJSON(w, &page, &f, ok, asks)
	case !ok:
		return p.showForm(w, r, http.StatusUnprocessableEntity, n, f, t.list(choiceNames...))
	}
	w.Header().Set("Cache-Control", "no-store")
	if at := t.returns(n); at != "" {
		http.Redirect(w, r, at, http.StatusSeeOther)
		return nil
	}
	page.Private = true
	return p.Pages.Render(w, http.StatusOK, "subscribed.html", sentPage{Page: page, Newsletter: n, Email: f.Email, Asks: asks})
}

// asks says whether a sign-up counts only once it is confirmed: as soon as one of
// its newsletters wants that.
func (p *pages) asks(ctx context.Context, n *newsletter.Newsletter, t typed) (bool, error) {
	others, err := p.others(ctx, n, t.list(choiceNames...))
	return n.DoubleOptIn || slices.ContainsFunc(others, func(o other) bool { return o.Checked && o.DoubleOptIn }), err
}

// try hands a sign-up to the rules. Where it is not taken, it says why in the form.
func (p *pages) try(r *http.Request, page *web.Page, n *newsletter.Newsletter, t typed, f *form) (ok bool, err error) {
	if t.trapped() {
		return true, nil // for all it can tell
	}
	request := p.request(r, page, n, t, f)
	if !t.tooFast(p.Now()) {
		return f.taken(p.Signup.Subscribe(r.Context(), request))
	}
	if right, err := f.taken(p.Signup.Check(r.Context(), request)); err != nil || !right {
		return false, err
	}
	f.Again = "form.quick"
	return false, nil
}

// taken says whether err leaves nothing wrong with a form, and otherwise why, in
// the form. An error is one of ours.
func (f *form) taken(err error) (bool, error) {
	address := newsletter.FaultOf(err)
	if address != "" {
		f.Fault = "address." + string(address)
	}
	faults, fields := errors.AsType[newsletter.FieldErrors](err)
	f.blame(faults)
	switch {
	case address != "" || fields:
		return false, nil
	case errors.Is(err, newsletter.ErrInvalid):
		f.Again = "form.long"
		return false, nil
	case err != nil:
		return false, fmt.Errorf("signing up: %w", err)
	}
	return true, nil
}

// request is what the rules of signing up need to know.
func (p *pages) request(r *http.Request, page *web.Page, n *newsletter.Newsletter, t typed, f *form) signup.Request {
	fields := make(map[string]string, len(f.Fields))
	for _, d := range f.Fields {
		fields[d.Name] = d.Value
	}
	v := visit(r, "form")
	switch from := p.elsewhere(r); {
	case from != "":
		v.Source = "form on " + from
	case t.Has(shownName):
		v.Words = f.Words
	}
	if web.SendsJSON(r) {
		v.Source, v.Words = "json", ""
	}
	return signup.Request{
		Newsletter: n.ID,
		Also:       t.list(choiceNames...),
		Email:      f.Email,
		Name:       t.name(),
		FirstName:  f.FirstName,
		Fields:     fields,
		Tags:       t.list(tagNames...),
		Language:   page.Tag(),
		Timezone:   t.value(zoneNames...),
		Visit:      v,
	}
}
