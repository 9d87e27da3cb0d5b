package publish_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/publish"
	"tidings/internal/store"
)

const undo = "undo = \"5m\"\n"

func TestUndo_TheLastMinutes(t *testing.T) {
	h := newHouse(t, tuesdays+undo)
	h.issue("2026-11-19-first", "")
	h.issue("2026-11-20-second", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T17:00:00Z")
	h.want("", store.SlotUndo)
	h.wantQueue("first sending Nov 24 09:05", "second scheduled Dec 1 09:00")
	if err := h.publisher.Move(t.Context(), h.newsletter(), "first", publish.Target{Position: 2}); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("an issue that is going out was moved: %v", err)
	}
	h.clock = publish.NewClock(h.publisher) // a restart in between
	h.at("2026-11-24T17:04:59Z")
	h.want("", store.SlotUndo)
	h.at("2026-11-24T17:05:00Z")
	h.at("2026-11-24T17:05:01Z")
	h.want("first", store.SlotSent)
	h.wantQueue("second scheduled Dec 1 09:00")
}

func TestUndo_Stopped(t *testing.T) {
	h := newHouse(t, tuesdays+undo)
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T17:00:00Z")
	h.must(h.publisher.Hold(t.Context(), h.newsletter(), "first", "wait"))
	h.at("2026-11-24T17:06:00Z")
	h.want("", store.SlotHeld)
	h.must(h.publisher.Release(t.Context(), h.newsletter(), "first"))
	h.wantQueue("first scheduled Dec 1 09:00")
}

// What was changed in the last minutes is what goes out, and what was broken
// or taken back in them does not.
func TestUndo_ChangedMeanwhile(t *testing.T) {
	for name, text := range map[string]string{
		"broken": "---\ntitle: First\nstatus: ready\n---\n\nDear {{ subscriber.nmae }},\n",
		"draft":  "---\ntitle: First\ndescription: What it is about, in a few words.\nstatus: draft\n---\n\nText.\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, tuesdays+undo)
			h.issue("2026-11-19-first", "")
			h.at("2026-11-23T20:00:00Z")
			h.at("2026-11-24T17:00:00Z")
			h.write("newsletters/harbor/2026-11-19-first.md", text)
			h.at("2026-11-24T17:05:00Z")
			h.want("", store.SlotHeld)
			h.wantQueue("first held")
			h.wantLog("harbor/first is held")
		})
	}
}

// A long sleep in the last minutes makes no surprise.
func TestUndo_AsleepMeanwhile(t *testing.T) {
	h := newHouse(t, tuesdays+undo)
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T17:00:00Z")
	h.at("2026-11-25T17:00:00Z")
	h.want("", store.SlotHeld)
	h.wantQueue("first held")
}

// Late by less than max_lateness, an issue still has its last minutes.
func TestUndo_Late(t *testing.T) {
	h := newHouse(t, tuesdays+undo)
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T18:00:00Z")
	h.want("", store.SlotUndo)
	h.at("2026-11-24T18:05:00Z")
	h.want("first", store.SlotSent)
}

func TestAddAt(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-19-first", "")
	h.issue("2026-11-20-second", "")
	h.at("2026-11-23T20:00:00Z")
	ctx, n := t.Context(), h.newsletter()
	const file = "newsletters/harbor/2026-11-19-first.md"
	if _, err := h.publisher.AddAt(ctx, n, file, h.now); !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("a time that has passed: %v", err)
	}
	if _, err := h.publisher.AddAt(ctx, n, file, h.now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	h.wantQueue("first scheduled Nov 23 13:00", "second scheduled Nov 24 09:00")
	h.at("2026-11-23T21:00:00Z")
	h.want("first")
	h.at("2026-11-24T17:00:00Z")
	h.want("first second", store.SlotSent)
}

// Whoever cancels in the last minutes stops the issue; before, there is nothing to
// cancel, and it keeps its slot.
func TestUndo_Cancel(t *testing.T) {
	h := newHouse(t, tuesdays+undo)
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	if err := h.publisher.Cancel(t.Context(), h.newsletter(), "first", "stop"); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("cancel of an issue that waits: %v", err)
	}
	h.wantQueue("first scheduled Nov 24 09:00")
	h.at("2026-11-24T17:00:00Z")
	h.must(h.publisher.Cancel(t.Context(), h.newsletter(), "first", "stop"))
	h.at("2026-11-24T17:06:00Z")
	h.want("", store.SlotHeld)
	h.wantQueue("first held")
}

// A write that fails runs those again that share its transaction: what is held is
// held then too.
func TestUndo_HeldBesideFailures(t *testing.T) {
	for range 20 {
		h := newHouse(t, tuesdays+undo)
		h.issue("2026-11-19-first", "")
		h.at("2026-11-23T20:00:00Z")
		h.at("2026-11-24T17:00:00Z")
		ctx, stop := context.WithCancel(t.Context())
		var failing sync.WaitGroup
		for range 8 {
			failing.Go(func() {
				for ctx.Err() == nil {
					_ = h.store.ResumeQueue(ctx, "nobody", time.Now()) // is not paused
				}
			})
		}
		h.at("2026-11-25T17:00:00Z")
		stop()
		failing.Wait()
		h.wantQueue("first held")
		if t.Failed() {
			return
		}
	}
}
