package publish_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/publish"
	"tidings/internal/store"
)

func TestQueue_FilesComeInByDate(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-20-second", "")
	h.issue("2026-11-19-first", "")
	h.issue("2026-11-25-fixed", "send_at: 2026-11-26 07:30\n")
	h.write("newsletters/harbor/2026-11-01-draft.md", "---\ntitle: Draft\n---\n\nNot yet.\n")
	h.wantQueue("first scheduled Nov 24 09:00", "second scheduled Dec 1 09:00", "fixed scheduled Nov 26 07:30")
	h.issue("2026-11-18-later", "") // an older date, but it came later
	h.wantQueue("first scheduled Nov 24 09:00", "second scheduled Dec 1 09:00", "fixed scheduled Nov 26 07:30", "later scheduled Dec 8 09:00")
}

func TestQueue_Edit(t *testing.T) {
	h := newHouse(t, tuesdays)
	for _, name := range []string{"2026-11-01-a", "2026-11-02-b", "2026-11-03-c", "2026-11-04-d"} {
		h.issue(name, "")
	}
	n, ctx := h.newsletter(), t.Context()
	h.must(h.publisher.Move(ctx, n, "d", publish.Target{Position: 1}))
	h.must(h.publisher.Move(ctx, n, "a", publish.Target{After: "c"}))
	h.must(h.publisher.Move(ctx, n, "c", publish.Target{Before: "b"}))
	h.wantQueue("d scheduled Nov 24 09:00", "c scheduled Dec 1 09:00", "b scheduled Dec 8 09:00", "a scheduled Dec 15 09:00")

	h.must(h.publisher.Hold(ctx, n, "c", "a name is misspelled"))
	h.must(h.publisher.Remove(ctx, n, "d"))
	h.wantQueue("c held", "b scheduled Nov 24 09:00", "a scheduled Dec 1 09:00")
	h.must(h.publisher.Release(ctx, n, "c"))
	h.wantQueue("c scheduled Nov 24 09:00", "b scheduled Dec 1 09:00", "a scheduled Dec 8 09:00")
	h.must(h.publisher.Move(ctx, n, "c", publish.Target{Position: 100}))
	if _, err := h.publisher.Add(ctx, n, "newsletters/harbor/2026-11-04-d.md"); err != nil {
		t.Fatal(err)
	}
	h.wantQueue("b scheduled Nov 24 09:00", "a scheduled Dec 1 09:00", "c scheduled Dec 8 09:00", "d scheduled Dec 15 09:00")

	for name, err := range map[string]error{
		"move":    h.publisher.Move(ctx, n, "nobody", publish.Target{Position: 1}),
		"before":  h.publisher.Move(ctx, n, "a", publish.Target{Before: "nobody"}),
		"after":   h.publisher.Move(ctx, n, "a", publish.Target{After: "nobody"}),
		"remove":  h.publisher.Remove(ctx, n, "nobody"),
		"hold":    h.publisher.Hold(ctx, n, "nobody", ""),
		"release": h.publisher.Release(ctx, n, "nobody"),
	} {
		if !errors.Is(err, newsletter.ErrNotFound) {
			t.Errorf("%s of an issue that is not there: %v", name, err)
		}
	}
	if err := h.publisher.Release(ctx, n, "a"); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("release of an issue that is not held: %v", err)
	}
	if _, err := h.publisher.Add(ctx, n, "newsletters/harbor/2026-11-04-d.md"); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("add of an issue that is there: %v", err)
	}
}

// What a person took out comes back with its next edit, not by itself.
// Reasons stand in tables of one line each.
func TestQueue_ReasonIsOneLine(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-01-a", "")
	ctx, n := t.Context(), h.newsletter()
	h.must(h.publisher.Hold(ctx, n, "a", "two\nlines"))
	h.must(h.publisher.PauseQueue(ctx, n, newsletter.Pause{Reason: "two\nlines"}))
	entries, _, err := h.publisher.Queue(ctx, n)
	h.must(err)
	pauses, err := h.publisher.Pauses(ctx, n)
	h.must(err)
	if entries[0].Remark != "two; lines" || pauses[0].Reason != "two; lines" {
		t.Errorf("remark %q, reason of the pause %q", entries[0].Remark, pauses[0].Reason)
	}
}

func TestQueue_RemovedStaysOut(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-01-a", "")
	h.wantQueue("a scheduled Nov 24 09:00")
	h.must(h.publisher.Remove(t.Context(), h.newsletter(), "a"))
	h.wantQueue()
	file := filepath.Join(h.dir, "newsletters", "harbor", "2026-11-01-a.md")
	h.must(os.Rename(file, file+".away")) // as when a branch is changed, and back
	h.wantQueue()
	h.must(os.Rename(file+".away", file))
	h.wantQueue()
	h.at("2026-11-24T17:00:00Z")
	h.want("")
	h.issue("2026-11-01-a", "author: Ida\n")
	h.wantQueue("a scheduled Dec 1 09:00")
}

