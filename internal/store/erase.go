package store

import (
	"context"
	"errors"
	"fmt"

	"tidings/internal/newsletter"
)

// ErrTraces says that a person is erased, but that the log of the database could
// not be emptied yet, and still holds what was.
var ErrTraces = errors.New("erased, but the log of the database still holds traces")

// Erase removes all that is kept of a person (GDPR, Article 17), in one
// transaction. What stays is a keyed hash of the address, which no list brings
// back, and in the deliveries a number without a name, so that every report
// still adds up. When Erase returns nil, the address is not in the database file
// any more, nor in its log; a backup is for whoever made it. ErrTraces: the log
// still has it, because another program reads for a long time.
func (s *Store) Erase(ctx context.Context, subscriberID int64, source string) error {
	err := s.update(ctx, func(t *tx) error { return t.erase(subscriberID, source) })
	if err != nil {
		return err
	}
	return s.Scrub(ctx)
}

func (t *tx) erase(id int64, source string) error {
	var key string
	if err := t.row(`SELECT email_key FROM subscriber WHERE id = $1`, []any{id}, &key); err != nil {
		if notFound(err) {
			return newsletter.ErrNotFound
		}
		return fmt.Errorf("find subscriber: %w", err)
	}
	keys, err := t.keysOf(id) // they may have had another address before
	if err != nil {
		return err
	}
	for _, k := range append(keys, key) {
		if err := t.eraseSuppressions(k, source); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM address_change WHERE email_key = $1`, k); err != nil { // somebody else wanted it
			return fmt.Errorf("forget who wanted an address: %w", err)
		}
	}
	return t.forget(id)
}

// forget removes a person and all traces of them but what suppressions say.
func (t *tx) forget(id int64) error {
	if err := t.eraseDeliveries(id); err != nil {
		return err
	}
	for _, query := range []string{
		`DELETE FROM notice WHERE subscriber_id = $1`,
		`DELETE FROM consent WHERE subscriber_id = $1`,
		`DELETE FROM address_change WHERE subscriber_id = $1`,
		`DELETE FROM subscription WHERE subscriber_id = $1`,
		`DELETE FROM subscriber WHERE id = $1`,
	} {
		if _, err := t.exec(query, id); err != nil {
			return fmt.Errorf("forget subscriber: %w", err)
		}
	}
	return nil
}

// eraseSuppressions turns what names an address into its keyed hash, with the
// reasons that were there.
func (t *tx) eraseSuppressions(key, source string) error {
	hash := t.seal.erased(key)
	_, err := t.exec(`INSERT INTO suppression (value, newsletter, reason, source, created_at)
		SELECT $2, newsletter, reason, source, created_at FROM suppression WHERE value = $1 AND reason <> 'unsubscribed'
		ON CONFLICT (value, newsletter) DO NOTHING`, key, hash)
	if err != nil {
		return fmt.Errorf("keep suppressions: %w", err)
	}
	if _, err := t.exec(`DELETE FROM suppression WHERE value = $1`, key); err != nil {
		return fmt.Errorf("erase suppressions: %w", err)
	}
	_, err = t.keepSuppression(newsletter.Suppression{Value: hash, Reason: newsletter.SuppressedErasure, Source: source})
	return err
}

// eraseDeliveries takes a person out of every send that is running, and their
// name out of every one that was.
func (t *tx) eraseDeliveries(id int64) error {
	const theirs = `(SELECT id FROM issue WHERE kind = 'issue' UNION ALL SELECT issue_id FROM notice WHERE subscriber_id = $2)`
	if err := t.skip(`issue_id IN `+theirs+` AND subscriber_id = $2`, id); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE delivery SET email = '', reply = '', name = NULL, first_name = NULL, tags = NULL, fields = NULL, updated_at = $1
		WHERE issue_id IN `+theirs+` AND subscriber_id = $2`, micros(t.now), id)
	if err != nil {
		return fmt.Errorf("erase deliveries: %w", err)
	}
	return nil
}

// Scrub writes the log back into the database file and empties it: what was
// erased stands in it until then. secure_delete has overwritten it in the file.
// ErrTraces, and newsletter.ErrUnavailable: another program reads; it is done the
// next time.
func (s *Store) Scrub(ctx context.Context) error {
	var busy, pages, moved int
	// Nobody can write while the log is emptied: what can be written back beside them
	// is, before.
	if err := s.read.QueryRowContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("write the log back: %w", plain(err))
	}
	if err := s.read.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("empty the log: %w", plain(err))
	}
	if busy != 0 {
		return newsletter.Hint(fmt.Errorf("%w: %w: another program reads", newsletter.ErrUnavailable, ErrTraces), "they go with the next erasure, or when Tidings stops")
	}
	return nil
}
