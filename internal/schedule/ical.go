package schedule

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Event is one entry of a calendar.
type Event struct {
	UID     string // the same each time the calendar is written
	At      time.Time
	Summary string
}

// WriteCalendar writes events as an iCalendar object (RFC 5545), at which
// calendars subscribe. Stamp is when it is written; times are in UTC, so that it
// needs no time zones of its own.
func WriteCalendar(w io.Writer, name string, stamp time.Time, events []Event) error {
	var b strings.Builder
	line := func(format string, args ...any) { fold(&b, fmt.Sprintf(format, args...)) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Tidings//Schedule//EN")
	line("X-WR-CALNAME:%s", escapeText(name))
	line("REFRESH-INTERVAL;VALUE=DURATION:PT1H")
	for _, e := range events {
		line("BEGIN:VEVENT")
		line("UID:%s", escapeText(e.UID))
		line("DTSTAMP:%s", utc(stamp))
		line("DTSTART:%s", utc(e.At))
		line("DURATION:PT15M")
		line("SUMMARY:%s", escapeText(e.Summary))
		line("TRANSP:TRANSPARENT")
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	_, err := io.WriteString(w, b.String())
	return err
}

// utc is a date-time in its third form (RFC 5545, section 3.3.5).
func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// escapeText writes a value of type TEXT (RFC 5545, section 3.3.11).
func escapeText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
}

// fold writes a content line in pieces of at most 75 octets, none of which ends
// within a character (RFC 5545, section 3.1).
func fold(b *strings.Builder, s string) {
	const limit = 75
	for room := limit; len(s) > room; room = limit - 1 {
		cut := room
		for cut > 1 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		b.WriteString(s[:cut] + "\r\n ")
		s = s[cut:]
	}
	b.WriteString(s + "\r\n")
}
