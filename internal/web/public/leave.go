package public

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/signup"
	"tidings/internal/token"
	"tidings/internal/web"
)

// What the body of POST /u/{token} must hold for anything to happen: the pair
// that a mail program sends, which our own button sends as well, or one of the
// names of our other buttons.
const (
	oneClickName  = "List-Unsubscribe" // RFC 8058, section 3.1
	oneClickValue = "One-Click"

	leaveName = "leave" // allValue: every newsletter of the site
	pauseName = "pause" // "month", "months", "until" with a day, "end", or "undo" right after it began
	undoName  = "undo"  // allValue, or this newsletter
	tellName  = "tell"  // why; allValue: for all that was left
	allValue  = "all"
)

// leavePage is the page behind the link to leave.
type leavePage struct {
	personPage
	Reads       bool
	PausedUntil string // day in words; empty: no pause
	Others      []newsletter.Newsletter
	Preferences string // token of their page
	First, Last string // days until which one can pause
	Day         string // as it was typed
	Fault       string // what is wrong with it
}

// leftPage is the page after leaving.
type leftPage struct {
	personPage
	All         bool // every newsletter was left
	Thanks      bool // they said why
	Reasons     []string
	Preferences string // token of their page
}

// reasons are the choices of why somebody left, by the ids of their words.
var reasons = []string{"often", "topic", "never", "other_reason"}

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
		return p.showLeft(w, r, leftPage{}, person, true)
	}
	return p.showLeave(w, r, person)
}

func (p *pages) showLeave(w http.ResponseWriter, r *http.Request, person signup.Person) error {
	return p.Pages.Render(w, http.StatusOK, "unsubscribe.html", p.leavePage(r, person, "leave.title"))
}

// badDay asks once more for the day until which somebody wants to pause.
func (p *pages) badDay(w http.ResponseWriter, r *http.Request, person signup.Person, day string) error {
	page := p.leavePage(r, person, "leave.title")
	page.Day, page.Fault = cut(day), "leave.bad_day"
	return p.Pages.Render(w, http.StatusUnprocessableEntity, "unsubscribe.html", page)
}

func (p *pages) leavePage(r *http.Request, person signup.Person, title string) leavePage {
	page := leavePage{
		personPage: p.personPage(r, person, title), Reads: person.State == newsletter.SubscriptionConfirmed,
		Others: person.Others, Preferences: person.Preferences,
	}
	if now := p.Now(); now.Before(person.PausedUntil) {
		page.PausedUntil = page.Date(person.PausedUntil.In(person.Zone))
	}
	page.First, page.Last = p.pauseDays(person.Zone)
	return page
}

// pauseDays are the first and the last day until which one can pause.
func (p *pages) pauseDays(zone *time.Location) (first, last string) {
	now := p.Now().In(zone)
	return now.AddDate(0, 0, 1).Format(time.DateOnly), now.AddDate(1, 0, 0).Format(time.DateOnly)
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
	case isOneClick(typed):
		return p.leaveOne(w, r, typed)
	case typed.Get(leaveName) == allValue:
		return p.leaveAll(w, r)
	case typed.Has(undoName):
		return p.comeBack(w, r, typed.Get(undoName) == allValue)
	case typed.Has(pauseName):
		return p.pause(w, r, typed)
	case typed.Has(tellName):
		return p.because(w, r, typed)
	}
	return fmt.Errorf("unsubscribing: body without %s=%s: %w", oneClickName, oneClickValue, newsletter.ErrInvalid)
}

func isOneClick(typed url.Values) bool { return typed.Get(oneClickName) == oneClickValue }

// leaveOne ends the subscription of the link. Whoever presses the button of our
// page was shown words, a mail program none.
func (p *pages) leaveOne(w http.ResponseWriter, r *http.Request, typed url.Values) error {
	v := visit(r, "one-click")
	if typed.Get("from") == "page" {
		v = p.pressed(r, "leave.said", "leave.button")
	}
	person, err := p.Signup.Unsubscribe(r.Context(), r.PathValue("token"), v)
	return p.answerLeft(w, r, leftPage{}, person, err)
}

// leaveAll ends all subscriptions of the link's reader.
func (p *pages) leaveAll(w http.ResponseWriter, r *http.Request) error {
	person, err := p.Signup.UnsubscribeAll(r.Context(), r.PathValue("token"), p.pressedAll(r))
	return p.answerLeft(w, r, leftPage{All: true}, person, err)
}

// because keeps why somebody left.
func (p *pages) because(w http.ResponseWriter, r *http.Request, typed url.Values) error {
	choice := typed.Get("because")
	for _, known := range reasons {
		if choice == known {
			choice = p.Pages.Languages().For("en").Say("left." + known) // staff read it
		}
	}
	all := typed.Get(tellName) == allValue
	person, err := p.Signup.LeftBecause(r.Context(), r.PathValue("token"), choice, typed.Get("words"), all)
	if err == nil && person.State == newsletter.SubscriptionConfirmed { // they came back meanwhile
		return p.showLeave(w, r, person)
	}
	return p.answerLeft(w, r, leftPage{All: all, Thanks: true}, person, err)
}

