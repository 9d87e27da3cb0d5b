package public

import (
	"net/http"
	"strings"

	"tidings/internal/locale"
	"tidings/internal/signup"
)

// visit is what a request brings with it, for the receipt of what it does.
func visit(r *http.Request, source string) signup.Visit {
	return signup.Visit{Source: source, RemoteAddr: r.RemoteAddr, UserAgent: r.UserAgent()}
}

// shown is the visit of somebody who pressed a button on a page of ours, with the
// words that stood there, by the ids of their messages. They are kept for good, so
// that no address and no day is among them.
func shown(r *http.Request, l *locale.Locale, title string, ids ...string) signup.Visit {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = l.Say(id, "Newsletter", title, "Address", "…", "Day", "…")
	}
	v := visit(r, "page")
	v.Words = strings.Join(words, "\n")
	return v
}
