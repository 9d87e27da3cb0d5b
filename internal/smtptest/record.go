package smtptest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Record is a message that the server accepted.
type Record struct {
	Time      time.Time // when its final dot came in
	Conn      int       // number of the connection, from 1
	From      string    // return path of the envelope
	To        []string  // recipients that were not refused
	MessageID string    // the Message-ID field with its brackets, or empty
	Size      int       // bytes as sent, without the dots that were added for SMTP
	Raw       []byte    // those bytes, if Config.KeepRaw
}

// line is the record as the log file has it: time, connection, return path,
// recipients and Message-ID, parted by tabs.
func (r Record) line() string {
	return fmt.Sprintf("%s\t%d\t%s\t%s\t%s\n", r.Time.UTC().Format(time.RFC3339Nano), r.Conn, r.From, strings.Join(r.To, ","), r.MessageID)
}

// Verdict is how the accepted messages differ from those that were wanted, each
// list sorted and without doubles.
type Verdict struct {
	Duplicates []string // accepted more often than wanted, but wanted
	Lost       []string // accepted less often than wanted
	Unwanted   []string // accepted but never wanted
}

// Clean says whether each was accepted as often as it was wanted.
func (v Verdict) Clean() bool {
	return len(v.Duplicates) == 0 && len(v.Lost) == 0 && len(v.Unwanted) == 0
}

// Judge compares what was accepted with what was wanted, by recipient or by
// Message-ID. What stands twice in want is wanted twice; accepted once, it
// counts as lost.
func Judge(accepted, want []string) Verdict {
	balance := make(map[string]int, len(want)) // accepted minus wanted
	wanted := make(map[string]bool, len(want))
	for _, w := range want {
		balance[w]--
		wanted[w] = true
	}
	for _, a := range accepted {
		balance[a]++
	}
	var v Verdict
	for key, n := range balance {
		switch {
		case n < 0:
			v.Lost = append(v.Lost, key)
		case n > 0 && wanted[key]:
			v.Duplicates = append(v.Duplicates, key)
		case n > 0:
			v.Unwanted = append(v.Unwanted, key)
		}
	}
	slices.Sort(v.Duplicates)
	slices.Sort(v.Lost)
	slices.Sort(v.Unwanted)
	return v
}
