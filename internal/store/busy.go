package store

import (
	"context"
	"fmt"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// How long a write waits for another process that writes, unless WaitAtMost says
// otherwise, and how long SQLite does by itself before it is asked again.
const (
	busyWait = 10 * time.Second
	busyLook = 8 * time.Millisecond
)

// WaitAtMost says how long a write waits for another program that writes; who comes
// while one waits already may wait for two. It is called before anybody writes.
func (s *Store) WaitAtMost(d time.Duration) { s.writer.wait = d }

// patience is how long SQLite itself waits for another process. The longer it waits,
// the longer it sleeps between two looks, up to a tenth of a second: one that writes
// much, in many transactions, then leaves it none of the moments between them.
func (w *writer) patience(d time.Duration) error {
	_, err := w.conn.ExecContext(context.Background(), fmt.Sprintf(`PRAGMA busy_timeout(%d)`, d.Milliseconds()))
	if err != nil {
		return fmt.Errorf("set how long the database is waited for: %w", err)
	}
	return nil
}

// start begins a transaction, as soon as no other process is in one.
func (t *tx) start() error {
	for began := time.Now(); ; {
		_, err := t.exec("BEGIN IMMEDIATE")
		if resultCode(err) == sqlite3.SQLITE_BUSY && time.Since(began) < t.w.wait {
			continue // SQLite has slept a little
		}
		if err != nil {
			return fmt.Errorf("begin: %w", err)
		}
		return nil
	}
}
