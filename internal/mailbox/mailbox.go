// Package mailbox is in charge of the built-in mailbox of demo and development:
// a real SMTP server on loopback that keeps each message as an .eml file in one
// folder and reads them back. It sends nothing on, so mail that lands here
// never leaves the machine.
package mailbox

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DefaultMax is how many messages a mailbox keeps unless told otherwise:
// enough for a demo left alone overnight, some hundred megabytes at most.
const DefaultMax = 20_000

const (
	extension  = ".eml"
	tempPrefix = "incoming-"
	idDigits   = 19 // nanoseconds since 1970 until the year 2286
)

// Mailbox is a folder of messages with an index of them in memory. Its methods
// may be called from several goroutines; only one process may hold a folder.
type Mailbox struct {
	max  int
	log  *slog.Logger
	root *os.Root

	mu      sync.Mutex
	entries []Entry // oldest first
	last    int64   // ID of the newest message that was ever kept
	temps   int     // temporary files made so far, for their names
	changed chan struct{}
}

// Entry is one message as a list shows it. All texts are decoded and cut to a
// length fit for a list; they hold whatever the sender wrote.
type Entry struct {
	ID      string    // names sort by arrival
	At      time.Time // of arrival
	From    string    // the From field
	To      string    // the To field; the envelope's recipients when there is none
	Subject string
	Size    int64 // of the .eml file, in bytes
}

// Open opens the mailbox in dir, which is made when it does not exist. It
// keeps the newest limit messages and deletes older ones, at once and whenever
// a new one comes; DefaultMax is a good limit. Files that are not its own stay
// as they are.
func Open(dir string, limit int, log *slog.Logger) (*Mailbox, error) {
	if limit < 1 {
		return nil, fmt.Errorf("opening mailbox: limit is %d, expected 1 or more", limit)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening mailbox: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening mailbox: %w", err)
	}
	m := &Mailbox{max: limit, log: log, root: root, changed: make(chan struct{})}
	if err := m.load(); err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("opening mailbox: %w", err)
	}
	return m, nil
}

// Close ends the use of the folder. Call it after Serve has returned.
func (m *Mailbox) Close() error { return m.root.Close() }

// Changed returns a channel that is closed when the next message arrives or
// the mailbox is emptied. Take it before you look, then nothing is missed.
func (m *Mailbox) Changed() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

// List returns the entries whose sender, recipient or subject holds query,
// whatever its case, newest first: at most limit of them after the first
// offset, and how many there are in all. An empty query matches everything. What
// another process deleted, because it erased somebody, is not shown.
func (m *Mailbox) List(query string, offset, limit int) (page []Entry, total int) {
	query = strings.ToLower(query)
	m.mu.Lock()
	defer m.mu.Unlock()
	var deleted []string
	for _, e := range slices.Backward(m.entries) {
		if query != "" && !e.matches(query) {
			continue
		}
		if total >= offset && len(page) < limit {
			if _, err := m.root.Stat(e.ID + extension); os.IsNotExist(err) {
				deleted = append(deleted, e.ID)
				continue
			}
			page = append(page, e)
		}
		total++
	}
	m.entries = slices.DeleteFunc(m.entries, func(e Entry) bool { return slices.Contains(deleted, e.ID) })
	return page, total
}

// matches says whether query, in lower case, stands in what a list shows.
func (e *Entry) matches(query string) bool {
	return strings.Contains(strings.ToLower(e.From), query) ||
		strings.Contains(strings.ToLower(e.To), query) ||
		strings.Contains(strings.ToLower(e.Subject), query)
}

// Clear deletes all messages and says how many there were.
func (m *Mailbox) Clear() (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.entries)
	if err := m.dropOldest(n); err != nil {
		return 0, fmt.Errorf("emptying mailbox: %w", err)
	}
	m.announce()
	return n, nil
}

// load reads the folder into the index and removes what a crash left behind.
func (m *Mailbox) load() error {
	files, err := fs.ReadDir(m.root.FS(), ".")
	if err != nil {
		return err
	}
	for _, file := range files { // in the order of their names, hence of arrival
		if strings.HasPrefix(file.Name(), tempPrefix) {
			if err := m.root.Remove(file.Name()); err != nil {
				return err
			}
		}
		if err := m.loadEntry(file.Name()); err != nil {
			return err
		}
	}
	return m.dropOldest(len(m.entries) - m.max)
}

// loadEntry adds a file to the index if its name is a message's.
func (m *Mailbox) loadEntry(name string) error {
	id, found := strings.CutSuffix(name, extension)
	at, ok := arrival(id)
	if !found || !ok {
		return nil
	}
	f, err := m.root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	e, err := readEntry(f)
	if err != nil {
		return err
	}
	e.ID, e.At = id, at
	m.entries = append(m.entries, e)
	m.last = at.UnixNano()
	return nil
}

// dropOldest deletes the first n messages of the index, if n is above zero. A
// file that somebody else has already deleted is no error.
func (m *Mailbox) dropOldest(n int) error {
	for range n {
		err := m.root.Remove(m.entries[0].ID + extension)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		m.entries[0] = Entry{} // the array behind the slice lives on
		m.entries = m.entries[1:]
	}
	return nil
}

// announce wakes whoever waits for a change. The caller holds the lock.
func (m *Mailbox) announce() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// arrival returns when the message of that ID came. Nothing that is not an ID
// may become part of a file name: for it, ok is false.
func arrival(id string) (at time.Time, ok bool) {
	if len(id) != idDigits || strings.Trim(id, "0123456789") != "" {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(id, 10, 64)
	return time.Unix(0, n), err == nil
}
