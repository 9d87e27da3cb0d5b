package store

import (
	"context"
	"database/sql"
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

func startWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect writer: %w", err)
	}
	w := &writer{
		queue: make(chan job, batchMax), done: make(chan struct{}), db: db, conn: conn,
		stmts: map[string]*sql.Stmt{}, spare: &spare{}, wait: busyWait,
	}
	if err := w.patience(busyLook); err != nil {
		return nil, err
	}
	go w.run()
	return w, nil
}

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
