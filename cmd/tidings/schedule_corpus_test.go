package main_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestScheduleNext_corpus asks the command for each case of a table of wall
// times on days on which clocks jump.
func TestScheduleNext_corpus(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	data, err := os.ReadFile(filepath.Join(dir, "own", "cron_dst.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = '\t'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		zone, want := row[0], row[4]
		wall, err := time.Parse("2006-01-02 15:04", row[2]+" "+row[1])
		if err != nil {
			t.Fatal(err)
		}
		due, err := time.Parse(time.RFC3339, want)
		if err != nil {
			t.Fatal(err)
		}
		said := run(t, ".", "schedule", "next", "--cron", wall.Format("4 15 2 1 *"), "--timezone", zone,
			"--after", due.Add(-36*time.Hour).Format(time.RFC3339), "-n", "1", "--json")
		var slots []struct{ UTC string }
		if err := json.Unmarshal([]byte(said), &slots); err != nil || len(slots) != 1 || slots[0].UTC != want {
			t.Errorf("%s %s: %v, want %s", zone, wall, slots, want)
		}
	}
}
