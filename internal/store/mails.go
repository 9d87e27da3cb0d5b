package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// freezeMail keeps a mail for good and returns its id. The same mail is kept
// once, however often it is used.
func (t *tx) freezeMail(m *newsletter.Mail) (int64, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return 0, fmt.Errorf("encode mail: %w", err)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	_, err = t.exec(`INSERT INTO mail (sha256, body, created_at) VALUES ($1, $2, $3) ON CONFLICT (sha256) DO NOTHING`,
		hash, string(body), micros(t.now))
	if err != nil {
		return 0, fmt.Errorf("freeze mail: %w", err)
	}
	var id int64
	if err := t.row(`SELECT id FROM mail WHERE sha256 = $1`, []any{hash}, &id); err != nil {
		return 0, fmt.Errorf("find frozen mail: %w", err)
	}
	return id, nil
}

// Mail is the mail frozen under id.
func (s *Store) Mail(ctx context.Context, id int64) (*newsletter.Mail, error) {
	return s.findMail(ctx, `SELECT body FROM mail WHERE id = $1`, id)
}

// SentMail is the mail of an issue that went out, for its archive page, and when
// it did; newsletter.ErrNotFound where there is none.
func (s *Store) SentMail(ctx context.Context, newsletterID, slug string) (m *newsletter.Mail, sentAt time.Time, err error) {
	var (
		body []byte
		sent int64
	)
	err = s.read.QueryRowContext(ctx, `SELECT m.body, i.started_at FROM issue i JOIN mail m ON m.id = i.mail_id
		WHERE i.newsletter = $1 AND i.slug = $2 AND i.kind = 'issue' AND i.started_at > 0`, newsletterID, slug).Scan(&body, &sent)
	if err != nil {
		return nil, time.Time{}, plain(err)
	}
	m, err = readMail(body)
	return m, fromMicros(sent), err
}

func (s *Store) findMail(ctx context.Context, query string, args ...any) (*newsletter.Mail, error) {
	var body []byte
	if err := s.read.QueryRowContext(ctx, query, args...).Scan(&body); err != nil {
		return nil, plain(err)
	}
	return readMail(body)
}

// readMail reads a mail as it was frozen.
func readMail(body []byte) (*newsletter.Mail, error) {
	m := &newsletter.Mail{}
	if err := json.Unmarshal(body, m); err != nil {
		return nil, fmt.Errorf("decode frozen mail: %w", err)
	}
	return m, nil
}
