package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

const queueColumns = `newsletter, slug, file, place, state, reason, by_clock, by_hand, send_at, slot_at, goes_at, sha256, seen_at`

// Queue lists a newsletter's queue in its order, removed issues included.
func (s *Store) Queue(ctx context.Context, newsletterID string) ([]newsletter.QueueEntry, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+queueColumns+` FROM queue WHERE newsletter = $1 ORDER BY place, slug`, newsletterID)
	if err != nil {
		return nil, fmt.Errorf("list queue: %w", plain(err))
	}
	var all []newsletter.QueueEntry
	err = eachRow(rows, func(r *sql.Rows) error {
		q, err := scanQueueEntry(r)
		all = append(all, q)
		return err
	})
	return all, err
}

func scanQueueEntry(r *sql.Rows) (newsletter.QueueEntry, error) {
	var (
		q                        newsletter.QueueEntry
		byClock, byHand          int64
		sendAt, slot, goes, seen int64
	)
	err := r.Scan(&q.Newsletter, &q.Slug, &q.File, &q.Place, &q.State, &q.Reason, &byClock, &byHand,
		&sendAt, &slot, &goes, &q.SHA256, &seen)
	q.ByClock, q.ByHand = byClock != 0, byHand != 0
	q.SendAt, q.SlotAt, q.GoesAt, q.SeenAt = fromMicros(sendAt), fromMicros(slot), fromMicros(goes), fromMicros(seen)
	return q, err
}

// ChangeQueue changes a newsletter's queue in one transaction: change gets it
// in its order and returns it as it is to be, in the order it is to have. What
// is missing then is forgotten. An error of change is returned, and nothing was
// changed. change may be called twice.
func (s *Store) ChangeQueue(ctx context.Context, newsletterID string,
	change func([]newsletter.QueueEntry) ([]newsletter.QueueEntry, error),
) error {
	return s.update(ctx, func(t *tx) error {
		var before []newsletter.QueueEntry
		err := t.rows(`SELECT `+queueColumns+` FROM queue WHERE newsletter = $1 ORDER BY place, slug`, []any{newsletterID},
			func(r *sql.Rows) error {
				q, err := scanQueueEntry(r)
				before = append(before, q)
				return err
			})
		if err != nil {
			return fmt.Errorf("read queue: %w", err)
		}
		was := make(map[string]newsletter.QueueEntry, len(before))
		for _, q := range before {
			was[q.Slug] = q
		}
		after, err := change(before)
		if err != nil {
			return err
		}
		return t.writeQueue(newsletterID, was, after)
	})
}

// writeQueue writes what differs between two states of a queue.
func (t *tx) writeQueue(newsletterID string, was map[string]newsletter.QueueEntry, after []newsletter.QueueEntry) error {
	last := int64(0)
	for _, q := range after {
		if q.Place <= last { // moved, or new
			q.Place = last + 1
		}
		last = q.Place
		old, known := was[q.Slug]
		delete(was, q.Slug)
		if known && old == q {
			continue
		}
		if err := t.writeQueueEntry(newsletterID, q); err != nil {
			return err
		}
		if old.State == newsletter.QueueSending && q.State != newsletter.QueueSending {
			if err := t.stopSlot(newsletterID, q.Slug); err != nil {
				return err
			}
		}
	}
	for slug := range was {
		if err := t.stopSlot(newsletterID, slug); err != nil {
			return err
		}
		if _, err := t.exec(`DELETE FROM queue WHERE newsletter = $1 AND slug = $2`, newsletterID, slug); err != nil {
			return fmt.Errorf("take out of queue: %w", err)
		}
	}
	return nil
}

func (t *tx) writeQueueEntry(newsletterID string, q newsletter.QueueEntry) error {
	_, err := t.exec(`INSERT INTO queue (`+queueColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (newsletter, slug) DO UPDATE SET file = $3, place = $4, state = $5, reason = $6, by_clock = $7, by_hand = $8,
			send_at = $9, slot_at = $10, goes_at = $11, sha256 = $12, seen_at = $13`,
		newsletterID, q.Slug, q.File, q.Place, q.State, q.Reason, bit(q.ByClock), bit(q.ByHand),
		micros(q.SendAt), micros(q.SlotAt), micros(q.GoesAt), q.SHA256, micros(q.SeenAt))
	if err != nil {
		return fmt.Errorf("write queue: %w", err)
	}
	return nil
}

// stopSlot notes that the slot for which an issue stood ready sent nothing.
func (t *tx) stopSlot(newsletterID, slug string) error {
	_, err := t.exec(`UPDATE slot SET outcome = 'held' WHERE newsletter = $1 AND slug = $2 AND outcome = 'undo'`, newsletterID, slug)
	if err != nil {
		return fmt.Errorf("stop slot: %w", err)
	}
	return nil
}

// Announce takes a slot for an issue that waits, which then stands as sending
// until goesAt. A zero slot is a time of its own, at. newsletter.ErrConflict:
// the slot was dealt with before, or the issue does not wait any more.
func (s *Store) Announce(ctx context.Context, newsletterID, slug string, slot, at, goesAt time.Time) error {
	return s.update(ctx, func(t *tx) error {
		if err := t.takeSlot(newsletterID, slot, SlotUndo, slug); err != nil {
			return err
		}
		n, err := t.exec(`UPDATE queue SET state = 'sending', reason = '', slot_at = $3, goes_at = $4
			WHERE newsletter = $1 AND slug = $2 AND state = 'waiting'`, newsletterID, slug, micros(at), micros(goesAt))
		if err != nil {
			return fmt.Errorf("announce issue: %w", err)
		}
		if n == 0 {
			return newsletter.Refuse(newsletter.ErrConflict, "%s/%s does not wait any more", newsletterID, slug)
		}
		return nil
	})
}

// leaveQueue takes a published issue out of the queue. Where the clock
// publishes it, it must stand there as the clock saw it: a person who held it a
// moment before wins.
func (t *tx) leaveQueue(newsletterID, slug string, from newsletter.QueueState) error {
	n, err := t.exec(`DELETE FROM queue WHERE newsletter = $1 AND slug = $2 AND ($3 = '' OR state = $3)`, newsletterID, slug, from)
	if err != nil {
		return fmt.Errorf("leave queue: %w", err)
	}
	if n == 0 && from != "" {
		return newsletter.Refuse(newsletter.ErrConflict, "%s/%s is not %s any more", newsletterID, slug, from)
	}
	_, err = t.exec(`UPDATE slot SET outcome = 'sent' WHERE newsletter = $1 AND slug = $2 AND outcome = 'undo'`, newsletterID, slug)
	if err != nil {
		return fmt.Errorf("close slot: %w", err)
	}
	return nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// HoldQueues holds every issue that waits or is about to go out, for a person
// to look at, and returns how many. Slots that have passed are not caught up.
func (s *Store) HoldQueues(ctx context.Context, reason string) (int, error) {
	var held int64
	err := s.update(ctx, func(t *tx) error {
		if _, err := t.exec(`UPDATE slot SET outcome = 'held' WHERE outcome = 'undo'`); err != nil {
			return fmt.Errorf("stop slots: %w", err)
		}
		var err error
		held, err = t.exec(`UPDATE queue SET state = 'held', reason = $1, by_clock = 0, slot_at = 0, goes_at = 0
			WHERE state IN ('waiting', 'sending')`, reason)
		if err != nil {
			return fmt.Errorf("hold queues: %w", err)
		}
		_, err = t.exec(`UPDATE clock SET until = $1 WHERE until < $1`, micros(t.now))
		return err
	})
	return int(held), err
}
