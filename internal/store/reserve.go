package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	if err := writeZeros(r.path, reserveSize); err != nil {
		_ = os.Remove(r.path)
		return fmt.Errorf("keep disk space in reserve: %w", err)
	}
	r.spent = false
	return nil
}

// writeZeros makes a file of so many bytes, piece by piece: memory that is needed
// once is kept for long.
func writeZeros(path string, size int) (err error) {
	f, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	piece := make([]byte, 64<<10)
	for left := size; left > 0; left -= len(piece) {
		piece = piece[:min(left, len(piece))]
		if _, err := f.Write(piece); err != nil {
			return err
		}
	}
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
