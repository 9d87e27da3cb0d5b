package signup

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tidings/internal/newsletter"
)

func FuzzPauseUntil(f *testing.F) {
	for _, day := range []string{"", "2026-12-24", "2026-02-30", "0000-00-00", "soon", "2026-12-24T09:00:00Z", "٢٠٢٦-١٢-٢٤"} {
		f.Add(day)
	}
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, day string) {
		until, err := pauseUntil(day, time.UTC, now)
		switch {
		case err != nil && !errors.Is(err, newsletter.ErrInvalid):
			t.Errorf("%q: %v", day, err)
		case err == nil && day != "" && (!until.After(now) || until.Sub(now) > longestPause || until.Format(time.DateOnly) != day):
			t.Errorf("%q is %s", day, until)
		}
	})
}

func FuzzReason(f *testing.F) {
	f.Add("Too many letters", "and too long")
	f.Add("", strings.Repeat("é", 400))
	f.Add("\x00", "\xff\xfe\u202e")
	f.Fuzz(func(t *testing.T, choice, words string) {
		because, err := reason(choice, words)
		if err != nil {
			return
		}
		if len(because) > maxReason || !utf8.ValidString(because) || strings.ContainsAny(because, "\r\n\x00") {
			t.Errorf("%q, %q are kept as %q", choice, words, because)
		}
	})
}

// Where a day begins is the reader's own zone, where it is known.
func TestPauseUntil_zone(t *testing.T) {
	tonga := zoneOf(&newsletter.Newsletter{Zone: time.UTC}, newsletter.Subscriber{Timezone: "Pacific/Tongatapu"})
	until, err := pauseUntil("2026-12-24", tonga, time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	if err != nil || !until.Equal(time.Date(2026, 12, 23, 11, 0, 0, 0, time.UTC)) {
		t.Errorf("midnight in Tonga is %s, %v", until.UTC(), err)
	}
	for _, name := range []string{"", "Mars/Olympus", "Local", "posixrules"} {
		for n, want := range map[*newsletter.Newsletter]*time.Location{{Zone: tonga}: tonga, {}: time.UTC} {
			if zone := zoneOf(n, newsletter.Subscriber{Timezone: name}); zone != want {
				t.Errorf("%q is %s, want %s", name, zone, want)
			}
		}
	}
}
