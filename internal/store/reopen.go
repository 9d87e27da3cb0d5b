package store

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// reopen replaces the connection after the disk reported an error. What SQLite
// and the system hold in memory may not be what is on the disk then, and a
// second fsync that succeeds proves nothing (rule R11). Where that fails, the next
// transaction tries again.
func (w *writer) reopen() error {
	for _, s := range w.stmts {
		_ = s.Close()
	}
	clear(w.stmts)
	if w.conn != nil {
		// ErrBadConn makes the pool close the connection and not hand it out again.
		_ = w.conn.Raw(func(any) error { return driver.ErrBadConn })
		_ = w.conn.Close()
		w.conn = nil
	}
	conn, err := w.db.Conn(context.Background())
	if err != nil {
		return fmt.Errorf("connect again: %w", err)
	}
	w.conn = conn
	return w.patience(busyLook)
}

// writeBack writes the log back into the database file and gives its space back to
// the disk: the log may be larger than all that is missing.
func (w *writer) writeBack() bool {
	if w.patience(busyWait) != nil {
		return false
	}
	defer func() { _ = w.patience(busyLook) }() // at worst it waits like this
	var busy, pages, moved int
	err := w.conn.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
	return err == nil && busy == 0 // else it stays as it is, and is as good as before
}