func TestQueue_FilesComeAndGo(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-01-a", "")
	h.issue("2026-11-02-b", "")
	h.at("2026-11-23T20:00:00Z")
	file := filepath.Join(h.dir, "newsletters", "harbor", "2026-11-01-a.md")
	h.must(os.Rename(file, file+".away"))
	h.wantQueue("a missing", "b scheduled Nov 24 09:00")
	h.at("2026-11-23T20:00:10Z")
	h.wantLog("its file newsletters/harbor/2026-11-01-a.md is gone")
	h.must(os.Rename(file+".away", file))
	h.wantQueue("a scheduled Nov 24 09:00", "b scheduled Dec 1 09:00")

	h.write("newsletters/harbor/2026-11-01-a.md", "---\ntitle: [\n---\n\nText.\n")
	h.wantQueue("a broken Nov 24 09:00", "b scheduled Dec 1 09:00")
	h.at("2026-11-24T17:00:00Z") // an issue that cannot be read keeps its slot from the next
	h.want("", store.SlotHeld)
	h.write("newsletters/harbor/2026-11-01-a.md", "---\ntitle: A\n---\n\nA draft again.\n")
	h.wantQueue("b scheduled Dec 1 09:00")
}

// A file that is gone when its slot comes leaves it to the issue behind.
func TestClock_MissingTakesNoSlot(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-01-a", "")
	h.issue("2026-11-02-b", "")
	h.at("2026-11-23T20:00:00Z")
	h.must(os.Remove(filepath.Join(h.dir, "newsletters", "harbor", "2026-11-01-a.md")))
	h.at("2026-11-24T17:00:00Z")
	h.want("b", store.SlotSent)
	h.wantQueue("a missing")
}

func TestQueue_TwoIssuesWithOneSlug(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-01-a", "")
	h.issue("2026-11-02-other", "slug: a\n")
	h.at("2026-11-23T20:00:00Z")
	h.wantQueue("a scheduled Nov 24 09:00")
	h.wantLog("is also that of")
}

// The later of two issues with one slug is neither queued nor sent in the name of
// the earlier: that would be the other one.
func TestQueue_TheOtherOfOneSlug(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-01-a", "")
	h.issue("2026-11-02-other", "slug: a\n")
	ctx, n := t.Context(), h.newsletter()
	const file = "newsletters/harbor/2026-11-02-other.md"
	h.must(h.publisher.Remove(ctx, n, "a"))
	_, added := h.publisher.Add(ctx, n, file)
	_, timed := h.publisher.AddAt(ctx, n, file, h.now.Add(time.Hour))
	draft, err := h.publisher.Prepare(ctx, n, file)
	h.must(err)
	_, sent := h.publisher.Publish(ctx, draft, "ida")
	for what, err := range map[string]error{"add": added, "add at a time": timed, "publish": sent} {
		if err == nil || !strings.Contains(err.Error(), "is also that of") {
			t.Errorf("%s: %v", what, err)
		}
	}
	h.wantQueue()
}

// An issue in the queue whose slug an earlier file takes does not become that
// file: it waits until somebody gives one of them another slug.
func TestQueue_SlugIsTaken(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-05-a", "")
	h.at("2026-11-23T20:00:00Z")
	h.issue("2026-11-01-other", "slug: a\n")
	h.wantQueue("a broken Nov 24 09:00")
	h.at("2026-11-24T17:00:00Z")
	h.want("", store.SlotHeld)
	h.issue("2026-11-01-other", "slug: other\n")
	h.at("2026-12-01T17:00:00Z")
	h.want("a", store.SlotHeld, store.SlotSent)
}

// A newsletter whose folder goes away while it is sending has its letters
// frozen: they still go out, and the others are not held up.
func TestClock_FolderRemovedWhileSending(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-01-a", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T17:00:00Z")
	h.must(os.RemoveAll(filepath.Join(h.dir, "newsletters", "harbor")))
	h.at("2026-12-01T17:00:00Z")
	h.wantLog("the folder of a newsletter is gone: nothing of it goes out")
	open, err := h.store.OpenIssues(t.Context())
	if err != nil || len(open) != 1 || open[0].Queued != 1 {
		t.Errorf("open issues %+v, %v; want one with one delivery queued", open, err)
	}
}

func TestQueue_AddADraftByHand(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.write("newsletters/harbor/2026-11-01-a.md", "---\ntitle: A\ndescription: What the letter is about, in some words.\n---\n\nText.\n")
	if _, err := h.publisher.Add(t.Context(), h.newsletter(), "newsletters/harbor/2026-11-01-a.md"); err != nil {
		t.Fatal(err)
	}
	h.at("2026-11-23T20:00:00Z")
	h.wantQueue("a scheduled Nov 24 09:00")
	h.at("2026-11-24T17:00:00Z")
	h.want("a", store.SlotSent)
	if _, err := h.publisher.Add(t.Context(), h.newsletter(), "newsletters/harbor/2026-11-01-a.md"); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("add of a published issue: %v", err)
	}
}
