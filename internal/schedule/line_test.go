package schedule

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

func TestParse_refuses(t *testing.T) {
	tests := []struct{ name, line, want, hint string }{
		{"empty", "", "expected five fields", "every Tuesday"},
		{"blank", "  \t ", "expected five fields", "every Tuesday"},
		{"one field", "0", "has 1 field, expected five", "every Tuesday"},
		{"four fields", "0 9 * *", "has 4 fields, expected five", "every Tuesday"},
		{"seconds", "0 0 9 * * *", "has 6 fields, expected five", "no seconds"},
		{"every", "@every 1h", "no fixed times", "every six hours"},
		{"unknown word", "@fortnightly", "expected @hourly", ""},
		{"nonsense", "when the moon is full", "minute \"when\" is", "every Tuesday"},
		{"31 February", "0 9 31 2 *", "no date matches", "that month"},
		{"30 and 31 February", "0 9 30,31 FEB *", "no date matches", ""},
		{"zone", "CRON_TZ=Europe/Berlin 0 9 * * *", "names a time zone", "timezone"},
		{"zone alone", "TZ=Europe/Berlin", "names a time zone", "timezone"},
		{"minute too great", "60 9 * * *", "minute \"60\" is out of range, expected 0 to 59", ""},
		{"hour too great", "0 24 * * *", "hour \"24\" is out of range, expected 0 to 23", ""},
		{"day zero", "0 9 0 * *", "day of month \"0\" is out of range", ""},
		{"month 13", "0 9 * 13 *", "month \"13\" is out of range", ""},
		{"Sunday as 7", "0 9 * * 7", "day of week \"7\" is out of range", "SUN"},
		{"range backwards", "0 17-9 * * *", "hour \"17-9\" is out of range", ""},
		{"step zero", "*/0 9 * * *", "minute \"*/0\" is out of range", ""},
		{"negative", "-5 9 * * *", "minute \"-5\" is not understood", ""},
		{"star to five", "*-5 9 * * *", "minute \"*-5\" is not understood", ""},
		{"only a comma", ", 9 * * *", "minute \",\" is not understood", ""},
		{"word of another language", "0 9 * * DI", "day of week \"DI\" is out of range, expected 0 to 6 or SUN to SAT", ""},
		{"two lines in one", "0 9 * * *\n0 10 * * *", "has 10 fields", ""},
		{"endless", strings.Repeat("1,", 600) + "1 * * * *", "longer than 1000 bytes", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]string{"0 9 * * *", tt.line}, time.UTC)
			if err == nil {
				t.Fatal("was taken")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not say %q", err, tt.want)
			}
			hint := ""
			if h, ok := errors.AsType[*newsletter.Hinted](err); ok {
				hint = h.Hint
			}
			if !strings.Contains(hint, tt.hint) {
				t.Errorf("hint %q does not say %q", hint, tt.hint)
			}
		})
	}
}

func TestParse_wantsAZone(t *testing.T) {
	if _, err := Parse([]string{"0 9 * * *"}, nil); err == nil {
		t.Error("no zone was taken")
	}
}

// FuzzParse wants that no line panics and that a line which is taken has slots,
// each after the one before.
func FuzzParse(f *testing.F) {
	for _, line := range []string{
		"0 9 * * TUE", "*/15 8-18/2 1,15 jan-mar ?", "@daily", "@every 1h", "TZ=", "0 0 29 2 *", "0 9 31 2 *", "59/99 * * * *",
	} {
		f.Add(line, int64(1_790_000_000))
	}
	zone := mustZone(f, "Australia/Lord_Howe")
	f.Fuzz(func(t *testing.T, line string, unix int64) {
		s, err := Parse([]string{line}, zone)
		if err != nil {
			return
		}
		at := time.Unix(unix%(1<<33), 0)
		for range 10 {
			next := s.Next(at)
			if !next.After(at) {
				t.Fatalf("slot %v is not after %v", next, at)
			}
			at = next
		}
	})
}
