package mailview

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tidings/internal/mailbox"
	"tidings/internal/web"
)

const (
	maxSource = 512 << 10 // bytes of the source that a page shows
	phone     = 360       // CSS pixels across a small phone
)

// mailPolicy lets the page of a mail frame the mail, and lets its button post
// to wherever the mail says that one can unsubscribe.
const mailPolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; " +
	"form-action http: https:; base-uri 'none'; frame-ancestors 'none'"

// mailPage is what mailbox-mail.html is filled from.
type mailPage struct {
	web.Page

	Mail   *mailbox.Message
	Show   string // tab that is open: "html", "text" or "source"
	Tabs   []tab
	Width  int    // of the frame in CSS pixels; 0: as wide as there is room
	Source string // for the tab of that name
	Cut    bool   // the source goes on after what is shown
}

// tab is one way to look at a mail.
type tab struct {
	Show, Name string
}

// mail answers GET /mailbox/{id}.
func (v *views) mail(w http.ResponseWriter, r *http.Request) error {
	m, err := v.find(r)
	if err != nil {
		return err
	}
	page := mailPage{Page: v.page(title(m)), Mail: m, Tabs: tabs(m)}
	page.Show = page.Tabs[0].Show
	asked := r.URL.Query()
	if slices.ContainsFunc(page.Tabs, func(t tab) bool { return t.Show == asked.Get("show") }) {
		page.Show = asked.Get("show")
	}
	if asked.Get("width") == strconv.Itoa(phone) {
		page.Width = phone
	}
	if page.Show == "source" {
		page.Cut = len(m.Source) > maxSource
		page.Source = strings.ToValidUTF8(string(m.Source[:min(len(m.Source), maxSource)]), "\uFFFD")
	}
	web.Private(w)
	w.Header().Set("Content-Security-Policy", mailPolicy)
	return v.pages.Render(w, http.StatusOK, "mailbox-mail.html", page)
}

// source answers GET /mailbox/{id}/source with the .eml file, to be saved.
func (v *views) source(w http.ResponseWriter, r *http.Request) error {
	m, err := v.find(r)
	if err != nil {
		return err
	}
	web.Private(w)
	h := w.Header()
	h.Set("Content-Type", "message/rfc822")
	h.Set("Content-Disposition", `attachment; filename="`+m.ID+`.eml"`)
	_, _ = w.Write(m.Source) // an error means that the reader has gone
	return nil
}

// title is the subject, or what stands for one that is missing.
func title(m *mailbox.Message) string {
	if m.Subject == "" {
		return "(no subject)"
	}
	return m.Subject
}

// tabs returns the ways in which m can be looked at, the first being the one
// that its reader's mail program would take.
func tabs(m *mailbox.Message) []tab {
	var list []tab
	if m.HTML != "" {
		list = append(list, tab{"html", "HTML"})
	}
	if m.Text != "" {
		list = append(list, tab{"text", "Text"})
	}
	return append(list, tab{"source", "Source"})
}
