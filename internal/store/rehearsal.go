package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Rehearsal is an import that keeps nothing: each batch is written and taken
// back. What later batches must know of earlier ones, whom they named, stands
// as hashes in a file of its own, so that a list of any length costs no memory.
// Close it when done.
type Rehearsal struct {
	db     *sql.DB
	folder string
}

// NewRehearsal begins a rehearsal of one import.
func NewRehearsal(ctx context.Context) (*Rehearsal, error) {
	folder, err := os.MkdirTemp("", "tidings-rehearsal-")
	if err != nil {
		return nil, fmt.Errorf("begin rehearsal: %w", err)
	}
	r := &Rehearsal{folder: folder}
	r.db, err = sql.Open("sqlite", "file:"+filepath.Join(folder, "met")+
		"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-8000)")
	if err == nil {
		r.db.SetMaxOpenConns(1)
		_, err = r.db.ExecContext(ctx, `CREATE TABLE met (hash BLOB PRIMARY KEY, listed BIGINT NOT NULL) WITHOUT ROWID`)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("begin rehearsal: %w", err), r.Close())
	}
	return r, nil
}

// Close forgets the rehearsal.
func (r *Rehearsal) Close() error {
	var err error
	if r.db != nil {
		err = r.db.Close()
	}
	return errors.Join(err, os.RemoveAll(r.folder))
}

// met tells which of the rows' addresses earlier batches had, and whether they
// would have a subscription by now. Nothing is known to the nil Rehearsal.
func (r *Rehearsal) met(ctx context.Context, rows []ImportRow) (map[string]bool, error) {
	if r == nil {
		return nil, nil
	}
	all := map[string]bool{}
	by := map[string]string{}
	query := `SELECT hash, listed FROM met WHERE hash IN ` + places(together) //nolint:gosec // places are question marks
	for part := range slices.Chunk(rows, together) {
		clear(by)
		args := make([]any, 0, together)
		for i := range together {
			key := part[min(i, len(part)-1)].Key
			h := rehearsed(key)
			by[string(h)] = key
			args = append(args, h)
		}
		found, err := r.db.QueryContext(ctx, query, args...)
		if err != nil {
			return nil, fmt.Errorf("rehearse: %w", err)
		}
		err = eachRow(found, func(rows *sql.Rows) error {
			var hash []byte
			var listed bool
			err := rows.Scan(&hash, &listed)
			all[by[string(hash)]] = listed
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("rehearse: %w", err)
		}
	}
	return all, nil
}

// keep notes whom a batch named.
func (r *Rehearsal) keep(ctx context.Context, b *importBatch) (err error) {
	t, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	defer func() { err = errors.Join(err, t.Commit()) }()
	add, err := t.PrepareContext(ctx, `INSERT INTO met (hash, listed) VALUES ($1, $2) ON CONFLICT (hash) DO UPDATE SET listed = max(listed, excluded.listed)`)
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	defer func() { _ = add.Close() }()
	listed := make([]bool, len(b.rows))
	for _, i := range slices.Concat(b.joining, b.seen) {
		listed[i] = true
	}
	for i, row := range b.rows {
		if b.fates[i] == ImportDouble {
			continue
		}
		if _, err := add.ExecContext(ctx, rehearsed(row.Key), listed[i]); err != nil {
			return fmt.Errorf("rehearse: %w", err)
		}
	}
	return nil
}

// rehearsed is how the file of a rehearsal names an address.
func rehearsed(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:12]
}
