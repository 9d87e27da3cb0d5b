package mailbox

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"
)

// envelope is what a client says around a message, beside its bytes.
type envelope struct {
	helo string   // as the client calls itself
	from string   // empty: the null return path
	to   []string // at least one
}

// keep writes a message to the folder and adds it to the index: first under a
// temporary name, so that a file with a message's name is always whole. It does
// not wait for the disk (fsync): this is a mailbox for development, where a
// burst must be quick and a power cut may take the last seconds.
func (m *Mailbox) keep(env envelope, body io.Reader) error {
	temp := m.tempName()
	e, err := m.write(temp, env.trace(time.Now()), body)
	if err == nil {
		err = m.add(temp, e)
	}
	if err != nil {
		_ = m.root.Remove(temp) // what cannot be removed now, Open removes
	}
	return err
}

// write makes the file and reads back what the index needs of it.
func (m *Mailbox) write(name, trace string, body io.Reader) (Entry, error) {
	f, err := m.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Entry{}, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 32<<10)
	if _, err := io.Copy(w, io.MultiReader(strings.NewReader(trace), body)); err != nil {
		return Entry{}, err
	}
	if err := w.Flush(); err != nil {
		return Entry{}, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return Entry{}, err
	}
	e, err := readEntry(f)
	if err != nil {
		return Entry{}, err
	}
	return e, f.Close()
}

// add gives the file the next ID, so that the order of names is the order in
// which messages became whole, and makes room for it.
func (m *Mailbox) add(temp string, e Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = max(m.last+1, time.Now().UnixNano())
	e.ID, e.At = fmt.Sprintf("%0*d", idDigits, m.last), time.Unix(0, m.last)
	if err := m.root.Rename(temp, e.ID+extension); err != nil {
		return err
	}
	m.entries = append(m.entries, e)
	m.announce()
	if err := m.dropOldest(len(m.entries) - m.max); err != nil {
		m.log.Error("deleting old messages of the mailbox", slog.Any("error", err))
	}
	return nil
}

// tempName returns a name that no other file of the folder has.
func (m *Mailbox) tempName() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.temps++
	return tempPrefix + strconv.Itoa(m.temps)
}

// trace returns the fields that a server puts on top of a message when it
// delivers it: Return-Path and Received (RFC 5321, section 4.4) and one
// Delivered-To for each recipient (RFC 9228).
func (e envelope) trace(now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Return-Path: <%s>\r\n", printable(e.from))
	for _, to := range e.to {
		fmt.Fprintf(&b, "Delivered-To: %s\r\n", printable(to))
	}
	fmt.Fprintf(&b, "Received: from %s\r\n\tby localhost (Tidings mailbox) with ESMTP;\r\n\t%s\r\n",
		printable(e.helo), now.Format(time.RFC1123Z))
	return b.String()
}

// printable returns s without control characters, so that nothing a client says
// can start a new line of the header.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
