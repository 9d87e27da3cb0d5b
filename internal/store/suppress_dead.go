package store

import (
	"context"
	"fmt"

	"tidings/internal/newsletter"
)

// SuppressDead suppresses the reader of a delivery because their address is dead,
// and says whether that is new. source is who said so. A reader who has another
// address by now, or was erased, is left alone.
func (s *Store) SuppressDead(ctx context.Context, d newsletter.Delivery, source string) (fresh bool, err error) {
	err = s.update(ctx, func(t *tx) error {
		fresh = false
		key, err := t.keyStill(d)
		if err != nil || key == "" {
			return err
		}
		fresh, err = t.suppress(newsletter.Suppression{Value: key, Email: d.Subscriber.Email, Reason: newsletter.SuppressedBounced, Source: source})
		return err
	})
	return fresh, err
}

// ReleaseDead takes back what SuppressDead did, unless something else was said of
// the address meanwhile.
func (s *Store) ReleaseDead(ctx context.Context, d newsletter.Delivery, source string) error {
	return s.update(ctx, func(t *tx) error {
		key, err := t.keyStill(d)
		if err != nil || key == "" {
			return err
		}
		n, err := t.exec(`DELETE FROM suppression WHERE value = $1 AND newsletter = '' AND reason = 'bounced' AND source = $2`, key, source)
		if err != nil {
			return fmt.Errorf("release suppression: %w", err)
		}
		if n == 0 {
			return nil
		}
		return t.settle(d.Subscriber.ID, key)
	})
}

// keyStill is the key of a delivery's address, if its reader still has it.
func (t *tx) keyStill(d newsletter.Delivery) (key string, err error) {
	_, given, err := newsletter.ParseAddress(d.Subscriber.Email)
	if err != nil {
		return "", err
	}
	err = t.row(`SELECT email_key FROM subscriber WHERE id = $1 AND email_key = $2`, []any{d.Subscriber.ID, given}, &key)
	if notFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find subscriber: %w", err)
	}
	return key, nil
}
