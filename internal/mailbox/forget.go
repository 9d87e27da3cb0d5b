package mailbox

import (
	"bufio"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"
)

// Forget deletes all messages to some addresses and says how many there were.
// Messages may come meanwhile.
func (m *Mailbox) Forget(addresses []string) (int, error) {
	m.mu.Lock()
	all := slices.Clone(m.entries)
	m.mu.Unlock()
	gone := map[string]bool{}
	err := m.forget(all, addresses, gone)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = slices.DeleteFunc(m.entries, func(e Entry) bool { return gone[e.ID] })
	if len(gone) > 0 {
		m.announce()
	}
	return len(gone), err
}

// forget deletes the files of those messages that went to some addresses.
func (m *Mailbox) forget(all []Entry, addresses []string, gone map[string]bool) error {
	for _, e := range all {
		theirs, err := m.isTo(e.ID+extension, addresses)
		if err != nil {
			return err
		}
		if !theirs {
			continue
		}
		if err := m.root.Remove(e.ID + extension); err != nil && !os.IsNotExist(err) {
			return err
		}
		gone[e.ID] = true
	}
	return nil
}

// Forget is Mailbox.Forget for a folder that this process does not hold. A folder
// that is not there holds nothing.
func Forget(dir string, addresses []string) (int, error) {
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		return 0, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	m := &Mailbox{root: root, changed: make(chan struct{}), log: slog.New(slog.DiscardHandler)}
	files, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		id, found := strings.CutSuffix(file.Name(), extension)
		if _, ok := arrival(id); found && ok {
			m.entries = append(m.entries, Entry{ID: id})
		}
	}
	return m.Forget(addresses)
}

// isTo says whether a message went to one of some addresses, by what the server
// wrote on top of it and by what it says itself.
func (m *Mailbox) isTo(name string, addresses []string) (bool, error) {
	f, err := m.root.Open(name)
	if os.IsNotExist(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	h, _ := textproto.ReadHeader(bufio.NewReader(io.LimitReader(f, maxIndexed))) // a broken header may name them all the same
	header := message.Header{Header: h}
	for _, field := range []string{"Delivered-To", "To"} {
		for fields := header.FieldsByKey(field); fields.Next(); {
			value := strings.ToLower(strings.Trim(fields.Value(), "<> \t"))
			if slices.ContainsFunc(addresses, func(a string) bool { return strings.ToLower(a) == value }) {
				return true, nil
			}
		}
	}
	return false, nil
}
