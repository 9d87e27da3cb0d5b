package schedule

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"tidings/internal/newsletter"
)

// fieldNames are the fields of a cron line, in order, with what they may hold.
var fieldNames = [5]struct{ name, legal string }{
	{"minute", "0 to 59"},
	{"hour", "0 to 23"},
	{"day of month", "1 to 31"},
	{"month", "1 to 12 or JAN to DEC"},
	{"day of week", "0 to 6 or SUN to SAT"},
}

// An item is one of the comma-separated parts of a field. The check is
// narrower than cron's, which reads "*-5" as "*" and passes over "1,,2".
var item = regexp.MustCompile(`^(?:[*?]|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)(?:/[0-9]+)?$`)

// example stands in hints.
const example = `"0 9 * * TUE" is every Tuesday at 9:00`

// longest is the greatest length of a cron line in bytes.
const longest = 1000

// parseLine reads one cron line. The schedule it returns works on naive wall
// time, carried as UTC.
func parseLine(line string) (cron.Schedule, error) {
	line = strings.TrimSpace(line)
	if err := checkShape(line); err != nil {
		return nil, err
	}
	spec, err := cron.ParseStandard(line)
	if err != nil {
		return nil, explain(line, err)
	}
	// The first year is a leap year, so that 29 February is found at once.
	if nextWall(spec, time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, newsletter.Hint(errors.New("no date matches it, ever"), "does that month have that day?")
	}
	return spec, nil
}

// checkShape refuses what cron would misread or what Tidings does not do.
func checkShape(line string) error {
	switch {
	case line == "":
		return newsletter.Hint(errors.New("is empty, expected five fields"), example)
	case len(line) > longest:
		return fmt.Errorf("is longer than %d bytes", longest)
	case strings.HasPrefix(line, "TZ="), strings.HasPrefix(line, "CRON_TZ="):
		return newsletter.Hint(errors.New("names a time zone"), "the zone has its own key, timezone")
	case strings.HasPrefix(line, "@every"):
		return newsletter.Hint(errors.New("@every has no fixed times"), `use wall times: "0 */6 * * *" is every six hours`)
	case strings.HasPrefix(line, "@"):
		return nil
	}
	return checkFields(strings.Fields(line))
}

// checkFields wants five fields made of well-formed items.
func checkFields(fields []string) error {
	if len(fields) != len(fieldNames) {
		hint := example
		if len(fields) == 6 {
			hint = "there are no seconds; " + example
		}
		has := fmt.Sprintf("%d fields", len(fields))
		if len(fields) == 1 {
			has = "1 field"
		}
		return newsletter.Hint(fmt.Errorf("has %s, expected five: minute, hour, day of month, month, day of week", has), hint)
	}
	for i, field := range fields {
		for part := range strings.SplitSeq(field, ",") {
			if !item.MatchString(part) {
				return newsletter.Hint(fmt.Errorf("%s %q is not understood, expected %s",
					fieldNames[i].name, field, fieldNames[i].legal), `also "*", "1-5", "*/15" or a list "1,15"`)
			}
		}
	}
	return nil
}

// explain says which field cron refused, by asking it about one field at a
// time.
func explain(line string, err error) error {
	if strings.HasPrefix(line, "@") {
		return newsletter.Hint(errors.New("is not known, expected @hourly, @daily, @weekly, @monthly or @yearly"), example)
	}
	for i, field := range strings.Fields(line) {
		alone := []string{"*", "*", "*", "*", "*"}
		alone[i] = field
		if _, bad := cron.ParseStandard(strings.Join(alone, " ")); bad == nil {
			continue
		}
		problem := fmt.Errorf("%s %q is out of range, expected %s", fieldNames[i].name, field, fieldNames[i].legal)
		if i == 4 && strings.Contains(field, "7") {
			return newsletter.Hint(problem, "Sunday is 0 or SUN")
		}
		return newsletter.Hint(problem, example)
	}
	return err
}
