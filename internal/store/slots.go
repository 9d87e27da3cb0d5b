package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tidings/internal/newsletter"
)

// SlotOutcome is what became of a slot of a schedule.
type SlotOutcome string

// What can become of a slot. Each slot that passes gets exactly one.
const (
	SlotSent   SlotOutcome = "sent"   // an issue went out
	SlotUndo   SlotOutcome = "undo"   // an issue is about to, and can still be stopped
	SlotEmpty  SlotOutcome = "empty"  // the queue was empty
	SlotHeld   SlotOutcome = "held"   // an issue stood ready but could not go
	SlotLate   SlotOutcome = "late"   // noticed later than max_lateness
	SlotPassed SlotOutcome = "passed" // missed, and catch_up does not want it run
	SlotPaused SlotOutcome = "paused" // the queue was paused
)

// Slot is a slot that was dealt with.
type Slot struct {
	Newsletter string
	At         time.Time
	Outcome    SlotOutcome
	Slug       string // the issue that it sent or held
	HandledAt  time.Time
}

// CloseSlot notes that a slot passed without sending anything.
// newsletter.ErrConflict: it was dealt with before.
func (s *Store) CloseSlot(ctx context.Context, newsletterID string, at time.Time, outcome SlotOutcome, slug string) error {
	return s.update(ctx, func(t *tx) error { return t.takeSlot(newsletterID, at, outcome, slug) })
}

// takeSlot claims a slot; its primary key makes sure that it runs once, however
// often the clock is set back or the program started.
func (t *tx) takeSlot(newsletterID string, at time.Time, outcome SlotOutcome, slug string) error {
	if at.IsZero() {
		return nil // by hand: no slot is used
	}
	n, err := t.exec(`INSERT INTO slot (newsletter, at, outcome, slug, handled_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (newsletter, at) DO NOTHING`, newsletterID, micros(at), outcome, slug, micros(t.now))
	if err != nil {
		return fmt.Errorf("take slot: %w", err)
	}
	if n == 0 {
		return fmt.Errorf("slot %s of %s was dealt with before: %w", at.UTC().Format(time.RFC3339), newsletterID, newsletter.ErrConflict)
	}
	_, err = t.exec(`UPDATE clock SET until = $2 WHERE newsletter = $1 AND until < $2`, newsletterID, micros(at))
	if err != nil {
		return fmt.Errorf("move clock: %w", err)
	}
	return nil
}

// Clock is the instant up to which a newsletter's slots are accounted for. A
// newsletter that is seen for the first time begins at now: what its schedule
// would have sent before it was there was not missed.
func (s *Store) Clock(ctx context.Context, newsletterID string, now time.Time) (time.Time, error) {
	var until int64
	err := s.read.QueryRowContext(ctx, `SELECT until FROM clock WHERE newsletter = $1`, newsletterID).Scan(&until)
	if err == nil {
		return fromMicros(until), nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("read clock: %w", err)
	}
	err = s.update(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO clock (newsletter, until) VALUES ($1, $2) ON CONFLICT (newsletter) DO NOTHING`,
			newsletterID, micros(now))
		return err
	})
	return now, err
}

// Slots lists the newest slots of a newsletter that were dealt with.
func (s *Store) Slots(ctx context.Context, newsletterID string, limit int) ([]Slot, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT newsletter, at, outcome, slug, handled_at FROM slot
		WHERE newsletter = $1 ORDER BY at DESC LIMIT $2`, newsletterID, limit)
	if err != nil {
		return nil, fmt.Errorf("list slots: %w", err)
	}
	var all []Slot
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			slot        Slot
			at, handled int64
		)
		if err := r.Scan(&slot.Newsletter, &at, &slot.Outcome, &slot.Slug, &handled); err != nil {
			return err
		}
		slot.At, slot.HandledAt = fromMicros(at), fromMicros(handled)
		all = append(all, slot)
		return nil
	})
	return all, err
}

// UsedSlots lists the slots after an instant for which something was sent, or is
// about to be: there are some only where the machine's clock was ahead.
func (s *Store) UsedSlots(ctx context.Context, newsletterID string, after time.Time) ([]time.Time, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT at FROM slot
		WHERE newsletter = $1 AND at > $2 AND outcome IN ('sent', 'undo') ORDER BY at`, newsletterID, micros(after))
	if err != nil {
		return nil, fmt.Errorf("list used slots: %w", plain(err))
	}
	var all []time.Time
	err = eachRow(rows, func(r *sql.Rows) error {
		var at int64
		err := r.Scan(&at)
		all = append(all, fromMicros(at))
		return err
	})
	return all, err
}

// Rewind forgets the slots of a newsletter that were dealt with in a future that
// a wrong clock showed, but for those that sent something: they stay used.
func (s *Store) Rewind(ctx context.Context, newsletterID string, now time.Time) error {
	return s.update(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM slot WHERE newsletter = $1 AND at > $2 AND outcome NOT IN ('sent', 'undo')`, newsletterID, micros(now))
		if err != nil {
			return fmt.Errorf("forget slots to come: %w", err)
		}
		_, err = t.exec(`UPDATE clock SET until = $2 WHERE newsletter = $1`, newsletterID, micros(now))
		return err
	})
}
