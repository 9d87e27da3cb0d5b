package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tidings/internal/newsletter"
)

// ErrNotAdopted says that this database was copied or moved here, or restored
// from a backup: what it wants to send may have been sent by another.
var ErrNotAdopted = errors.New("this database was copied or moved here, or restored from a backup, so nothing is sent")

// Home checks that the database is where it was when it last sent, and not
// older than the lock's memory of it. ErrNotAdopted: a person has to decide.
func (s *Store) Home(ctx context.Context, l *Lock) error {
	var (
		machine string
		epoch   int64
	)
	if err := s.read.QueryRowContext(ctx, `SELECT machine, epoch FROM instance WHERE id = 1`).Scan(&machine, &epoch); err != nil {
		return plain(err)
	}
	if epoch < l.epoch || machine != "" && machine != s.machine() {
		return newsletter.Hint(ErrNotAdopted, "if no other copy sends, start once with: tidings serve --adopt")
	}
	return nil
}

// Adopt makes this machine the home of the database. Issues that were going out
// are paused, because another copy may have sent them; it returns how many.
func (s *Store) Adopt(ctx context.Context, l *Lock) (paused int, err error) {
	err = s.update(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE issue SET state = 'paused', reason = 'adopted: another copy may have sent it'
			WHERE state IN ('sending', 'expanding') AND kind = 'issue'`)
		if err != nil {
			return fmt.Errorf("pause open issues: %w", err)
		}
		paused = int(n)
		_, err = t.exec(`UPDATE instance SET machine = $1, epoch = CASE WHEN epoch < $2 THEN $2 ELSE epoch END WHERE id = 1`,
			s.machine(), l.epoch)
		return err
	})
	return paused, err
}

// Begin starts a new epoch for the process that holds the lock, and turns what
// an earlier process left attempting into unknown (rule R7): nobody can know
// whether those mails arrived, and nothing else is guessed. It returns the
// epoch and how many became unknown.
func (s *Store) Begin(ctx context.Context, l *Lock) (epoch int64, unknown int, err error) {
	err = s.update(ctx, func(t *tx) error {
		unknown = 0
		if err := t.row(`UPDATE instance SET epoch = epoch + 1, holder = $1, started_at = $2, machine = $3
			WHERE id = 1 RETURNING epoch`, []any{Holder(), micros(t.now), s.machine()}, &epoch); err != nil {
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
	if err != nil {
		return 0, 0, err
	}
	return epoch, unknown, l.write(epoch)
}

// machine names this machine and the place of the database on it. A container
// that has no machine id is known by the place alone.
func (s *Store) machine() string {
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil {
		id = nil
	}
	place, err := filepath.EvalSymlinks(s.path)
	if err != nil {
		place = s.path
	}
	sum := sha256.Sum256(append(id, place...))
	return hex.EncodeToString(sum[:16])
}
