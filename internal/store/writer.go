package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// batchMax is how many writes share a transaction. There is no timer: while one
// commit runs, others gather, so that the commit itself is the batching window.
const batchMax = 256

// How long a write waits for another process that writes, unless WaitAtMost says
// otherwise, and how long SQLite does by itself before it is asked again.
const (
	busyWait = 10 * time.Second
	busyLook = 8 * time.Millisecond
)

// writer owns the one connection that writes. Each write is a function of a
// transaction; all that are waiting are run in one transaction and answered
// after its commit.
type writer struct {
	queue   chan job
	closing sync.Once
	done    chan struct{}
	db      *sql.DB
	conn    *sql.Conn            // nil: the database could not be opened again yet
	stmts   map[string]*sql.Stmt // prepared once, by their text
	spare   *spare
	wait    time.Duration // for another process that writes
}

// job is one write that waits. fn may be run twice: alone again, after a batch
// was rolled back. done is told what came of it, by the writer: it must not wait.
type job struct {
	fn   func(*tx) error
	done func(error)
}

// tx is a running transaction.
type tx struct {
	w     *writer
	now   time.Time // the same for all of the transaction
	seal  seal
	tally tally // moves of states, added to the issues before the commit
}

func startWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect writer: %w", err)
	}
	w := &writer{queue: make(chan job, batchMax), done: make(chan struct{}), conn: conn, stmts: map[string]*sql.Stmt{}, db: db, spare: &spare{}, wait: busyWait}
	if err := w.patience(busyLook); err != nil {
		return nil, err
	}
	go w.run()
	return w, nil
}

// WaitAtMost says how long a write waits for another program that writes; who comes
// while one waits already may wait for two. It is called before anybody writes.
func (s *Store) WaitAtMost(d time.Duration) { s.writer.wait = d }

// update runs fn in a transaction that is on the disk when update returns nil.
// When it returns an error, fn has changed nothing.
func (s *Store) update(ctx context.Context, fn func(*tx) error) error {
	reply := make(chan error, 1)
	j := job{
		done: func(err error) { reply <- err },
		fn: func(t *tx) error {
			if err := ctx.Err(); err != nil { // nobody waits for it any more
				return err
			}
			t.now, t.seal = s.now(), s.seal
			return fn(t)
		},
	}
	select {
	case s.writer.queue <- j:
		return plain(<-reply)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop answers what waits, then lets go of the connection. Once is enough.
func (w *writer) stop() {
	w.closing.Do(func() { close(w.queue) })
	<-w.done
}

func (w *writer) run() {
	defer close(w.done)
	for first := range w.queue {
		w.commit(w.gather(first))
	}
	for _, s := range w.stmts {
		_ = s.Close() // the connection goes next
	}
	if w.conn != nil {
		_ = w.conn.Close()
	}
}

// gather takes what is waiting. It waits for nothing more, but lets those run
// first that the last commit has answered: they are about to write again.
func (w *writer) gather(first job) []job {
	runtime.Gosched()
	batch := []job{first}
	for len(batch) < batchMax {
		select {
		case j, ok := <-w.queue:
			if !ok {
				return batch
			}
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch in one transaction. Where one write fails, the batch is
// rolled back and each runs alone, so that one's error costs others nothing. That
// another program holds the database is nobody's error: it would keep each waiting,
// one after the other.
func (w *writer) commit(batch []job) {
	err := w.transact(batch)
	if resultCode(err) == sqlite3.SQLITE_FULL {
		spent := w.spare.spend()
		if w.writeBack() || spent {
			err = w.transact(batch) // there is room now for what must be written
		}
	}
	if resultCode(err) == sqlite3.SQLITE_IOERR {
		err = errors.Join(err, w.reopen())
	}
	if err == nil || len(batch) == 1 || resultCode(err) == sqlite3.SQLITE_BUSY {
		answer(batch, err)
		return
	}
	for _, j := range batch {
		answer([]job{j}, w.transact([]job{j}))
	}
}

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

func answer(batch []job, err error) {
	for _, j := range batch {
		j.done(err)
	}
}

func (w *writer) transact(batch []job) (err error) {
	if w.conn == nil {
		if err := w.reopen(); err != nil {
			return err
		}
	}
	t := &tx{w: w, tally: tally{}}
	if err := t.start(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, e := t.exec("ROLLBACK")
			if e != nil && resultCode(err) == 0 { // SQLite rolls back by itself on a full disk
				err = errors.Join(err, e)
			}
		}
	}()
	for _, j := range batch {
		if err := j.fn(t); err != nil {
			return err
		}
	}
	if err := t.addTally(); err != nil {
		return err
	}
	if _, err := t.exec("COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// past is a time that somebody else tells of: never in the future, and now
// where they tell none.
func (t *tx) past(at time.Time) int64 {
	if us := micros(at); us > 0 && us < micros(t.now) {
		return us
	}
	return micros(t.now)
}

// stmt prepares a statement once. A caller's context does not reach it: a
// transaction is shared, and is never cut in the middle.
func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.w.stmts[query]; ok {
		return s, nil
	}
	s, err := t.w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	t.w.stmts[query] = s
	return s, nil
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	s, err := t.stmt(query) //nolint:sqlclosecheck // kept for the next transaction, closed with the writer
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row runs a query and scans its first row into dest; sql.ErrNoRows if none.
func (t *tx) row(query string, args []any, dest ...any) error {
	s, err := t.stmt(query) //nolint:sqlclosecheck // kept for the next transaction, closed with the writer
	if err != nil {
		return err
	}
	return s.QueryRowContext(context.Background(), args...).Scan(dest...)
}

// rows runs a query and calls scan for each of its rows.
func (t *tx) rows(query string, args []any, scan func(*sql.Rows) error) error {
	s, err := t.stmt(query) //nolint:sqlclosecheck // kept for the next transaction, closed with the writer
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	return eachRow(rows, scan)
}

// eachRow calls scan for each row and closes them.
func eachRow(rows *sql.Rows, scan func(*sql.Rows) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
