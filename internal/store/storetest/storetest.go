// Package storetest spares tests the making of a database: the migrations run
// once, and each test begins with a copy of what they made.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	_ "modernc.org/sqlite" // the driver
)

// Empty is a database without rows, of which there are copies to have.
type Empty struct {
	image func() ([]byte, error)
}

// New returns the Empty of what open makes at a path where nothing is. It is made
// when the first copy is asked for.
func New[S io.Closer](open func(ctx context.Context, path string) (S, error)) Empty {
	return Empty{sync.OnceValues(func() ([]byte, error) {
		dir, err := os.MkdirTemp("", "tidings-empty-*")
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, "tidings.db")
		data, err := image(path, open)
		return data, errors.Join(err, os.RemoveAll(dir))
	})}
}

// image makes the database. Each copy makes keys of its own, as each site has.
func image[S io.Closer](path string, open func(ctx context.Context, path string) (S, error)) ([]byte, error) {
	ctx := context.Background()
	s, err := open(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `DELETE FROM token_key`)
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Clean(path))
}

// Copy puts an empty database at path and makes its folder.
func (e Empty) Copy(t testing.TB, path string) {
	t.Helper()
	data, err := e.image()
	if err == nil {
		err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600))
	}
	if err != nil {
		t.Fatal(fmt.Errorf("copy an empty database: %w", err))
	}
}
