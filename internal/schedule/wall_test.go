package schedule

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestInstant_corpus runs every case of a table of wall times on days on which
// clocks jump: as an instant, and as a cron line of that minute and day.
func TestInstant_corpus(t *testing.T) {
	for _, row := range corpus(t, "cron_dst.tsv") {
		zone, wall, want := row[0], row[2]+" "+row[1], row[4]
		t.Run(zone+" "+wall, func(t *testing.T) {
			naive, err := time.Parse("2006-01-02 15:04", wall)
			if err != nil {
				t.Fatal(err)
			}
			got := Instant(naive, mustZone(t, zone))
			if got.UTC().Format(time.RFC3339) != want {
				t.Errorf("instant %v, want %v", got.UTC(), want)
			}
			s := mustParse(t, zone, naive.Format("4 15 2 1 *"))
			if next := s.Next(mustTime(t, want).Add(-36 * time.Hour)); !next.Equal(mustTime(t, want)) {
				t.Errorf("slot %v, want %v", next.UTC(), want)
			}
		})
	}
}

// Every day of a long future has its instants, the last one of a leap year too.
func TestInstant_farAhead(t *testing.T) {
	for _, name := range []string{"America/Los_Angeles", "Australia/Lord_Howe", "Africa/Casablanca", "Europe/Dublin"} {
		zone := mustZone(t, name)
		for day := range 40_000 {
			wall := time.Date(2026, 1, 1+day, 12, 0, 0, 0, time.UTC)
			got := Instant(wall, zone)
			if shown := face(got); !shown.Equal(wall) || latestShown(got, zone).Before(wall) {
				t.Fatalf("%s: at %v clocks show %v, want %v", name, got.UTC(), shown, wall)
			}
		}
	}
}

// A time is read as people write it, and has the hour of the newsletter's zone.
func TestMoment(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-24 09:00":          "2026-11-24T09:00:00-08:00",
		"2026-11-24T09:00":          "2026-11-24T09:00:00-08:00",
		"2026-11-24 09:00:30":       "2026-11-24T09:00:30-08:00",
		"2026-11-24T17:00:00Z":      "2026-11-24T09:00:00-08:00",
		"2026-11-24T09:00:00+01:00": "2026-11-24T00:00:00-08:00",
		"2026-03-08 02:30":          "2026-03-08T03:00:00-07:00", // left out
		"tomorrow":                  "",
	} {
		got, err := Moment(text, mustZone(t, "America/Los_Angeles"))
		if want == "" && err == nil || want != "" && (err != nil || got.Format(time.RFC3339) != want) {
			t.Errorf("%s is %v, %v, want %s", text, got, err, want)
		}
	}
}

// corpus reads a table of the shared corpora without its header.
func corpus(t *testing.T, name string) [][]string {
	t.Helper()
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	file, err := os.Open(filepath.Join(dir, "own", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comma = '\t'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// TestSchedule_threeYears lives through three years in steps of a quarter hour in zones
// of every kind of jump, and compares the slots with those of a clock that is
// watched: a wall time's slot is when the clock first shows it or passes it.
func TestSchedule_threeYears(t *testing.T) {
	zones := map[string]string{
		"America/New_York":    "2026-01-01T00:00:00Z",
		"Australia/Lord_Howe": "2026-01-01T00:00:00Z",
		"Pacific/Apia":        "2010-01-01T00:00:00Z", // summer time, and a day left out
		"Africa/Casablanca":   "2026-01-01T00:00:00Z", // goes back for Ramadan
		"Asia/Beirut":         "2026-01-01T00:00:00Z",
		"UTC":                 "2026-01-01T00:00:00Z",
	}
	lines := []string{"*/30 * * * *", "30 2 * * *", "0 0 * * SUN", "15 1 1 * *"}
	for name, start := range zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := mustTime(t, start)
			until := from.AddDate(3, 0, 0)
			want := watch(mustParse(t, name, lines...), from, until)
			for i, line := range lines {
				got := slices.Collect(mustParse(t, name, line).Between(from, until))
				if !slices.EqualFunc(want[i], got, time.Time.Equal) {
					t.Errorf("%s: slots (-watched +got):\n%s", line, cmp.Diff(want[i], got))
				}
			}
		})
	}
}

// step is how often the clock is looked at: all lines and all jumps fall on it.
const step = 15 * time.Minute

// watch looks at a clock each step after from and notes, for each line of the
// schedule, when the clock first shows or passes a wall time that it names.
func watch(s *Schedule, from, until time.Time) [][]time.Time {
	slots, due := make([][]time.Time, len(s.specs)), make([]time.Time, len(s.specs))
	for i, spec := range s.specs {
		due[i] = spec.Next(face(from.In(s.zone)))
	}
	for t := from.Add(step).In(s.zone); !t.After(until); t = t.Add(step) {
		shown := face(t)
		for i, spec := range s.specs {
			if due[i].After(shown) {
				continue
			}
			slots[i] = append(slots[i], t)
			for !due[i].After(shown) {
				due[i] = spec.Next(due[i])
			}
		}
	}
	return slots
}

// face reads a clock: what it shows, as if it were in UTC.
func face(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
}
