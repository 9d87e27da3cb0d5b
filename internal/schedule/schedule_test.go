package schedule

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSchedule_Next walks schedules over days on which clocks jump, and over
// plain ones. Slots are in UTC.
func TestSchedule_Next(t *testing.T) {
	tests := []struct {
		name, zone string
		lines      []string
		after      string
		want       []string
	}{
		{
			"plain weekly", "America/Los_Angeles",
			[]string{"0 9 * * TUE"},
			"2026-11-22T00:00:00Z",
			[]string{"2026-11-24T17:00:00Z", "2026-12-01T17:00:00Z"},
		},
		{
			"strictly after", "UTC",
			[]string{"0 9 * * *"},
			"2026-01-01T09:00:00Z",
			[]string{"2026-01-02T09:00:00Z"},
		},
		{
			"a moment before", "UTC",
			[]string{"0 9 * * *"},
			"2026-01-01T08:59:59.999999999Z",
			[]string{"2026-01-01T09:00:00Z"},
		},
		{
			"a moment after", "UTC",
			[]string{"0 9 * * *"},
			"2026-01-01T09:00:00.000000001Z",
			[]string{"2026-01-02T09:00:00Z"},
		},
		{
			"daily in the gap", "America/New_York",
			[]string{"30 2 * * *"},
			"2026-03-07T12:00:00Z",
			[]string{"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"},
		},
		{
			"the gap's first instant is strictly after itself", "America/New_York",
			[]string{"30 2 * * *"},
			"2026-03-08T07:00:00Z",
			[]string{"2026-03-09T06:30:00Z"},
		},
		{
			"hourly over a gap", "America/New_York",
			[]string{"0 * * * *"},
			"2026-03-08T05:30:00Z",
			[]string{"2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z"},
		},
		{
			"every quarter over a gap", "America/New_York",
			[]string{"*/15 * * * *"},
			"2026-03-08T06:40:00Z",
			[]string{"2026-03-08T06:45:00Z", "2026-03-08T07:00:00Z", "2026-03-08T07:15:00Z"},
		},
		{
			"daily in the overlap runs at the first", "America/New_York",
			[]string{"30 1 * * *"},
			"2026-10-31T12:00:00Z",
			[]string{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
		},
		{
			"asked within the second time round", "America/New_York",
			[]string{"30 1 * * *"},
			"2026-11-01T06:10:00Z",
			[]string{"2026-11-02T06:30:00Z"},
		},
		{
			"asked at the instant at which clocks go back", "America/New_York",
			[]string{"30 1 * * *"},
			"2026-11-01T06:00:00Z",
			[]string{"2026-11-02T06:30:00Z"},
		},
		{
			"the wall time at which clocks go back comes an hour later", "America/New_York",
			[]string{"0 2 * * *"},
			"2026-11-01T06:10:00Z",
			[]string{"2026-11-01T07:00:00Z", "2026-11-02T07:00:00Z"},
		},
		{
			"hourly over an overlap", "America/New_York",
			[]string{"0 * * * *"},
			"2026-11-01T04:30:00Z",
			[]string{"2026-11-01T05:00:00Z", "2026-11-01T07:00:00Z", "2026-11-01T08:00:00Z"},
		},
		{
			"half-hour overlap", "Australia/Lord_Howe",
			[]string{"*/15 * * * *"},
			"2026-04-04T14:20:00Z",
			[]string{"2026-04-04T14:30:00Z", "2026-04-04T14:45:00Z", "2026-04-04T15:30:00Z"},
		},
		{
			"half-hour gap", "Australia/Lord_Howe",
			[]string{"0 2 * * *", "15 2 * * *", "30 2 * * *"},
			"2026-10-03T12:00:00Z",
			[]string{"2026-10-03T15:30:00Z", "2026-10-04T15:00:00Z", "2026-10-04T15:15:00Z"},
		},
		{
			"a day that the zone left out", "Pacific/Apia",
			[]string{"0 9 * * *"},
			"2011-12-29T12:00:00Z",
			[]string{"2011-12-29T19:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z"},
		},
		{
			"no midnight in spring", "America/Sao_Paulo",
			[]string{"0 0 * * *"},
			"2018-11-03T12:00:00Z",
			[]string{"2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		},
		{
			"midnight twice, once belonging to the day before", "America/Sao_Paulo",
			[]string{"30 23 * * *"},
			"2019-02-16T12:00:00Z",
			[]string{"2019-02-17T01:30:00Z", "2019-02-18T02:30:00Z"},
		},
		{
			"no midnight on a Sunday", "Asia/Beirut",
			[]string{"0 0 * * SUN"},
			"2026-03-28T12:00:00Z",
			[]string{"2026-03-28T22:00:00Z", "2026-04-04T21:00:00Z"},
		},
		{
			"a day lived twice", "Pacific/Kwajalein",
			[]string{"0 12 * * *"},
			"1969-09-29T06:00:00Z",
			[]string{"1969-09-30T01:00:00Z", "1969-10-02T00:00:00Z"},
		},
		{
			"several lines, one slot for what they share", "UTC",
			[]string{"0 9 * * MON", "0 9 1 * *", "0 9 * * MON"},
			"2026-05-30T00:00:00Z",
			[]string{"2026-06-01T09:00:00Z", "2026-06-08T09:00:00Z"},
		},
		{
			"29 February across 2100, which has none", "UTC",
			[]string{"0 0 29 2 *"},
			"2096-03-01T00:00:00Z",
			[]string{"2104-02-29T00:00:00Z"},
		},
		{
			"day of month or day of week when both are given", "UTC",
			[]string{"0 9 13 * FRI"},
			"2026-11-08T00:00:00Z",
			[]string{"2026-11-13T09:00:00Z", "2026-11-20T09:00:00Z"},
		},
		{
			"descriptor", "Europe/Berlin",
			[]string{"@weekly"},
			"2026-07-01T00:00:00Z",
			[]string{"2026-07-04T22:00:00Z", "2026-07-11T22:00:00Z"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := mustParse(t, tt.zone, tt.lines...)
			var got []string
			for at := mustTime(t, tt.after); len(got) < len(tt.want); {
				at = s.Next(at)
				got = append(got, at.UTC().Format(time.RFC3339))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("slots (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSchedule_Next_withoutLines(t *testing.T) {
	if got := mustParse(t, "UTC").Next(time.Now()); !got.IsZero() {
		t.Errorf("a schedule without lines has a slot: %v", got)
	}
}

func TestSchedule_Next_isInTheZone(t *testing.T) {
	got := mustParse(t, "Asia/Kolkata", "0 9 * * *").Next(mustTime(t, "2026-11-22T12:00:00Z"))
	if want := "2026-11-23T09:00:00+05:30"; got.Format(time.RFC3339) != want {
		t.Errorf("got %v, want %v", got.Format(time.RFC3339), want)
	}
}

func TestSchedule_Between(t *testing.T) {
	s := mustParse(t, "UTC", "0 9 * * *")
	tests := []struct {
		name, after, until string
		want               int
	}{
		{"three missed", "2026-11-20T10:00:00Z", "2026-11-23T10:00:00Z", 3},
		{"the first bound is out, the last is in", "2026-11-20T09:00:00Z", "2026-11-21T09:00:00Z", 1},
		{"none", "2026-11-20T09:00:00Z", "2026-11-21T08:59:59Z", 0},
		{"a clock set back", "2026-11-20T09:00:00Z", "2026-11-01T09:00:00Z", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := slices.Collect(s.Between(mustTime(t, tt.after), mustTime(t, tt.until)))
			if len(got) != tt.want {
				t.Errorf("got %d slots %v, want %d", len(got), got, tt.want)
			}
		})
	}
}

func BenchmarkSchedule_Next(b *testing.B) {
	for _, line := range []string{"* * * * *", "0 9 * * TUE", "0 0 29 2 *"} {
		b.Run(line, func(b *testing.B) {
			s := mustParse(b, "America/New_York", line)
			at := mustTime(b, "2026-01-01T00:00:00Z")
			for b.Loop() {
				s.Next(at)
			}
		})
	}
}

func mustParse(t testing.TB, zone string, lines ...string) *Schedule {
	t.Helper()
	s, err := Parse(lines, mustZone(t, zone))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func mustTime(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
