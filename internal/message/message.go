// Package message is in charge of what goes over the wire: it makes of a frozen
// mail and one of its readers a message by RFC 5322, and signs it. It is the
// only composer. What all readers share is written once and kept encoded; a
// reader costs only the pieces that differ.
package message

import (
	"fmt"
	"net/mail"
	"strings"

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

	// Bounce is where bounces go, such as bounces@example.org. Each message then
	// has a return path of its own, bounces+TOKEN@example.org, by which a bounce
	// names the delivery that it is about. Empty: they go to the From address.
	Bounce string

	// Sender is the last part of Feedback-ID, by which Gmail reports complaints
	// to a sender as a whole: 5 to 15 characters. Empty: no such field.
	Sender string
}

// Composer makes messages. It may be used by many goroutines.
type Composer struct {
	config Config
}

// New returns a Composer for a site.
func New(c Config) *Composer { return &Composer{config: c} }

// Template is a mail made ready for all of its readers. It may be used by many
// goroutines.
type Template struct {
	composer *Composer
	mail     *newsletter.Mail
	domain   string // of From: right side of every Message-ID
	leave    string // <mailto:…>, for programs that know only RFC 2369
	subject  body   // only when it differs between readers
	frame    frame
	plain    string // header of a message that has the text alone
	text     body
	html     body
	seal     *seal // nil: not signed
}

// Compile prepares a mail for its readers.
func (c *Composer) Compile(m *newsletter.Mail) (*Template, error) {
	t := &Template{composer: c, mail: m, domain: domainOf(m.From.Address)}
	var err error
	if t.text, err = compile(m.Text, appendQP); err != nil {
		return nil, fmt.Errorf("text part: %w", err)
	}
	if t.html, err = compile(m.HTML, appendQP); err != nil {
		return nil, fmt.Errorf("HTML part: %w", err)
	}
	if t.subject, err = compile(m.Subject, appendText); err != nil {
		return nil, fmt.Errorf("subject: %w", err)
	}
	if t.frame, err = newFrame(m); err != nil {
		return nil, err
	}
	if t.plain, err = plainHeader(m); err != nil {
		return nil, err
	}
	t.leave = "<mailto:" + replyTo(m).Address + "?subject=unsubscribe>"
	t.seal = newSeal(c.config.DKIM, m, c.config.Sender != "")
	return t, nil
}

func replyTo(m *newsletter.Mail) *mail.Address {
	if m.ReplyTo != nil {
		return m.ReplyTo
	}
	return &m.From
}

func domainOf(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}
