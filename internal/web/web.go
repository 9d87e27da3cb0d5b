// Package web is in charge of what all pages share: turning errors into a
// status and a calm page, rendering templates, static files, response headers,
// limits, request logs and the server's deadlines. It knows no newsletter and
// holds no rule; packages below it bring the pages.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"tidings/internal/locale"
	"tidings/internal/newsletter"
)

// Handler answers one request. What it returns as an error is answered by
// Pages.Handle, so it must not have written anything by then.
type Handler func(w http.ResponseWriter, r *http.Request) error

// statuses is the one table from what went wrong to what a browser is told.
// Anything else is 500. A forged link looks like an unknown one.
var statuses = []struct {
	err    error
	status int
}{
	{newsletter.ErrNotFound, http.StatusNotFound},
	{newsletter.ErrForged, http.StatusNotFound},
	{newsletter.ErrInvalid, http.StatusBadRequest},
	{newsletter.ErrConflict, http.StatusConflict},
	{newsletter.ErrUnavailable, http.StatusServiceUnavailable},
	{newsletter.ErrLocked, http.StatusServiceUnavailable},
	{errMethod, http.StatusMethodNotAllowed},
}

// Status is the HTTP status that says what err means.
func Status(err error) int {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// Handle makes an http.Handler of h. An error becomes its status and a page in
// plain words; its cause is for the log alone.
func (p *Pages) Handle(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		status := Status(err)
		if status >= http.StatusInternalServerError {
			p.logFailure(r, status, err)
		}
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "120")
		}
		if err := p.answerError(w, r, status); err != nil {
			p.logFailure(r, status, err)
			http.Error(w, http.StatusText(status), status)
		}
	})
}

// answerError says in plain words what a status means, as JSON to who wants that.
// No cache keeps it, and no other site hears of it: the token of a link that was
// mistyped is nearly a token.
func (p *Pages) answerError(w http.ResponseWriter, r *http.Request, status int) error {
	Private(w)
	page := errorPage(p.Locale(r, "", ""), status)
	if WantsJSON(r) {
		return WriteJSON(w, status, map[string]any{"ok": false, "message": page.Heading + ". " + strings.Join(page.Words, " ")})
	}
	return p.Render(w, status, "error.html", page)
}

// logFailure writes down why a request went wrong. A reader who closed the
// page early is nothing that went wrong.
func (p *Pages) logFailure(r *http.Request, status int, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	p.log.LogAttrs(r.Context(), slog.LevelError, "request failed",
		slog.String("method", r.Method),
		slog.String("path", logPath(r.URL.Path)),
		slog.Int("status", status),
		slog.Any("error", err))
}

// ErrorPage is what a reader sees when something went wrong.
type ErrorPage struct {
	Page
	Status  int
	Heading string
	Words   []string // paragraphs: what happened, what was kept, what to do
}

// errorPage puts a status in words.
func errorPage(l *locale.Locale, status int) ErrorPage {
	about, paragraphs := errorWords(status)
	page := ErrorPage{Status: status, Heading: l.Say("error." + about)}
	page.Page = Page{Locale: l, Title: page.Heading, Private: true}
	for i := range paragraphs {
		page.Words = append(page.Words, l.Say(fmt.Sprintf("error.%s_%d", about, i+1)))
	}
	return page
}

// errorWords is what the messages about a status are called, and how many
// paragraphs there are below their heading.
func errorWords(status int) (about string, paragraphs int) {
	switch status {
	case http.StatusNotFound:
		return "not_found", 2
	case http.StatusBadRequest, http.StatusConflict, http.StatusMethodNotAllowed:
		return "invalid", 2
	case http.StatusRequestEntityTooLarge:
		return "large", 1
	case http.StatusServiceUnavailable:
		return "busy", 2
	}
	return "broken", 2
}
