package mailbox

import (
	"fmt"
	"io/fs"
)

// Message is a kept message, read as a mail program reads it.
type Message struct {
	Entry

	Header      []Field      // all fields, in order; the mailbox's own trace fields come first
	HTML        string       // first HTML part, decoded to UTF-8; empty: none
	Text        string       // first plain text part, decoded to UTF-8; empty: none
	Attachments []Attachment // every other part
	Links       []Link       // web links of the HTML, or else of the text, each URL once
	OneClick    string       // URL of a one-click unsubscribe (RFC 8058); empty: not offered
	Problem     string       // why a part of it could not be read; empty: all is well
	Source      []byte       // the .eml file
}

// Field is one field of a header, its value decoded and on one line.
type Field struct {
	Name, Value string
}

// Attachment is a part of a message that is neither its text nor its HTML.
type Attachment struct {
	Name string // as the sender calls it; may be empty
	Type string // MIME type
	Size int64  // decoded, in bytes

	ContentID string // by which the HTML names it (RFC 2392); empty: it does not
	Picture   string // "image/png", "image/jpeg" or "image/gif", as its bytes have it; empty: none of them
	Data      []byte // of a picture with a ContentID
}

// Message reads the message of that ID. An ID that names none, or that has not
// the shape of an ID, is fs.ErrNotExist. What a message holds is never an error:
// what cannot be read of it is told in Problem.
func (m *Mailbox) Message(id string) (*Message, error) {
	at, ok := arrival(id)
	if !ok {
		return nil, fmt.Errorf("message %q: %w", id, fs.ErrNotExist)
	}
	source, err := m.root.ReadFile(id + extension)
	if err != nil {
		return nil, fmt.Errorf("reading message: %w", err)
	}
	msg := parse(source)
	msg.ID, msg.At = id, at
	return msg, nil
}
