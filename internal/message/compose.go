package message

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"tidings/internal/newsletter"
)

// Compose makes the message of one delivery. The same delivery gives the same
// bytes each time, signature included, so that a mail store can tell a second
// copy from a second mail.
func (t *Template) Compose(d newsletter.Delivery) (*Message, error) {
	return t.Append(make([]byte, 0, t.size()), d)
}

// Append is Compose into memory of the caller: the message's Bytes begin where
// buf begins, and only where buf is too small are they made anew. Whoever sends
// one message after another can hand in the Bytes of the last.
func (t *Template) Append(buf []byte, d newsletter.Delivery) (*Message, error) {
	if !isAddress(d.Subscriber.Email) {
		return nil, fmt.Errorf("subscriber %d: %w: address", d.Subscriber.ID, newsletter.ErrInvalid)
	}
	m := &Message{From: t.returnPath(&d), To: d.Subscriber.Email}
	m.ID = t.composer.config.Tokens.MessageID(d.IssueID, d.Subscriber.ID) + "@" + t.domain
	r := reader{template: t, delivery: &d}
	b, err := t.appendFields(t.seal.reserve(buf[:0]), m.ID, &r)
	if err != nil {
		return nil, err
	}
	if t.seal != nil {
		r.hash = t.seal.hashes()
	}
	if d.Subscriber.PlainText {
		b, err = t.appendPlain(b, &r)
	} else {
		b, err = t.appendParts(b, &r)
	}
	if err != nil {
		return nil, err
	}
	m.Bytes = b
	if t.seal != nil {
		err = t.seal.sign(b, r.hash, d.CreatedAt)
	}
	return m, err
}

// appendParts appends text and HTML with what stands around them.
func (t *Template) appendParts(b []byte, r *reader) ([]byte, error) {
	f := &t.frame
	b, err := t.text.append(f.start.append(append(b, f.header...), r), r)
	if err != nil {
		return nil, fmt.Errorf("text part: %w", err)
	}
	if b, err = t.html.append(f.between.append(b, r), r); err != nil {
		return nil, fmt.Errorf("HTML part: %w", err)
	}
	return f.end.append(b, r), nil
}

// appendPlain appends the text alone, for a reader who wants no more.
func (t *Template) appendPlain(b []byte, r *reader) ([]byte, error) {
	b = append(b, t.plain...)
	from, sum := len(b), r.hash
	r.hash = nil // the last lines count only when all are there
	b, err := t.text.append(b, r)
	if err != nil {
		return nil, fmt.Errorf("text: %w", err)
	}
	if bytes.HasSuffix(b, []byte("=\r\n")) { // a soft line break; a body ends with a hard one
		b = append(b, "\r\n"...)
	}
	if sum != nil {
		_, _ = sum.Write(appendBody(nil, b[from:]))
		r.hash = sum
	}
	return b, nil
}

// size is about as long as a message becomes.
func (t *Template) size() int {
	const fields = 2048 // and what merge tags add
	f := &t.frame
	return len(f.header) + len(f.start.text) + len(f.between.text) + len(f.end.text) + t.text.size + t.html.size + fields
}

// appendFields appends the header fields that differ between readers.
func (t *Template) appendFields(b []byte, id string, r *reader) ([]byte, error) {
	b = append(b, "Date: "...)
	b = r.delivery.CreatedAt.UTC().AppendFormat(b, "Mon, 02 Jan 2006 15:04:05 -0700")
	b = append(appendFolded(append(b, "\r\n"...), "Message-ID:", "<"+id+">"), "\r\n"...)
	b = append(appendFolded(b, "To:", "<"+r.delivery.Subscriber.Email+">"), "\r\n"...)
	if t.mail.Subject.Personal() {
		subject, err := t.subject.append(nil, r)
		if err != nil {
			return nil, fmt.Errorf("subject: %w", err)
		}
		b = appendUnstructured(b, "Subject", string(subject))
	}
	if sender := t.composer.config.Sender; sender != "" {
		b = append(b, "Feedback-ID: issue-"...)
		b = strconv.AppendInt(b, r.delivery.IssueID, 10)
		b = append(b, ":list-"+t.mail.Newsletter+":mail-"+string(t.mail.Kind)+":"+sender+"\r\n"...)
	}
	if !t.mail.Kind.Listed() {
		return b, nil // to one person: there is no list to leave
	}
	// RFC 8058, section 3.1: one HTTPS URI that acts on a POST, and it comes first.
	b = appendFolded(b, "List-Unsubscribe:", "<"+r.unsubscribeURL()+">,", t.leave)
	return append(b, "\r\n"...), nil
}

// maxLocal is how long the part of an address before the "@" may be (RFC 5321,
// section 4.5.3.1.1).
const maxLocal = 64

// returnPath is the envelope sender of one delivery. Where its token has no room
// bounces come back without it, and are known by their Message-ID.
func (t *Template) returnPath(d *newsletter.Delivery) string {
	bounce := t.composer.config.Bounce
	if bounce == "" {
		return t.mail.From.Address
	}
	local, domain, _ := strings.Cut(bounce, "@")
	local += "+" + t.composer.config.Tokens.ReturnPath(d.IssueID, d.Subscriber.ID)
	if len(local) > maxLocal {
		return bounce
	}
	return local + "@" + domain
}
