package mailview

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"tidings/internal/mailbox"
	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// picturePolicy keeps a picture from being anything else when its address is
// opened outside of its mail.
const picturePolicy = "sandbox; default-src 'none'; frame-ancestors 'none'"

// picture answers GET /mailbox/{id}/picture/{n} with a picture that a mail brings
// along, as which kind its bytes are.
func (v *views) picture(w http.ResponseWriter, r *http.Request) error {
	m, err := v.find(r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(m.Attachments) || m.Attachments[n].Picture == "" {
		return fmt.Errorf("picture %q of a mail: %w", r.PathValue("n"), newsletter.ErrNotFound)
	}
	web.Private(w)
	h := w.Header()
	h.Set("Content-Security-Policy", picturePolicy)
	h.Set("Content-Type", m.Attachments[n].Picture)
	_, _ = w.Write(m.Attachments[n].Data) // an error means that the reader has gone
	return nil
}

// withPictures is the HTML of a mail in which the pictures that it brings along,
// and names by cid: (RFC 2392), have an address here. Any other byte stays.
func withPictures(m *mailbox.Message) string {
	if !strings.Contains(strings.ToLower(m.HTML), "cid:") {
		return m.HTML
	}
	var b strings.Builder
	at := 0
	for z := html.NewTokenizer(strings.NewReader(m.HTML)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return b.String() + m.HTML[at:] // a tag that is cut off is no token
		}
		raw := string(z.Raw())
		at += len(raw)
		if kind == html.StartTagToken || kind == html.SelfClosingTagToken {
			if t := z.Token(); t.Data == "img" && found(m, &t) {
				raw = t.String()
			}
		}
		b.WriteString(raw)
	}
}

// found gives an img element the address of its picture, if the mail has it.
func found(m *mailbox.Message, t *html.Token) bool {
	for i := range t.Attr {
		src := t.Attr[i].Val
		if t.Attr[i].Key != "src" || len(src) < 4 || !strings.EqualFold(src[:4], "cid:") {
			continue
		}
		id, err := url.PathUnescape(src[4:])
		for n := range m.Attachments {
			if a := &m.Attachments[n]; err == nil && a.Picture != "" && a.ContentID == id {
				t.Attr[i].Val = "/mailbox/" + m.ID + "/picture/" + strconv.Itoa(n)
				return true
			}
		}
	}
	return false
}
