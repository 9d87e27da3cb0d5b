package mailview

import (
	"cmp"
	"net/http"
	"net/mail"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"tidings/internal/mailbox"
	"tidings/internal/newsletter"
	"tidings/internal/web"
)

const (
	perPage  = 50
	maxQuery = 200  // bytes of what is searched for
	maxPage  = 1000 // more than a mailbox has
	refresh  = "3"  // seconds between two looks at a live list
)

// listPage is what mailbox.html is filled from.
type listPage struct {
	web.Page

	Mails        []mailbox.Entry
	Query        string
	Live         bool   // reloads itself
	Total        int    // mails in all, or those found
	First, Last  int    // of the mails shown, counted from 1
	Newer, Older string // URLs of the pages beside this one; empty: none
	Zone         string // in which all times are shown
}

// list answers GET /mailbox. It reloads itself, unless live=0, and never while
// something is searched for: a reload would wipe out what is being typed.
func (v *views) list(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	query := newsletter.Beginning(values.Get("q"), maxQuery)
	number, _ := strconv.Atoi(values.Get("page")) // what is no number is the first page
	number = min(max(number, 1), maxPage)

	first := (number - 1) * perPage
	mails, total := v.box.List(query, first, perPage)
	page := listPage{
		Page:  v.page("Mailbox"),
		Mails: mails, Query: query, Total: total,
		Live:  query == "" && values.Get("live") != "0",
		First: first + 1, Last: first + len(mails),
		Zone: time.Now().Format("MST"),
	}
	if number > 1 {
		page.Newer = page.url(number - 1)
	}
	if page.Last < total && len(mails) > 0 {
		page.Older = page.url(number + 1)
	}
	if page.Live {
		w.Header().Set("Refresh", refresh)
	}
	web.Private(w)
	return v.pages.Render(w, http.StatusOK, "mailbox.html", page)
}

// url is the address of another page of the same list.
func (p listPage) url(number int) string {
	values := url.Values{}
	if p.Query != "" {
		values.Set("q", p.Query)
	}
	if !p.Live {
		values.Set("live", "0")
	}
	if number > 1 {
		values.Set("page", strconv.Itoa(number))
	}
	if len(values) == 0 {
		return "/mailbox"
	}
	return "/mailbox?" + values.Encode()
}

// Count is n with separators, followed by its noun.
func (listPage) Count(n int, one, many string) string {
	noun := many
	if n == 1 {
		noun = one
	}
	return message.NewPrinter(language.English).Sprintf("%d %s", n, noun)
}

// Name is whom a field with a single address names, by name where it has one.
func (listPage) Name(field string) string {
	a, err := mail.ParseAddress(field)
	if err != nil {
		return field // not one plain address: shown as it is
	}
	return cmp.Or(a.Name, a.Address)
}

// Address is the address of a field that holds a single one.
func (listPage) Address(field string) string {
	a, err := mail.ParseAddress(field)
	if err != nil {
		return field
	}
	return a.Address
}
