package mailview

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/net/html"

	"tidings/internal/web"
)

// framePolicy is the Content-Security-Policy of a mail's HTML. Its sandbox
// takes the mail's origin away and forbids scripts and forms, also when the
// address is opened outside of its frame; a link opens a new window, which is
// free of the sandbox so that the page there works.
const framePolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; " +
	"style-src 'unsafe-inline'; img-src 'self' data: %s; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

// html answers GET /mailbox/{id}/html with the mail's HTML as it was sent, but
// that its links open in a new window and that the pictures it brings along are
// found.
func (v *views) html(w http.ResponseWriter, r *http.Request) error {
	m, err := v.find(r)
	if err != nil {
		return err
	}
	web.Private(w)
	h := w.Header()
	h.Set("Content-Security-Policy", fmt.Sprintf(framePolicy, v.site))
	h.Set("Content-Type", "text/html; charset=utf-8")
	doc := withPictures(m)
	at := headStart(doc)
	_, _ = io.WriteString(w, doc[:at]+`<base target="_blank">`+doc[at:]) // an error: the reader has gone
	return nil
}

// headStart is where an element of the head can be put in: before the first
// tag, and after the doctype, without which a browser would fall back to quirks
// mode. The tags html and head that follow keep their meaning (HTML Living
// Standard, section 13.2.6.4.7: attributes of a late html tag are added).
func headStart(doc string) int {
	at := 0
	for z := html.NewTokenizer(strings.NewReader(doc)); ; {
		kind := z.Next()
		blank := kind == html.TextToken && strings.TrimSpace(string(z.Raw())) == ""
		if kind != html.DoctypeToken && kind != html.CommentToken && !blank {
			return at
		}
		at += len(z.Raw())
	}
}
