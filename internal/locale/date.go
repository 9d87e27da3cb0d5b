package locale

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Date writes a day in full, as in "24 November 2026", in the zone of t. The zero
// time is empty.
func (l *Locale) Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if layout := l.figures(); layout != "" {
		return t.Format(layout)
	}
	return l.Say("date.full", "Day", l.day(t), "Month", word(l.Say("date.months"), int(t.Month())-1), "Year", t.Year())
}

// DayTime writes a day near by and a time of day, as in "Tue 8 Dec, 09:00", in
// the zone of t.
func (l *Locale) DayTime(t time.Time) string {
	return l.Say("date.day_time",
		"Weekday", word(l.Say("date.weekdays"), int(t.Weekday())),
		"Day", l.day(t), "Month", word(l.Say("date.short_months"), int(t.Month())-1),
		"Time", t.Format("15:04"))
}

// day is the number of a day in its month, of which some languages say the first
// in another way.
func (l *Locale) day(t time.Time) string {
	if t.Day() == 1 {
		return l.Say("date.first")
	}
	return strconv.Itoa(t.Day())
}

// figures is the layout of dates in a language whose words we do not know; empty
// for those we speak.
func (l *Locale) figures() string {
	if l.dates == l.tag {
		return ""
	}
	switch base, _ := l.dates.Base(); base {
	case language.MustParseBase("ja"), language.MustParseBase("zh"):
		return "2006年1月2日"
	}
	return time.DateOnly
}

// word returns the word of that number in a list with blanks between them, or
// the number where there are too few.
func word(list string, i int) string {
	words := strings.Fields(list)
	if i >= len(words) {
		return strconv.Itoa(i + 1)
	}
	return words[i]
}
