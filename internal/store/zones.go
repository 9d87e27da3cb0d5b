package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// ZoneField is the field of a subscriber that names their time zone, where they
// chose none themselves.
const ZoneField = "timezone"

// readerZone is the zone of subscriber s, as they chose it or as a field says;
// NULL where nobody said.
const readerZone = `coalesce(nullif(s.timezone, ''), s.fields ->> '` + ZoneField + `')`

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
	err := s.inSteps(ctx, func(t *tx, after int64) (int64, error) {
		return t.setDue(issue, after, s.chunk, func(zone string) int64 {
			if at, ok := due[zone]; ok {
				return micros(at)
			}
			return micros(otherwise)
		})
	})
	if err != nil {
		return err
	}
	err = s.update(ctx, func(t *tx) error {
		if _, err := t.exec(`UPDATE issue SET zoned_at = $2 WHERE id = $1`, issue, micros(t.now)); err != nil {
			return fmt.Errorf("note that deliveries have their time: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = s.keepQuiet(ctx, issue)
	return err
}

// setDue moves the next deliveries that still wait for their time, and returns the
// last subscriber among them; 0: there are no more.
func (t *tx) setDue(issue, after int64, most int, due func(zone string) int64) (next int64, err error) {
	var ids, at []int64
	err = t.rows(`SELECT d.subscriber_id, coalesce(`+readerZone+`, '')
		FROM delivery d LEFT JOIN subscriber s ON s.id = d.subscriber_id
		WHERE d.issue_id = $1 AND d.subscriber_id > $2 AND d.state IN ('queued', 'deferred') AND d.state = 'queued' AND d.attempt = 0
			AND d.due_at = (SELECT wall_at + `+afterAllZones+` FROM issue WHERE id = $1)
		ORDER BY d.due_at, d.subscriber_id LIMIT $3`, []any{issue, after, most}, func(r *sql.Rows) error {
		var zone string
		err := r.Scan(&next, &zone)
		ids, at = append(ids, next), append(at, due(zone))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("find deliveries without their time: %w", err)
	}
	for i, id := range ids {
		_, err := t.exec(`UPDATE delivery SET due_at = $3, created_at = $3 WHERE issue_id = $1 AND subscriber_id = $2`, issue, id, at[i])
		if err != nil {
			return 0, fmt.Errorf("give deliveries their time: %w", err)
		}
	}
	return next, nil
}
