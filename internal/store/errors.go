package store

import (
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tidings/internal/newsletter"
)

var errNewerSchema = errors.New("made by a newer Tidings")

// openHint says what a person can do about a database that does not open.
func openHint(err error) string {
	switch code := resultCode(err); {
	case errors.Is(err, errNewerSchema):
		return "run the newer program, or restore a backup made by this one"
	case errors.Is(err, newsletter.ErrLocked):
		return "an older Tidings runs: stop it, and start this one in its place"
	case code == sqlite3.SQLITE_FULL:
		return "the disk is full: make room and try again"
	case code == sqlite3.SQLITE_READONLY, code == sqlite3.SQLITE_CANTOPEN, code == sqlite3.SQLITE_PERM:
		return "may this user write to the data folder"
	case code == sqlite3.SQLITE_CORRUPT, code == sqlite3.SQLITE_NOTADB:
		return "the file is damaged or no database: restore a backup"
	}
	return "is another program holding the database"
}

// resultCode is SQLite's primary result code, or 0.
func resultCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// plain turns database errors into the sentinels of package newsletter where
// one says what happened.
func plain(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return newsletter.ErrNotFound
	}
	switch resultCode(err) {
	case sqlite3.SQLITE_FULL:
		return newsletter.Hint(fmt.Errorf("%w: the disk is full: %w", newsletter.ErrUnavailable, err), "make room; nothing was changed")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return newsletter.Hint(fmt.Errorf("%w: %w", newsletter.ErrUnavailable, err), "another program holds the database; try again")
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return newsletter.Hint(fmt.Errorf("%w: %w", newsletter.ErrUnavailable, err), "the disk does not take writes; nothing was changed")
	}
	return err
}
