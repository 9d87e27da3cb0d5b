package publish_test

import (
	"strings"
	"testing"
	"time"

	"tidings/internal/publish"
	"tidings/internal/store"
)

const tuesdays = "schedule = \"0 9 * * TUE\"\n" // 17:00 UTC in winter

func TestClock_HeadOfTheQueueAtEachSlot(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-20-second", "date: 2026-11-20\n")
	h.issue("2026-11-19-first", "date: 2026-11-19\n")
	h.write("newsletters/harbor/2026-11-01-draft.md", "---\ntitle: Draft\nstatus: draft\n---\n\nNot yet.\n")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T16:59:59Z")
	h.want("")
	h.at("2026-11-24T17:00:00Z")
	h.at("2026-11-24T17:00:01Z")
	h.at("2026-11-24T17:05:00Z")
	h.want("first", store.SlotSent)
	h.at("2026-12-01T17:00:00Z")
	h.want("first second", store.SlotSent, store.SlotSent)
	h.at("2026-12-08T17:00:00Z")
	h.want("first second", store.SlotSent, store.SlotSent, store.SlotEmpty)
}

// A clock that is set back, and a second program, run no slot again (rule R12).
func TestClock_NoSlotTwice(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-19-first", "")
	h.issue("2026-11-20-second", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T17:00:00Z")
	h.at("2026-11-24T16:00:00Z")
	h.at("2026-11-24T17:00:10Z")
	second := publish.NewClock(h.publisher)
	second.Tick(t.Context())
	h.want("first", store.SlotSent)
}

func TestClock_CatchUp(t *testing.T) {
	daily := "schedule = \"0 9 * * *\"\nmax_lateness = \"30h\"\n"
	for _, c := range []struct {
		name, policy, sent string
		outcomes           []store.SlotOutcome
	}{
		{"latest", "catch_up = \"latest\"\n", "first", []store.SlotOutcome{store.SlotPassed, store.SlotPassed, store.SlotSent}},
		{"all", "catch_up = \"all\"\n", "second third", []store.SlotOutcome{store.SlotLate, store.SlotSent, store.SlotSent}},
		{"none", "catch_up = \"none\"\n", "", []store.SlotOutcome{store.SlotPassed, store.SlotPassed, store.SlotPassed}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, daily+c.policy)
			h.issue("2026-11-18-first", "")
			h.issue("2026-11-19-second", "")
			h.issue("2026-11-20-third", "")
			h.at("2026-11-23T20:00:00Z") // seen; then down for three slots
			h.at("2026-11-26T20:00:00Z")
			h.want(c.sent, c.outcomes...)
			for _, slot := range []string{"Tue 24 Nov 09:00: ", "Wed 25 Nov 09:00: ", "Thu 26 Nov 09:00: "} {
				if !strings.Contains(h.log.String(), slot) {
					t.Errorf("the slot %s was not reported:\n%s", slot, h.log.String())
				}
			}
		})
	}
}

func TestClock_TooLateIsHeldAndTold(t *testing.T) {
	h := newHouse(t, tuesdays+"max_lateness = \"6h\"\n")
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-25T02:00:00Z")
	h.want("", store.SlotLate)
	if !strings.Contains(h.log.String(), "too late") {
		t.Errorf("nobody was told:\n%s", h.log.String())
	}
	h.at("2026-12-01T17:00:00Z")
	h.want("", store.SlotLate, store.SlotEmpty) // until a person decides
	if err := h.publisher.Release(t.Context(), h.newsletter(), "first"); err != nil {
		t.Fatal(err)
	}
	h.at("2026-12-08T17:00:00Z")
	h.want("first", store.SlotLate, store.SlotEmpty, store.SlotSent)
}

// A slot before the newsletter was first seen was not missed.
func TestClock_FirstSeenIsTheBeginning(t *testing.T) {
	h := newHouse(t, tuesdays+"catch_up = \"all\"\nmax_lateness = \"1000h\"\n")
	h.issue("2026-11-19-first", "")
	h.at("2026-11-24T17:30:00Z")
	h.want("")
}

// An issue that cannot go is held at its slot, said aloud, and goes once it is
// mended.
func TestClock_BrokenIssueIsHeld(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.write("newsletters/harbor/2026-11-19-first.md", "---\ntitle: First\nstatus: ready\n---\n\nDear {{ subscriber.nmae }},\n")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T17:00:00Z")
	h.want("", store.SlotHeld)
	if !strings.Contains(h.log.String(), "2026-11-19-first.md:6") {
		t.Errorf("the log does not name file and line:\n%s", h.log.String())
	}
	h.issue("2026-11-19-first", "")
	h.at("2026-12-01T17:00:00Z")
	h.want("first", store.SlotHeld, store.SlotSent)
}

func TestClock_FixedTimes(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-19-fixed", "send_at: 2026-11-25 07:30\n")
	h.issue("2026-11-20-queued", "")
	h.issue("2026-11-18-expired", "send_by: 2026-11-24 08:00\n")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T17:00:00Z")
	h.want("queued", store.SlotSent)
	h.at("2026-11-25T15:29:59Z")
	h.want("queued", store.SlotSent)
	h.at("2026-11-25T15:30:00Z")
	h.want("queued fixed", store.SlotSent)
	if !strings.Contains(h.log.String(), "send_by has passed") {
		t.Errorf("nobody was told that an issue expired:\n%s", h.log.String())
	}
}

// A time of its own that passed before the issue came is not promised.
func TestQueue_TimeHasPassed(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-19-past", "send_at: 2026-11-23 11:00\n") // an hour ago
	entries, _, err := h.publisher.Queue(t.Context(), h.newsletter())
	h.must(err)
	if len(entries) != 1 || !strings.Contains(entries[0].Remark, "it will be held") {
		t.Errorf("queue %+v, want a word that it will be held", entries)
	}
	h.at("2026-11-23T20:00:00Z")
	h.wantQueue("past held")
}

// Tick asks to be called again at the next slot, not after it.
func TestClock_NextTick(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.now = time.Date(2026, 11, 24, 16, 59, 59, 0, time.UTC)
	if next := h.clock.Tick(t.Context()); !next.Equal(time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)) {
		t.Errorf("next tick at %v, want the slot", next)
	}
	h = newHouse(t, "")
	if next := h.clock.Tick(t.Context()); !next.After(h.now) {
		t.Errorf("without a schedule, next tick at %v: it never rests", next)
	}
}

// What was wrong is logged once, and again when it comes back.
func TestClock_LogsWhatComesBack(t *testing.T) {
	h := newHouse(t, tuesdays)
	for step, more := range []string{"titel: Slip\n", "", "titel: Slip\n"} {
		h.issue("2026-11-19-first", more)
		h.at("2026-11-23T20:00:00Z")
		h.at("2026-11-23T20:01:00Z")
		if got := strings.Count(h.log.String(), "an issue cannot be read"); got != []int{1, 1, 2}[step] {
			t.Errorf("logged %d times after step %d", got, step+1)
		}
	}
}
