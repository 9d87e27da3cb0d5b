package public

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/web"
)

// tooFast is how soon after it was shown nobody has filled in a form.
const tooFast = time.Second

// maxValue is how many bytes of one field are read.
const maxValue = 500

// The names under which forms post what we ask for. Other sites keep the forms
// they have, so that an address comes under any of these.
var (
	emailNames     = []string{"email", "email_address", "EMAIL", "fields[email]"}
	firstNameNames = []string{"first_name", "FNAME", "fields[first_name]"}
)

const (
	trapName  = "website" // seen by programs only
	shownName = "shown"   // when the form was made, in milliseconds; not in forms on other sites
)

// form is the form to sign up with, as it is shown.
type form struct {
	Action    string
	Email     string
	FirstName string
	Fields    []field
	Shown     int64
	Fault     string // what is wrong with the address, as the id of a message; empty: nothing
	Again     string // what is wrong with the rest, or why to press the button once more; the same
}

// field is one declared field of the newsletter.
type field struct {
	Name, Label, Value string
}

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
}

// newForm is the empty form of n.
func (p *pages) newForm(n *newsletter.Newsletter) form {
	return p.filledForm(n, nil)
}

// filledForm is the form of n with what was typed.
func (p *pages) filledForm(n *newsletter.Newsletter, typed url.Values) form {
	f := form{
		Action:    "/" + n.ID + "/subscribe",
		Email:     value(typed, emailNames...),
		FirstName: value(typed, firstNameNames...),
		Shown:     p.Now().UnixMilli(),
	}
	for _, d := range n.Fields {
		label := d.Label
		if label == "" {
			label = d.Name
		}
		f.Fields = append(f.Fields, field{Name: d.Name, Label: label, Value: value(typed, d.Name)})
	}
	return f
}

// askToSubscribe answers GET /{newsletter}/subscribe.
func (p *pages) askToSubscribe(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter) error {
	return p.showForm(w, r, http.StatusOK, n, p.newForm(n))
}

func (p *pages) showForm(w http.ResponseWriter, r *http.Request, status int, n *newsletter.Newsletter, f form) error {
	page := subscribePage{Page: p.open(r, n, ""), Newsletter: n, Form: f}
	page.Title = page.Say("form.title", "Newsletter", n.Title)
	page.Description = n.Description
	page.Canonical = p.BaseURL + f.Action
	return p.Pages.Render(w, status, "subscribe.html", page)
}

// subscribe answers POST /{newsletter}/subscribe. Whoever an address belongs to,
// and whether we knew it, the answer is the same page: only a mail to the
// address tells more.
func (p *pages) subscribe(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter) error {
	typed, err := web.Form(w, r)
	if err != nil {
		return err
	}
	f := p.filledForm(n, typed)
	if typed.Get(trapName) != "" {
		return p.showSent(w, r, n, f.Email)
	}
	if p.tooFast(typed) {
		f.Again = "form.quick"
		return p.showForm(w, r, http.StatusUnprocessableEntity, n, f)
	}
	if _, _, err := newsletter.ParseAddress(f.Email); err != nil {
		f.Fault = "address." + string(newsletter.FaultOf(err))
		return p.showForm(w, r, http.StatusUnprocessableEntity, n, f)
	}
	switch err := p.Signup.Subscribe(r.Context(), request(r, n, f)); {
	case errors.Is(err, newsletter.ErrInvalid):
		f.Again = "form.long"
		return p.showForm(w, r, http.StatusUnprocessableEntity, n, f)
	case err != nil:
		return fmt.Errorf("signing up: %w", err)
	}
	return p.showSent(w, r, n, f.Email)
}

func (p *pages) showSent(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter, email string) error {
	page := sentPage{Page: p.open(r, n, "sent.window"), Newsletter: n, Email: email}
	page.Private = true
	w.Header().Set("Cache-Control", "no-store")
	return p.Pages.Render(w, http.StatusOK, "subscribed.html", page)
}

// tooFast says whether a form of ours came back sooner than a person can fill it
// in. A form on another site says nothing of when it was shown.
func (p *pages) tooFast(typed url.Values) bool {
	shown, err := strconv.ParseInt(typed.Get(shownName), 10, 64)
	return err == nil && p.Now().Sub(time.UnixMilli(shown)) < tooFast
}

// request is what the rules of signing up need to know. Tags are for staff to
// give: a tag may let its reader see issues that are not for everybody.
func request(r *http.Request, n *newsletter.Newsletter, f form) signup.Request {
	fields := make(map[string]string, len(f.Fields))
	for _, d := range f.Fields {
		if d.Value != "" {
			fields[d.Name] = d.Value
		}
	}
	return signup.Request{
		Newsletter: n.ID,
		Email:      f.Email,
		FirstName:  f.FirstName,
		Fields:     fields,
		Visit:      visit(r, "form"),
	}
}

// value is the first that is not empty of what was typed under these names.
func value(typed url.Values, names ...string) string {
	i := slices.IndexFunc(names, func(name string) bool { return strings.TrimSpace(typed.Get(name)) != "" })
	if i < 0 {
		return ""
	}
	return cut(strings.TrimSpace(typed.Get(names[i])))
}

// cut keeps maxValue bytes of s, and of UTF-8 what is whole.
func cut(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), maxValue)], "")
}
