package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// tx is a running transaction.
type tx struct {
	w     *writer
	now   time.Time // the same for all of the transaction
	seal  seal
	tally tally // moves of states, added to the issues before the commit
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