// comeBack undoes leaving, for as long as that can be.
func (p *pages) comeBack(w http.ResponseWriter, r *http.Request, all bool) error {
	undo, said := p.Signup.Resubscribe, "left.said"
	if all {
		undo, said = p.Signup.ResubscribeAll, "left.said_all"
	}
	person, err := undo(r.Context(), r.PathValue("token"), p.pressed(r, said, "left.undo"))
	switch {
	case errors.Is(err, newsletter.ErrNotFound):
		return p.showGone(w, r, person)
	case errors.Is(err, newsletter.ErrConflict), err == nil && person.State != newsletter.SubscriptionConfirmed:
		return p.showLate(w, r, person)
	case err != nil:
		return err
	}
	return p.Pages.Render(w, http.StatusOK, "back.html", p.personPage(r, person, "back.title"))
}

// pause lets nothing come until a day.
func (p *pages) pause(w http.ResponseWriter, r *http.Request, typed url.Values) error {
	person, err := p.Signup.Lookup(r.Context(), token.Unsubscribe, r.PathValue("token"))
	if errors.Is(err, newsletter.ErrNotFound) {
		return p.showGone(w, r, person)
	}
	if err != nil {
		return err
	}
	now, day := p.Now().In(person.Zone), ""
	words := []string{"leave.pause", "leave.pause_said"}
	switch typed.Get(pauseName) {
	case "month":
		day, words = now.AddDate(0, 1, 0).Format(time.DateOnly), append(words, "leave.month")
	case "months":
		day, words = now.AddDate(0, 3, 0).Format(time.DateOnly), append(words, "leave.months")
	case "until":
		if day = strings.TrimSpace(typed.Get("until")); day == "" {
			return p.badDay(w, r, person, day)
		}
		words = append(words, "leave.until", "leave.pause_button")
	case "end":
		words = []string{"leave.paused", "leave.resume"}
	case "undo":
		words = []string{"paused.said", "paused.undo"}
	default:
		return fmt.Errorf("pausing: %w", newsletter.ErrInvalid)
	}
	person, err = p.Signup.Pause(r.Context(), r.PathValue("token"), day, p.pressed(r, words...))
	if _, wrong := errors.AsType[*signup.FieldError](err); wrong {
		return p.badDay(w, r, person, day)
	}
	if err != nil {
		return err
	}
	if day == "" {
		return p.Pages.Render(w, http.StatusOK, "back.html", p.personPage(r, person, "back.title"))
	}
	return p.Pages.Render(w, http.StatusOK, "paused.html", p.leavePage(r, person, "paused.title"))
}

// answerLeft shows what came of leaving.
func (p *pages) answerLeft(w http.ResponseWriter, r *http.Request, page leftPage, person signup.Person, err error) error {
	if errors.Is(err, newsletter.ErrNotFound) {
		return p.showGone(w, r, person)
	}
	if err != nil {
		return err
	}
	return p.showLeft(w, r, page, person, false)
}

// showLeft says that it is done. Undo is for those who left just now: whoever
// left before this visit meant it, or signs up again.
func (p *pages) showLeft(w http.ResponseWriter, r *http.Request, page leftPage, person signup.Person, before bool) error {
	page.personPage = p.personPage(r, person, "left.title")
	page.Before = before
	page.Reasons, page.Preferences = reasons, person.Preferences
	return p.Pages.Render(w, http.StatusOK, "left.html", page)
}

// showGone answers for a reader we have no record of any more: what they asked
// for is so already.
func (p *pages) showGone(w http.ResponseWriter, r *http.Request, person signup.Person) error {
	return p.Pages.Render(w, http.StatusOK, "gone.html", p.personPage(r, person, "gone.title"))
}

// showLate says that leaving cannot be undone any more.
func (p *pages) showLate(w http.ResponseWriter, r *http.Request, person signup.Person) error {
	return p.Pages.Render(w, http.StatusGone, "late.html", p.personPage(r, person, "late.title"))
}

// pressed is the visit of somebody who pressed a button of ours on a page of a
// link to leave, with the words that stood there.
func (p *pages) pressed(r *http.Request, ids ...string) signup.Visit {
	person, err := p.Signup.Lookup(r.Context(), token.Unsubscribe, r.PathValue("token"))
	if err != nil {
		return visit(r, "page") // whatever it is, the act meets it too
	}
	return shown(r, p.Pages.Locale(r, person.Language, person.Newsletter.Language), person.Newsletter.Title, ids...)
}

// pressedAll is the visit of somebody who pressed the button to leave everything,
// below the newsletters that are named there.
func (p *pages) pressedAll(r *http.Request) signup.Visit {
	person, err := p.Signup.Lookup(r.Context(), token.Unsubscribe, r.PathValue("token"))
	if err != nil {
		return visit(r, "page")
	}
	l := p.Pages.Locale(r, person.Language, person.Newsletter.Language)
	v := shown(r, l, person.Newsletter.Title, "leave.said", "leave.others")
	for i := range person.Others {
		v.Words += "\n" + person.Others[i].Title
	}
	v.Words += "\n" + l.Say("leave.all")
	return v
}
