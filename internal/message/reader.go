package message

import (
	"hash"
	"path"
	"strings"
	"time"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// reader is what the merge tags of one message can name. Links are signed, and
// values gathered, only when something names them: a mail is composed a million
// times.
type reader struct {
	template    *Template
	delivery    *newsletter.Delivery
	unsubscribe string
	preferences string
	archive     string
	values      merge.Values
	hash        hash.Hash // of the body in its canonical form, as far as it is written; nil: nobody asks for it
}

// hashLines hashes lines of a body.
func (r *reader) hashLines(lines []byte) {
	if r.hash == nil {
		return
	}
	if !isRelaxed(lines) {
		lines = appendLines(nil, lines)
	}
	_, _ = r.hash.Write(lines)
}

// fill fills one tag.
func (r *reader) fill(tag *merge.Tag) (string, error) {
	if name, ok := tag.Name(); ok {
		if text, ok := r.text(name); ok {
			return tag.FillText(text), nil
		}
	}
	return tag.Fill(r.all())
}

// text is the value of a name that is a text, without the way through a map.
func (r *reader) text(name string) (text string, ok bool) {
	s := &r.delivery.Subscriber
	switch name {
	case "unsubscribe_url":
		return r.unsubscribeURL(), true
	case "preferences_url":
		return r.preferencesURL(), true
	case "archive_url":
		return r.archiveURL(), true
	case "subscriber.first_name":
		return s.FirstName, true
	case "subscriber.name":
		return s.Name, true
	case "subscriber.email":
		return s.Email, true
	}
	field, ok := strings.CutPrefix(name, "subscriber.")
	if !ok || field == "tags" || strings.Contains(field, ".") {
		return "", false
	}
	return s.Fields[field], true
}

// all is every value, for tags that compute.
func (r *reader) all() merge.Values {
	if r.values != nil {
		return r.values
	}
	mail := r.template.mail
	r.values = merge.Values{
		"subscriber":      merge.SubscriberValues(r.delivery.Subscriber),
		"newsletter":      map[string]any{"title": mail.ListName},
		"issue":           map[string]any{"title": mail.Title},
		"archive_url":     r.archiveURL(),
		"unsubscribe_url": r.unsubscribeURL(),
		"preferences_url": r.preferencesURL(),
	}
	made := r.delivery.CreatedAt
	switch mail.Kind {
	case newsletter.KindConfirm:
		r.values["confirm_url"] = r.link("/confirm/", token.Confirm, made.Add(confirmFor))
	case newsletter.KindAccess:
		r.values["access_url"] = r.link("/preferences/", token.Preferences, made.Add(token.AccessFor))
	case newsletter.KindAddress:
		r.values["address_url"] = r.link("/address/", token.Address, made.Add(token.AddressFor))
	default: // no link of its own
	}
	return r.values
}

// confirmFor is how long a link that confirms a sign-up is good.
const confirmFor = 7 * 24 * time.Hour

func (r *reader) unsubscribeURL() string {
	if r.unsubscribe == "" {
		r.unsubscribe = r.link("/u/", token.Unsubscribe, time.Time{})
	}
	return r.unsubscribe
}

func (r *reader) preferencesURL() string {
	if r.preferences == "" {
		r.preferences = r.link("/preferences/", token.Preferences, time.Time{})
	}
	return r.preferences
}

// archiveURL is where this reader can read the mail on the web.
func (r *reader) archiveURL() string {
	mail := r.template.mail
	if !mail.ReadersOnly {
		return mail.ArchiveURL
	}
	if r.archive == "" {
		r.archive = r.link("/archive/", token.Archive, time.Time{}) + "/" + path.Base(mail.ArchiveURL)
	}
	return r.archive
}

// link is a page of the site that knows who opens it.
func (r *reader) link(path string, purpose token.Purpose, expires time.Time) string {
	c := &r.template.composer.config
	return c.BaseURL + path + c.Tokens.Sign(purpose, r.template.mail.Newsletter, r.delivery.Subscriber.ID, expires)
}
