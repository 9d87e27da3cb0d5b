package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// ZoneField is the field of a subscriber that names their time zone, where they
// did not choose one.
const ZoneField = "timezone"

// readerZone is a subscriber's time zone as it is written, under the name s.
const readerZone = `COALESCE(NULLIF(s.timezone, ''), s.fields ->> '` + ZoneField + `')`

// afterAllZones is how long after a wall time in UTC the clocks of every zone
// have shown it, in microseconds. The last one is the least over 12 hours that
// no zone has, so that deliveries without their reader's time stand out.
const afterAllZones = "43200000001"

// Unzoned is an issue whose deliveries were not all given their reader's time.
type Unzoned struct {
	Newsletter, Slug string
	Wall             time.Time // as if in UTC
}

// Unzoned lists the issues that go out at their readers' own time and whose
// deliveries were not all given it, by id.
func (s *Store) Unzoned(ctx context.Context) (map[int64]Unzoned, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT id, newsletter, slug, wall_at FROM issue
		WHERE state = 'sending' AND state <> 'sent' AND wall_at > 0 AND zoned_at = 0`)
	if err != nil {
		return nil, fmt.Errorf("list issues without zones: %w", plain(err))
	}
	all := map[int64]Unzoned{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var (
			id, wall int64
			u        Unzoned
		)
		err := r.Scan(&id, &u.Newsletter, &u.Slug, &wall)
		u.Wall = fromMicros(wall)
		all[id] = u
		return err
	})
	return all, err
}

// ReaderZones lists the different zones that the readers of an issue name, as
// they wrote them.
func (s *Store) ReaderZones(ctx context.Context, issue int64) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT DISTINCT `+readerZone+`
		FROM delivery d JOIN subscriber s ON s.id = d.subscriber_id
		WHERE d.issue_id = $1 AND `+readerZone+` IS NOT NULL`, issue)
	if err != nil {
		return nil, fmt.Errorf("list zones of readers: %w", plain(err))
	}
	var zones []string
	err = eachRow(rows, func(r *sql.Rows) error {
		var zone string
		err := r.Scan(&zone)
		zones = append(zones, zone)
		return err
	})
	return zones, err
}

// SetDue gives the deliveries of an issue the time of their reader's zone, and
// those in no zone of due the time otherwise. Until then none of them is due,
// and a call that was cut short is simply made again.
func (s *Store) SetDue(ctx context.Context, issue int64, due map[string]time.Time, otherwise time.Time) error {
	for zone, at := range due {
		err := s.setDue(ctx, at, issue, ` AND subscriber_id IN (SELECT s.id FROM subscriber s WHERE `+readerZone+` = $3)`, zone)
		if err != nil {
			return err
		}
	}
	if err := s.setDue(ctx, otherwise, issue, ""); err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		if _, err := t.exec(`UPDATE issue SET zoned_at = $2 WHERE id = $1`, issue, micros(t.now)); err != nil {
			return fmt.Errorf("note that deliveries have their time: %w", err)
		}
		_, err := t.keepQuiet(issue)
		return err
	})
}

// setDue moves deliveries that still wait for their time.
func (s *Store) setDue(ctx context.Context, at time.Time, issue int64, where string, args ...any) error {
	return s.update(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE delivery SET due_at = $2, created_at = $2 WHERE issue_id = $1 AND state = 'queued' AND attempt = 0
			AND due_at = (SELECT wall_at + `+afterAllZones+` FROM issue WHERE id = $1)`+where,
			append([]any{issue, micros(at)}, args...)...)
		if err != nil {
			return fmt.Errorf("give deliveries their time: %w", err)
		}
		return nil
	})
}
