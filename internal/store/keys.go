package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// TokenKey is a secret that signs the links in mails.
type TokenKey struct {
	ID        int64  // 1 to 255
	Secret    []byte // 32 random bytes
	CreatedAt time.Time
}

// mostTokenKeys is the last key whose number fits in a link.
const mostTokenKeys = 255

// newSecret makes the secret of a key.
func newSecret() []byte {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return secret
}

// TokenKeys returns the site's keys, the newest first, and makes the first one
// when there is none.
func (s *Store) TokenKeys(ctx context.Context) ([]TokenKey, error) {
	keys, err := s.tokenKeys(ctx)
	if err != nil || len(keys) > 0 {
		return keys, err
	}
	err = s.update(ctx, func(t *tx) error {
		// Another process may have been first; its key is as good.
		_, err := t.exec(`INSERT INTO token_key (id, secret, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING`,
			newSecret(), micros(t.now))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make token key: %w", err)
	}
	return s.tokenKeys(ctx)
}

func (s *Store) tokenKeys(ctx context.Context) ([]TokenKey, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, secret, created_at FROM token_key ORDER BY id DESC`)
	if err != nil {
		return nil, fmt.Errorf("read token keys: %w", plain(err))
	}
	var keys []TokenKey
	err = eachRow(rows, func(r *sql.Rows) error {
		var k TokenKey
		var created int64
		if err := r.Scan(&k.ID, &k.Secret, &created); err != nil {
			return err
		}
		k.CreatedAt = fromMicros(created)
		keys = append(keys, k)
		return nil
	})
	return keys, plain(err)
}

// RotateTokenKey makes a new key that signs links from now on, and returns its id.
// The old ones stay, so that the links in old mails work. newsletter.ErrConflict:
// there are 255 already.
func (s *Store) RotateTokenKey(ctx context.Context) (id int64, err error) {
	err = s.update(ctx, func(t *tx) error {
		if err := t.row(`SELECT max(id) + 1 FROM token_key`, nil, &id); err != nil {
			return fmt.Errorf("number key: %w", err)
		}
		if id > mostTokenKeys {
			return fmt.Errorf("there are %d keys: %w", mostTokenKeys, newsletter.ErrConflict)
		}
		_, err := t.exec(`INSERT INTO token_key (id, secret, created_at) VALUES ($1, $2, $3)`, id, newSecret(), micros(t.now))
		if err != nil {
			return fmt.Errorf("keep key: %w", err)
		}
		return nil
	})
	return id, err
}
