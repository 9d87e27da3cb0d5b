package publish_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/store"
)

// An issue with a time of its own goes out late by max_lateness at most, and where
// that is less, still within the minute.
func TestClock_FixedTimeLate(t *testing.T) {
	for when, c := range map[string]struct{ lateness, queue string }{
		"2026-11-25T21:30:00Z": {"6h", ""},
		"2026-11-25T21:30:01Z": {"6h", "fixed held"},
		"2026-11-25T15:31:00Z": {"1s", ""},
		"2026-11-25T15:31:01Z": {"1s", "fixed held"},
	} {
		t.Run(when, func(t *testing.T) {
			h := newHouse(t, tuesdays+"max_lateness = \""+c.lateness+"\"\n")
			h.issue("2026-11-19-fixed", "send_at: 2026-11-25 07:30\n")
			h.at("2026-11-24T20:00:00Z")
			h.at(when)
			if c.queue == "" {
				h.wantQueue()
				return
			}
			h.wantQueue(c.queue)
			h.wantLog("its send_at passed too long ago, while Tidings was down")
		})
	}
}

// While Tidings was down an issue's own time came, in a pause or before one that holds
// now: it is held.
func TestClock_FixedTimeAndPause(t *testing.T) {
	for from, until := range map[string]string{"2026-11-25T15:00:00Z": "2026-11-25T16:00:00Z", "2026-11-25T16:30:00Z": ""} {
		h := newHouse(t, tuesdays)
		h.issue("2026-11-19-fixed", "send_at: 2026-11-25 07:30\n")
		h.at("2026-11-24T20:00:00Z")
		h.pause(from, until)
		h.at("2026-11-25T17:00:00Z")
		h.wantQueue("fixed held")
	}
}

// In its last minutes an issue has its own lateness: one that Tidings slept through by
// less goes out, and one whose send_by passed meanwhile does not.
func TestUndo_LateMeanwhile(t *testing.T) {
	for when, want := range map[string][]string{
		"2026-11-24T23:05:00Z": {"by held"},
		"2026-11-24T23:05:01Z": {"first held", "by held"},
	} {
		t.Run(when, func(t *testing.T) {
			h := newHouse(t, "schedule = [\"0 9 * * TUE\", \"1 9 * * TUE\"]\nmax_lateness = \"6h\"\n"+undo)
			h.issue("2026-11-19-first", "")
			h.issue("2026-11-20-by", "send_by: 2026-11-24 09:30\n")
			h.at("2026-11-23T20:00:00Z")
			h.at("2026-11-24T17:00:00Z")
			h.at("2026-11-24T17:01:00Z")
			h.wantQueue("first sending Nov 24 09:05", "by sending Nov 24 09:06")
			h.at(when)
			h.wantQueue(want...)
		})
	}
}

// Readers who get an issue in their own time do so also where it has last minutes, and
// one with a time of its own goes to all at once.
func TestUndo_LocalTime(t *testing.T) {
	h := newHouse(t, tuesdays+"local_time = true\n"+undo)
	h.reader("harbor", "noa", "Asia/Kolkata")
	h.issue("2026-11-19-first", "")
	h.issue("2026-11-20-fixed", "send_at: 2026-11-24 13:00\n")
	h.at("2026-11-23T18:00:00Z")
	h.at("2026-11-23T19:00:00Z")
	h.at("2026-11-23T19:05:00Z")
	h.want("first", store.SlotSent)
	if diff := cmp.Diff(map[string]string{"ada": "24 17:00", "noa": "24 03:30"}, h.due("harbor", "first")); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
	h.at("2026-11-24T21:00:00Z")
	h.at("2026-11-24T21:05:00Z")
	if due := h.due("harbor", "fixed"); len(due) != 2 || due["noa"] != due["ada"] {
		t.Errorf("due %v, want one instant for all", due)
	}
}
