package schedule

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWriteCalendar(t *testing.T) {
	at := mustTime(t, "2026-11-24T09:00:00-08:00")
	var b strings.Builder
	err := WriteCalendar(&b, "Harbor; Letters", at.Add(-time.Hour), []Event{
		{UID: "harbor-1@news.example.org", At: at, Summary: "First, frost\nand it " + strings.Repeat("é", 60) + strings.Repeat("e", 90)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tidings//Schedule//EN", `X-WR-CALNAME:Harbor\; Letters`,
		"REFRESH-INTERVAL;VALUE=DURATION:PT1H", "BEGIN:VEVENT", "UID:harbor-1@news.example.org",
		"DTSTAMP:20261124T160000Z", "DTSTART:20261124T170000Z", "DURATION:PT15M",
		`SUMMARY:First\, frost\nand it ` + strings.Repeat("é", 60) + strings.Repeat("e", 90), "TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR", "",
	}, "\r\n")
	if diff := cmp.Diff(want, strings.ReplaceAll(b.String(), "\r\n ", "")); diff != "" {
		t.Errorf("unfolded (-want +got):\n%s", diff)
	}
	for line := range strings.SplitSeq(b.String(), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("line of %d octets, whole characters: %t: %q", len(line), utf8.ValidString(line), line)
		}
	}
}

func FuzzWriteCalendar(f *testing.F) {
	f.Add("Frost\r\nBEGIN:VEVENT")
	f.Add(strings.Repeat("日本", 80))
	f.Fuzz(func(t *testing.T, summary string) {
		var b strings.Builder
		if err := WriteCalendar(&b, summary, time.Unix(0, 0), []Event{{UID: summary, Summary: summary}}); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), "\r\nBEGIN:VEVENT\r\n"); n != 1 {
			t.Errorf("%d events, want 1", n)
		}
		if strings.Contains(strings.ReplaceAll(b.String(), "\r\n", ""), "\n") {
			t.Error("a line end that is none of ours")
		}
	})
}
