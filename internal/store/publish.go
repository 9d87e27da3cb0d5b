package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"tidings/internal/newsletter"
)

// Publication is an issue ready to be frozen.
type Publication struct {
	Slug     string
	Mail     *newsletter.Mail
	Audience newsletter.Audience // which confirmed readers; the zero value: all
	Slot     time.Time           // zero: sent by hand
	Taken    bool                // the slot was taken for it before, by Announce

	From     newsletter.QueueState // where the queue must have it; empty: anywhere, or not at all
	Wall     time.Time             // each reader gets it at this wall time, as if in UTC; zero: all at once
	QuietGap time.Duration         // between two issues of the site to one reader

	Approval *newsletter.Approval // given by sending it; nil: none
}

// Publish freezes an issue and makes one delivery for each of its readers, and
// returns how many. newsletter.ErrConflict: an issue of that slug, or that
// slot, was published before. newsletter.ErrInvalid: nobody would get it.
// Nothing was changed then.
//
// A short list is one transaction. A longer one stands as expanding until all of it
// is made; where the process ends before, Expand goes on, and no reader is made
// twice.
func (s *Store) Publish(ctx context.Context, p Publication) (int, error) {
	var id int64
	for nobody := true; nobody; {
		first, err := s.firstReader(ctx, p.Mail.Newsletter, p.Audience)
		if err != nil {
			return 0, err
		}
		id, nobody, err = s.freeze(ctx, p, first-1)
		if err != nil && (first == 0 || !nobody) {
			return 0, err
		} // else the first reader has just left
	}
	if err := s.expandRest(ctx, id); err != nil {
		return 0, err
	}
	i, err := s.FindIssue(ctx, p.Mail.Newsletter, p.Slug)
	if err != nil {
		return 0, err
	}
	return i.Audience, nil
}

// firstReader is the first reader whom an issue for that audience would have, 0
// where it has none. It is found beside the writer, because those whom an audience
// leaves out may be many.
func (s *Store) firstReader(ctx context.Context, newsletterID string, audience newsletter.Audience) (id int64, err error) {
	cond, args := audienceSQL(audience, 3)
	err = s.read.QueryRowContext(ctx, `SELECT p.subscriber_id FROM subscription p JOIN subscriber s ON s.id = p.subscriber_id
		WHERE p.newsletter = $1 AND `+reachable+` AND `+cond+` ORDER BY p.subscriber_id LIMIT 1`,
		append([]any{newsletterID, micros(s.now())}, args...)...).Scan(&id)
	if err != nil && !notFound(err) {
		return 0, fmt.Errorf("find the first reader: %w", plain(err))
	}
	return id, nil
}

