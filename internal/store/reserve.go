package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"tidings/internal/newsletter"
)

const (
	reserveSize  = 16 << 20         // bytes; some ten thousand receipts
	reserveAgain = 10 * time.Second // how often a spent reserve is filled again
)

// spare is a file that is given back when the disk is full, so that the
// answers to mails already sent can still be written down (rule R11). While it
// is spent, nothing new is claimed. The zero spare is none.
type spare struct {
	mu    sync.Mutex
	path  string // empty: none is kept
	spent bool
	tried time.Time
}

// KeepReserve keeps 16 MiB of the disk at path for bad times.
func (s *Store) KeepReserve(path string) error {
	s.spare.mu.Lock()
	defer s.spare.mu.Unlock()
	s.spare.path = path
	return s.spare.fill()
}

// fill makes the file, of true bytes: a sparse one would keep nothing.
func (r *spare) fill() error {
	if info, err := os.Stat(r.path); err == nil && info.Size() == reserveSize {
		r.spent = false
		return nil
	}
	err := os.WriteFile(r.path, make([]byte, reserveSize), 0o600)
	if err != nil {
		_ = os.Remove(r.path)
		return fmt.Errorf("keep disk space in reserve: %w", err)
	}
	r.spent = false
	return nil
}

// spend gives the space back; false where there was none to give.
func (r *spare) spend() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.path == "" {
		return false
	}
	r.spent = true
	err := os.Remove(r.path)
	return err == nil || !errors.Is(err, fs.ErrNotExist)
}

// ready returns newsletter.ErrUnavailable while the reserve is spent and the
// disk has no room for another.
func (r *spare) ready(now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.spent {
		return nil
	}
	if now.Sub(r.tried) >= reserveAgain {
		r.tried = now
		if r.fill() == nil {
			return nil
		}
	}
	return newsletter.Hint(fmt.Errorf("%w: the disk is full", newsletter.ErrUnavailable), "make room; sending goes on by itself")
}
