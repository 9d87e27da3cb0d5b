// Package message is in charge of what goes over the wire: it makes of a frozen
// mail and one of its readers a message by RFC 5322, and signs it. It is the
// only composer. What all readers share is written once by go-mail and kept
// encoded; a reader costs only the pieces that differ.
package message

import (
	"fmt"
	"net/mail"
	"strings"
	"time"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// Message is one mail to one reader, as the relay gets it.
type Message struct {
	From  string // envelope sender (RFC 5321, section 4.1.1.2)
	To    string // the one envelope recipient
	ID    string // Message-ID without its angle brackets
	Bytes []byte // header and body; every line ends in CRLF, none begins with a dot
}

// Config is what a Composer needs of the site.
type Config struct {
	Tokens  *token.Ring
	BaseURL string // of the pages, without a final slash
	DKIM    *DKIM  // nil: messages are not signed
}

// Composer makes messages. It may be used by many goroutines.
type Composer struct {
	config Config
}

// New returns a Composer for a site.
func New(c Config) *Composer { return &Composer{config: c} }

// confirmFor is how long a link that confirms a sign-up is good.
const confirmFor = 7 * 24 * time.Hour

// Template is a mail made ready for all of its readers. It may be used by many
// goroutines.
type Template struct {
	composer *Composer
	mail     *newsletter.Mail
	domain   string // of From: right side of every Message-ID
	subject  body   // only when it differs between readers
	header   string // header fields that all readers share, and the start of the MIME body
	between  string // between text and HTML: the boundary and the fields of the second part
	end      string // closes the MIME body
	text     body
	html     body
}

// Compile prepares a mail for its readers.
func (c *Composer) Compile(m *newsletter.Mail) (*Template, error) {
	t := &Template{composer: c, mail: m, domain: domainOf(m.From.Address)}
	var err error
	if t.text, err = compile(m.Text, encodeQP); err != nil {
		return nil, fmt.Errorf("text part: %w", err)
	}
	if t.html, err = compile(m.HTML, encodeQP); err != nil {
		return nil, fmt.Errorf("HTML part: %w", err)
	}
	if t.subject, err = compile(m.Subject, oneLine); err != nil {
		return nil, fmt.Errorf("subject: %w", err)
	}
	t.header, t.between, t.end, err = frame(m)
	return t, err
}

// Compose makes the message of one delivery. The same delivery gives the same
// bytes each time, DKIM signature aside, so that a mail store can tell a second
// copy from a second mail.
func (t *Template) Compose(d newsletter.Delivery) (*Message, error) {
	if strings.ContainsAny(d.Subscriber.Email, "\r\n\x00<> ") { // nothing else may pass as an address
		return nil, fmt.Errorf("subscriber %d: %w: address", d.Subscriber.ID, newsletter.ErrInvalid)
	}
	id := t.composer.config.Tokens.MessageID(d.IssueID, d.Subscriber.ID) + "@" + t.domain
	values := t.values(d)
	var b strings.Builder
	b.Grow(len(t.header) + len(t.between) + t.text.size + t.html.size + 2048)
	if err := t.writeFields(&b, d, id, values); err != nil {
		return nil, err
	}
	b.WriteString(t.header)
	if err := t.text.write(&b, values); err != nil {
		return nil, fmt.Errorf("text part: %w", err)
	}
	b.WriteString(t.between)
	if err := t.html.write(&b, values); err != nil {
		return nil, fmt.Errorf("HTML part: %w", err)
	}
	b.WriteString(t.end)
	raw, err := t.composer.config.DKIM.sign([]byte(b.String()), t.mail.Kind)
	if err != nil {
		return nil, err
	}
	return &Message{From: t.mail.From.Address, To: d.Subscriber.Email, ID: id, Bytes: raw}, nil
}

// writeFields writes the header fields that differ between readers.
func (t *Template) writeFields(b *strings.Builder, d newsletter.Delivery, id string, values merge.Values) error {
	fmt.Fprintf(b, "Date: %s\r\n", d.CreatedAt.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	fmt.Fprintf(b, "Message-ID: <%s>\r\n", id)
	fmt.Fprintf(b, "To: <%s>\r\n", d.Subscriber.Email)
	if t.mail.Subject.Personal() {
		var subject strings.Builder
		if err := t.subject.write(&subject, values); err != nil {
			return fmt.Errorf("subject: %w", err)
		}
		b.WriteString(field("Subject", subject.String()))
	}
	if t.mail.Kind == newsletter.KindConfirm {
		return nil // not on the list yet: there is nothing to leave
	}
	// RFC 8058, section 3.1: one HTTPS URI that acts on a POST; the mailto beside
	// it is for programs that know only RFC 2369.
	b.WriteString(fold("List-Unsubscribe:",
		fmt.Sprintf("<%s>, <mailto:%s?subject=unsubscribe>", values["unsubscribe_url"], t.replyTo().Address)) + "\r\n")
	return nil
}

func (t *Template) replyTo() *mail.Address {
	if t.mail.ReplyTo != nil {
		return t.mail.ReplyTo
	}
	return &t.mail.From
}

// values is what merge tags of this mail can name, for one reader.
func (t *Template) values(d newsletter.Delivery) merge.Values {
	c := t.composer.config
	s := d.Subscriber
	v := merge.Values{
		"subscriber":      merge.SubscriberValues(s),
		"newsletter":      map[string]any{"title": t.mail.ListName},
		"issue":           map[string]any{"title": t.mail.Title},
		"archive_url":     t.mail.ArchiveURL,
		"unsubscribe_url": c.BaseURL + "/u/" + c.Tokens.Sign(token.Unsubscribe, t.mail.Newsletter, s.ID, time.Time{}),
		"preferences_url": c.BaseURL + "/preferences/" + c.Tokens.Sign(token.Preferences, t.mail.Newsletter, s.ID, time.Time{}),
	}
	if t.mail.Kind == newsletter.KindConfirm {
		v["confirm_url"] = c.BaseURL + "/confirm/" +
			c.Tokens.Sign(token.Confirm, t.mail.Newsletter, s.ID, d.CreatedAt.Add(confirmFor))
	}
	return v
}

func domainOf(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}
