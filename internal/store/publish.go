package store

import (
	"context"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// Publication is an issue ready to be frozen.
type Publication struct {
	Slug     string
	Mail     *newsletter.Mail
	Audience newsletter.Audience // which confirmed readers; the zero value: all
	Slot     time.Time           // zero: sent by hand
}

// Publish freezes an issue and makes one delivery for each of its readers, all
// in one transaction, and returns how many. newsletter.ErrConflict: an issue of
// that slug, or that slot, was published before. newsletter.ErrInvalid: nobody
// would get it. Nothing was changed then.
func (s *Store) Publish(ctx context.Context, p Publication) (int, error) {
	var n int
	err := s.update(ctx, func(t *tx) error {
		if err := t.takeSlot(p.Mail.Newsletter, p.Slot, SlotSent, p.Slug); err != nil {
			return err
		}
		id, err := t.newIssue(newsletter.KindIssue, p.Slug, p.Slot, p.Mail)
		if err != nil {
			return err
		}
		n, err = t.expand(id, p)
		return err
	})
	return n, err
}

// newIssue freezes a mail and makes the issue that sends it.
func (t *tx) newIssue(kind newsletter.Kind, slug string, slot time.Time, m *newsletter.Mail) (int64, error) {
	mail, err := t.freezeMail(m)
	if err != nil {
		return 0, err
	}
	n, err := t.exec(`INSERT INTO issue (newsletter, slug, kind, state, mail_id, title, slot_at, created_at, started_at)
		VALUES ($1, $2, $3, 'sending', $4, $5, $6, $7, $7) ON CONFLICT (newsletter, slug) DO NOTHING`,
		m.Newsletter, slug, kind, mail, m.Title, micros(slot), micros(t.now))
	if err != nil {
		return 0, fmt.Errorf("make issue: %w", err)
	}
	if n == 0 {
		err := fmt.Errorf("%s/%s was published before: %w", m.Newsletter, slug, newsletter.ErrConflict)
		return 0, newsletter.Hint(err, "a second issue needs its own slug")
	}
	var id int64
	if err := t.row(`SELECT id FROM issue WHERE newsletter = $1 AND slug = $2`, []any{m.Newsletter, slug}, &id); err != nil {
		return 0, fmt.Errorf("find issue: %w", err)
	}
	return id, nil
}

// expand makes one delivery for each reader of an issue. What merge tags need
// is copied beside the address, so that every attempt has the same bytes.
func (t *tx) expand(issue int64, p Publication) (int, error) {
	personal := p.Mail.Subject.Personal() || p.Mail.HTML.Personal() || p.Mail.Text.Personal()
	cond, args := audienceSQL(p.Audience, 5)
	n, err := t.exec(`INSERT INTO delivery (issue_id, subscriber_id, email, state, due_at, created_at, updated_at,
			name, first_name, tags, fields)
		SELECT $1, s.id, s.email, 'queued', $2, $2, $2,
			CASE WHEN $3 THEN s.name END, CASE WHEN $3 THEN s.first_name END,
			CASE WHEN $3 THEN s.tags END, CASE WHEN $3 THEN s.fields END
		FROM subscription p JOIN subscriber s ON s.id = p.subscriber_id
		WHERE p.newsletter = $4 AND p.state = 'confirmed' AND `+cond+` ORDER BY s.id`,
		append([]any{issue, micros(t.now), personal, p.Mail.Newsletter}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("make deliveries: %w", err)
	}
	if n == 0 {
		err := fmt.Errorf("%w: no reader would get %s/%s", newsletter.ErrInvalid, p.Mail.Newsletter, p.Slug)
		return 0, newsletter.Hint(err, "readers must be confirmed, and match its audience")
	}
	t.tally.moved(issue, "", newsletter.Queued, int(n))
	return int(n), nil
}

// notify puts a notice to one person on the same road as an issue. Each notice
// is an issue of its own with one delivery; its mail is kept once for all.
func (t *tx) notify(m *newsletter.Mail, newsletterID string, subscriberID int64) error {
	var n int64 // the slash keeps notices apart from issues' slugs
	if err := t.row(`SELECT coalesce(max(id), 0) + 1 FROM issue`, nil, &n); err != nil {
		return fmt.Errorf("number notice: %w", err)
	}
	issue, err := t.newIssue(m.Kind, fmt.Sprintf("%s/%d", m.Kind, n), time.Time{}, m)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO delivery (issue_id, subscriber_id, email, state, due_at, created_at, updated_at)
		SELECT $1, id, email, 'queued', $2, $2, $2 FROM subscriber WHERE id = $3`, issue, micros(t.now), subscriberID)
	if err != nil {
		return fmt.Errorf("make notice for %s: %w", newsletterID, err)
	}
	t.tally.moved(issue, "", newsletter.Queued, 1)
	return nil
}