// freeze freezes an issue and makes the first of its deliveries, after a subscriber.
// nobody: none of them would be made, and nothing was changed.
func (s *Store) freeze(ctx context.Context, p Publication, last int64) (id int64, nobody bool, err error) {
	err = s.update(ctx, func(t *tx) error {
		nobody = false
		if err := t.beginSend(p); err != nil {
			return err
		}
		var err error
		if id, err = t.newIssue(newsletter.KindIssue, p.Slug, p.Slot, p.Mail); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE issue SET readers = $2, wall_at = $3, quiet_gap = $4 WHERE id = $1`,
			id, p.Audience.String(), micros(p.Wall), p.QuietGap.Microseconds()); err != nil {
			return fmt.Errorf("keep audience: %w", err)
		}
		if p.Approval != nil {
			if err := t.approve(*p.Approval); err != nil {
				return err
			}
		}
		n, err := t.expand(id, p.Mail, p.Audience, last, s.chunk)
		if nobody = err == nil && n == 0; nobody {
			err := fmt.Errorf("%w: no reader would get %s/%s", newsletter.ErrInvalid, p.Mail.Newsletter, p.Slug)
			return newsletter.Hint(err, "readers must be confirmed, and match its audience")
		}
		return err
	})
	return id, nobody, err
}

// beginSend takes the slot of an issue and takes the issue out of the queue.
func (t *tx) beginSend(p Publication) error {
	if !p.Taken {
		if err := t.takeSlot(p.Mail.Newsletter, p.Slot, SlotSent, p.Slug); err != nil {
			return err
		}
	}
	return t.leaveQueue(p.Mail.Newsletter, p.Slug, p.From)
}

// Expand goes on with issues whose deliveries were not all made when their
// process ended.
func (s *Store) Expand(ctx context.Context) error {
	half, err := s.issues(ctx, `WHERE state = 'expanding' AND state <> 'sent' ORDER BY id`)
	if err != nil {
		return err
	}
	for _, i := range half {
		if err := s.expandRest(ctx, i.ID); err != nil {
			return err
		}
	}
	return nil
}

// expandRest makes the deliveries that an expanding issue lacks, a chunk at a
// time.
func (s *Store) expandRest(ctx context.Context, issue int64) error {
	var mailID int64
	var readers string
	err := s.read.QueryRowContext(ctx, `SELECT mail_id, readers FROM issue WHERE id = $1 AND state = 'expanding'`, issue).Scan(&mailID, &readers)
	if notFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find expanding issue: %w", plain(err))
	}
	mail, err := s.Mail(ctx, mailID)
	if err != nil {
		return err
	}
	audience, err := newsletter.ParseAudience(readers)
	if err != nil {
		return fmt.Errorf("audience of a frozen issue: %w", err)
	}
	return s.inSteps(ctx, func(t *tx, _ int64) (int64, error) {
		var last int64 // it may be cancelled meanwhile, or another process makes them too
		err := t.row(`SELECT expanded FROM issue WHERE id = $1 AND state = 'expanding'`, []any{issue}, &last)
		if notFound(err) {
			return 0, nil
		}
		if err != nil {
			return 0, fmt.Errorf("find expanding issue: %w", err)
		}
		_, err = t.expand(issue, mail, audience, last, s.chunk)
		return 1, err
	})
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
		err := newsletter.Refuse(newsletter.ErrConflict, "%s/%s was published before", m.Newsletter, slug)
		return 0, newsletter.Hint(err, "a second issue needs its own slug")
	}
	var id int64
	if err := t.row(`SELECT id FROM issue WHERE newsletter = $1 AND slug = $2`, []any{m.Newsletter, slug}, &id); err != nil {
		return 0, fmt.Errorf("find issue: %w", err)
	}
	if kind == newsletter.KindIssue {
		if _, err := t.exec(intoArchive, archiveRow(id, m)...); err != nil {
			return 0, fmt.Errorf("archive issue: %w", err)
		}
	}
	return id, nil
}

// expand makes the deliveries of an issue to those of the next so many subscriptions
// who are in its audience, after the subscriber last, and says how many they are.
// What merge tags need is copied beside the address, so that every attempt has the
// same bytes. The issue is expanding while there may be more.
func (t *tx) expand(issue int64, m *newsletter.Mail, audience newsletter.Audience, last int64, chunk int) (int, error) {
	end, expanding := int64(math.MaxInt64), int64(0)
	err := t.row(`SELECT subscriber_id FROM subscription WHERE newsletter = $1 AND subscriber_id > $2
		ORDER BY subscriber_id LIMIT 1 OFFSET $3`, []any{m.Newsletter, last, chunk - 1}, &end)
	switch {
	case err == nil:
		expanding = end
	case !notFound(err):
		return 0, fmt.Errorf("find the next subscriptions: %w", err)
	}
	personal := m.Subject.Personal() || m.HTML.Personal() || m.Text.Personal()
	cond, args := audienceSQL(audience, 7)
	n, err := t.exec(`INSERT INTO delivery (issue_id, subscriber_id, email, state, due_at, created_at, updated_at,
			plain_text, name, first_name, tags, fields)
		SELECT $1, s.id, s.email, 'queued', due.at, due.at, $2, s.plain_text,
			CASE WHEN $3 THEN s.name END, CASE WHEN $3 THEN s.first_name END,
			CASE WHEN $3 THEN s.tags END, CASE WHEN $3 THEN s.fields END
		FROM subscription p JOIN subscriber s ON s.id = p.subscriber_id
			CROSS JOIN (SELECT CASE WHEN wall_at = 0 THEN $2 ELSE wall_at + `+afterAllZones+` END AS at FROM issue WHERE id = $1) due
		WHERE p.newsletter = $4 AND `+reachable+` AND p.subscriber_id > $5 AND p.subscriber_id <= $6 AND `+cond+`
		ORDER BY p.subscriber_id`,
		append([]any{issue, micros(t.now), personal, m.Newsletter, last, end}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("make deliveries: %w", err)
	}
	t.tally.moved(issue, "", newsletter.Queued, int(n))
	gap, err := t.quietGap(issue)
	if err != nil {
		return 0, err
	}
	if gap > 0 {
		if _, err := t.makeWait(issue, gap, ` AND mine.subscriber_id > $4 AND mine.subscriber_id <= $5`, last, end); err != nil {
			return 0, err
		}
	}
	_, err = t.exec(`UPDATE issue SET expanded = $2, state = CASE WHEN $2 > 0 THEN 'expanding' ELSE 'sending' END WHERE id = $1`, issue, expanding)
	if err != nil {
		return 0, fmt.Errorf("note how far deliveries are made: %w", err)
	}
	return int(n), nil
}
