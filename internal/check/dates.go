package check

import (
	"fmt"
	"time"
)

// farDate is how far ahead nobody plans a letter.
const farDate = 366 * 24 * time.Hour

// sendDatePast finds times that have gone by. It warns only: an issue that was
// sent stays in its folder.
func sendDatePast(d *draft) []finding {
	var found []finding
	for _, date := range []struct {
		key string
		at  time.Time
	}{{"send_at", d.issue.SendAt}, {"send_by", d.issue.SendBy}} {
		if date.at.IsZero() || date.at.After(d.now) {
			continue
		}
		found = append(found, finding{
			at: d.issue.Places[date.key], message: fmt.Sprintf("%s lies in the past: %s", date.key, date.at.Format("2 January 2006, 15:04")),
			hint: "if the issue is still to go out, write a time to come or remove the line",
		})
	}
	return found
}

// sendDateFar finds a slip in the year.
func sendDateFar(d *draft) []finding {
	if d.issue.SendAt.Sub(d.now) <= farDate {
		return nil
	}
	return []finding{{
		at: d.issue.Places["send_at"], message: "send_at lies more than a year ahead: " + d.issue.SendAt.Format("2 January 2006, 15:04"),
		hint: "is the year right",
	}}
}
