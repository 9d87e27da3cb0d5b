package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
)

// TokenKey is a secret that signs the links in mails.
type TokenKey struct {
	ID     int64
	Secret []byte // 32 random bytes
}

// TokenKeys returns the site's keys, the newest first, and makes the first one
// when there is none.
func (s *Store) TokenKeys(ctx context.Context) ([]TokenKey, error) {
	keys, err := s.tokenKeys(ctx)
	if err != nil || len(keys) > 0 {
		return keys, err
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	err = s.update(ctx, func(t *tx) error {
		// Another process may have been first; its key is as good.
		_, err := t.exec(`INSERT INTO token_key (id, secret, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING`,
			secret, micros(t.now))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make token key: %w", err)
	}
	return s.tokenKeys(ctx)
}

func (s *Store) tokenKeys(ctx context.Context) ([]TokenKey, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, secret FROM token_key ORDER BY id DESC`)
	if err != nil {
		return nil, fmt.Errorf("read token keys: %w", plain(err))
	}
	var keys []TokenKey
	err = eachRow(rows, func(r *sql.Rows) error {
		var k TokenKey
		if err := r.Scan(&k.ID, &k.Secret); err != nil {
			return err
		}
		keys = append(keys, k)
		return nil
	})
	return keys, plain(err)
}
