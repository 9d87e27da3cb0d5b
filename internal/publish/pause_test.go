package publish_test

import (
	"errors"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// moment reads an instant.
func (h *house) moment(s string) time.Time {
	h.t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	h.must(err)
	return at
}

func (h *house) pause(from, until string) {
	h.t.Helper()
	p := newsletter.Pause{Reason: "winter break", By: "ada"}
	if from != "" {
		p.From = h.moment(from)
	}
	if until != "" {
		p.Until = h.moment(until)
	}
	h.must(h.publisher.PauseQueue(h.t.Context(), h.newsletter(), p))
}

// wantRemark wants the head of the queue to say something.
func (h *house) wantRemark(want string) {
	h.t.Helper()
	entries, _, err := h.publisher.Queue(h.t.Context(), h.newsletter())
	h.must(err)
	if entries[0].Remark != want {
		h.t.Errorf("remark %q, want %q", entries[0].Remark, want)
	}
}

// Slots pass in a pause, each with its outcome and a word to staff; the first
// after it sends.
func TestPauseQueue(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-19-first", "")
	h.issue("2026-11-20-second", "")
	h.at("2026-11-23T20:00:00Z")
	h.pause("", "2026-12-08T17:00:00Z") // the slot of its end is not in it
	h.wantQueue("first scheduled Dec 8 09:00", "second scheduled Dec 15 09:00")
	h.at("2026-11-24T17:00:00Z")
	h.at("2026-12-01T17:00:00Z")
	h.want("", store.SlotPaused, store.SlotPaused)
	h.wantLog("harbor is paused: nothing went out at 09:00 on Tuesday, 24 November. The queue was paused by ada (winter break) until 09:00 on Tuesday, 8 December")
	h.at("2026-12-08T17:00:00Z")
	h.want("first", store.SlotPaused, store.SlotPaused, store.SlotSent)
}

// A pause without an end leaves issues without a slot until somebody ends it.
func TestPauseQueue_open(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.pause("", "")
	h.wantQueue("first paused")
	h.at("2026-11-25T20:00:00Z")
	h.must(h.publisher.ResumeQueue(t.Context(), h.newsletter()))
	h.wantQueue("first scheduled Dec 1 09:00")
	h.at("2026-11-25T20:01:00Z")
	h.want("", store.SlotPaused)
	if err := h.publisher.ResumeQueue(t.Context(), h.newsletter()); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("resumed twice: %v", err)
	}
}

// What passed in a pause while nothing ran is not caught up, whatever catch_up
// says, and what passed before and after it is.
func TestPauseQueue_down(t *testing.T) {
	h := newHouse(t, tuesdays+"catch_up = \"all\"\nmax_lateness = \"1000h\"\n")
	h.issue("2026-11-19-first", "")
	h.issue("2026-11-20-second", "")
	h.issue("2026-11-21-third", "")
	h.at("2026-11-23T20:00:00Z")
	h.pause("2026-11-30T00:00:00Z", "2026-12-02T00:00:00Z")
	h.at("2026-12-09T00:00:00Z") // three slots later
	h.want("first second", store.SlotSent, store.SlotPaused, store.SlotSent)
	h.wantQueue("third scheduled Dec 15 09:00")
}

func TestPauseQueue_ownTime(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-19-first", "send_at: 2026-11-26 13:00\n")
	h.at("2026-11-23T20:00:00Z")
	h.pause("2026-11-26T00:00:00Z", "2026-11-28T00:00:00Z")
	h.wantQueue("first scheduled Nov 26 13:00")
	h.wantRemark("the queue is paused at that time: it will be held")
	h.at("2026-11-26T21:00:00Z")
	h.wantQueue("first held")
	h.wantRemark("the queue was paused when its time came")
}

// An issue in its last minutes waits again.
func TestPauseQueue_lastMinutes(t *testing.T) {
	for name, from := range map[string]string{"now": "", "a moment later": "2026-11-24T17:04:00Z"} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, tuesdays+undo)
			h.issue("2026-11-19-first", "")
			h.at("2026-11-23T20:00:00Z")
			h.at("2026-11-24T17:00:00Z")
			h.now = h.moment("2026-11-24T17:02:00Z")
			h.pause(from, "2026-11-24T18:00:00Z")
			h.at("2026-11-24T17:05:00Z")
			h.wantQueue("first scheduled Dec 1 09:00")
			h.want("", map[string]store.SlotOutcome{"now": store.SlotPaused, "a moment later": store.SlotHeld}[name])
		})
	}
}

// Readers' own time: a pause is meant in the newsletter's hours.
func TestPauseQueue_localTime(t *testing.T) {
	h := newHouse(t, tuesdays+"local_time = true\n")
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T18:00:00Z")
	h.pause("", "2026-11-24T16:59:00Z") // a minute before the newsletter's own nine
	h.wantQueue("first scheduled Nov 24 09:00")
	h.pause("", "2026-11-24T17:01:00Z")
	h.wantQueue("first scheduled Dec 1 09:00")
	h.pause("", "2026-12-01T16:59:00Z") // its slot has begun elsewhere by then
	h.wantQueue("first scheduled Dec 1 09:00")
}

func TestPauseQueue_refuses(t *testing.T) {
	h := newHouse(t, tuesdays)
	err := h.publisher.PauseQueue(t.Context(), h.newsletter(), newsletter.Pause{Until: h.now.Add(-time.Hour)})
	if !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("a pause that is over: %v", err)
	}
}
