package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"tidings/internal/newsletter"
)

// Lock is held by the one process that sends for a site (rule R10). The
// operating system lets go of it when the process ends, however it ends.
type Lock struct {
	file *flock.Flock
}

// AcquireLock takes the lock at path. newsletter.ErrLocked, with who holds it
// as a hint: another process sends.
func AcquireLock(path string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	l := flock.New(path, flock.SetPermissions(0o600))
	got, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !got {
		holder, _ := os.ReadFile(path) //nolint:gosec // our own lock file
		return nil, newsletter.Hint(fmt.Errorf("this site is %w", newsletter.ErrLocked),
			"held by "+strings.TrimSpace(string(holder))+"; stop it first")
	}
	if err := os.WriteFile(path, []byte(Holder()+"\n"), 0o600); err != nil {
		_ = l.Unlock()
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return &Lock{file: l}, nil
}

// Release lets another process send.
func (l *Lock) Release() error { return l.file.Unlock() }

// Holder names this process for people.
func Holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s", os.Getpid(), host)
}

// Begin starts a new epoch for a process that holds the lock, and turns what an
// earlier process left attempting into unknown (rule R7): nobody can know
// whether those mails arrived, and nothing else is guessed. It returns the
// epoch and how many became unknown.
func (s *Store) Begin(ctx context.Context) (epoch int64, unknown int, err error) {
	err = s.update(ctx, func(t *tx) error {
		unknown = 0
		if err := t.row(`UPDATE instance SET epoch = epoch + 1, holder = $1, started_at = $2 WHERE id = 1 RETURNING epoch`,
			[]any{Holder(), micros(t.now)}, &epoch); err != nil {
			return fmt.Errorf("begin epoch: %w", err)
		}
		return t.rows(`UPDATE delivery SET state = 'unknown', updated_at = $2, reply = 'Tidings stopped before the answer came'
			WHERE state = 'attempting' AND epoch < $1 RETURNING issue_id`, []any{epoch, micros(t.now)},
			func(r *sql.Rows) error {
				var issue int64
				if err := r.Scan(&issue); err != nil {
					return err
				}
				unknown++
				t.tally.moved(issue, newsletter.Attempting, newsletter.Unknown, 1)
				return nil
			})
	})
	return epoch, unknown, err
}

// Running tells since when and by whom the site is served, as the last process
// to begin wrote it.
func (s *Store) Running(ctx context.Context) (holder string, since time.Time, err error) {
	var at int64
	err = s.read.QueryRowContext(ctx, `SELECT holder, started_at FROM instance WHERE id = 1`).Scan(&holder, &at)
	return holder, fromMicros(at), plain(err)
}
