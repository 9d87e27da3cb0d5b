// Package store is in charge of everything Tidings remembers: all SQL, the
// schema and its migrations, and each move of a state. It keeps one SQLite file
// in WAL mode with synchronous=FULL, so that what it said is kept is on the
// disk, and lets one goroutine write while many connections read.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the database driver "sqlite"

	"tidings/internal/newsletter"
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

// readers is how many connections read beside the one that writes.
const readers = 8

// walPages is at how many pages, of 4 KiB, the log is written back into the file.
// A page that an import touches again and again is then written back once for
// many times, and the disk is waited for less often.
const walPages = "16000"

// How much of the file a connection keeps in memory, in KiB. The allocator takes up
// to twice as much for it, and the system keeps what is read often.
const (
	readCache  = "1000"
	writeCache = "2000"
)

// Store is an open database. Its methods may be called by many goroutines.
type Store struct {
	read   *sql.DB // many connections, which cannot write
	write  *sql.DB // one connection, owned by the writer
	writer *writer
	path   string // of the file, absolute
	spare  *spare
	seal   seal
	now    func() time.Time
	chunk  int // stepRows, unless a test says otherwise
}

// Open opens the SQLite database at path, makes it where there is none, and
// brings its schema up to date. A schema newer than this program is refused
// with a hint. Close it when done.
func Open(ctx context.Context, path string) (*Store, error) { return OpenBeside(ctx, path, "") }

// OpenBeside is Open for a site whose lock is at a path. While another process
// holds it, the schema stays as that one knows it: newsletter.ErrLocked where it is
// an older one.
func OpenBeside(ctx context.Context, path, lock string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, newsletter.Hint(fmt.Errorf("make data folder: %w", err), "may this user write there")
	}
	if err := protect(path); err != nil {
		return nil, newsletter.Hint(fmt.Errorf("open database: %w", err), "may this user write to the data folder")
	}
	write, err := sql.Open("sqlite", dsn(path, "&_pragma=cache_size(-"+writeCache+")&_pragma=wal_autocheckpoint("+walPages+")"))
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	write.SetMaxOpenConns(1)
	if err := migrate(ctx, write, lock); err != nil {
		return nil, closing(write, newsletter.Hint(fmt.Errorf("open database %s: %w", path, err), openHint(err)))
	}
	w, err := startWriter(ctx, write)
	if err != nil {
		return nil, closing(write, fmt.Errorf("open database %s: %w", path, err))
	}
	read, err := sql.Open("sqlite", dsn(path, "&_pragma=cache_size(-"+readCache+")&_pragma=query_only(1)"))
	if err != nil {
		return nil, closing(write, fmt.Errorf("open database for reading: %w", err))
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	s := &Store{read: read, write: write, writer: w, path: path, spare: w.spare, now: time.Now, chunk: stepRows}
	if s.seal, err = newSeal(ctx, s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// protect makes the file of a database, where there is none, for its user alone:
// readers' addresses are in it, and in its log, which SQLite makes like it. One
// that is there is not opened: closing it would end the locks of this process.
func protect(path string) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.Chmod(path, 0o600)
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// Close finishes the writes that wait and closes the database.
func (s *Store) Close() error {
	s.writer.stop()
	return closing(s.write, s.read.Close())
}

// dsn sets what SQLite forgets with each connection. busy_timeout comes first,
// because setting the journal mode already needs to wait for others.
func dsn(path, more string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}
	u.RawQuery = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_pragma=temp_store(MEMORY)" + more
	return u.String()
}

// schema is the migrations of a database.
func schema(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithGoMigrations(archiveMigration()))
}

// migrate applies the migrations that the database lacks, each in a transaction of
// its own, unless an older program works with it.
func migrate(ctx context.Context, db *sql.DB, lock string) error {
	provider, err := schema(db)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	have, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	sources := provider.ListSources()
	if newest := sources[len(sources)-1].Version; have > newest {
		return fmt.Errorf("%w: schema %d is newer than this program's %d", errNewerSchema, have, newest)
	} else if have > 0 && have < newest && lock != "" {
		_, held, err := LookAtLock(lock)
		if err = cmp.Or(held, err); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("bring schema %d up to %d: %w", have, newest, err)
		}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// closing closes db and returns err, or the error of closing.
func closing(db *sql.DB, err error) error {
	if e := db.Close(); err == nil {
		return e
	}
	return err
}

// micros is how times are stored; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is the time that micros stored, in UTC.
func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
