package publish_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/publish"
	"tidings/internal/render"
	"tidings/internal/site"
	"tidings/internal/store"
	"tidings/templates"
)

// house is a site with one newsletter and a clock that the test turns.
type house struct {
	t         *testing.T
	dir       string
	now       time.Time
	log       bytes.Buffer
	store     *store.Store
	publisher *publish.Publisher
	clock     *publish.Clock
}

const settings = `title = "Harbor Letters"
from = "Harbor Letters <letters@example.org>"
postal_address = "1 Quay Street, Anytown"
timezone = "America/Los_Angeles"
`

// newHouse makes a site whose newsletter has these further settings, at Monday
// 23 November 2026, 12:00 in Los Angeles.
func newHouse(t *testing.T, more string) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)}
	h.write("tidings.toml", `base_url = "https://news.example.org"`)
	h.write("newsletters/harbor/newsletter.toml", settings+more)
	folder, err := site.Open(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	if h.store, err = store.Open(t.Context(), folder.Config.Database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	_, err = h.store.Subscribe(t.Context(), store.SubscribeParams{
		Newsletter: "harbor", Subscriber: newsletter.Subscriber{Email: "ada@example.org"}, Key: "ada@example.org", Source: "test", Direct: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	renderer, err := render.New(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	h.publisher = publish.New(publish.Config{
		Site: folder, Store: h.store, Renderer: renderer,
		Log: slog.New(slog.NewTextHandler(&h.log, nil)), Now: func() time.Time { return h.now },
	})
	h.clock = publish.NewClock(h.publisher)
	return h
}

func (h *house) write(name, text string) {
	h.t.Helper()
	path := filepath.Join(h.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// issue writes a ready issue with more front matter.
func (h *house) issue(name, more string) {
	h.t.Helper()
	h.write("newsletters/harbor/"+name+".md", fmt.Sprintf(
		"---\ntitle: %s\ndescription: A description that says what the letter is about.\nstatus: ready\n%s---\n\nText of %[1]s.\n", name, more))
}

// at turns the clock and lets it tick.
func (h *house) at(when string) {
	h.t.Helper()
	now, err := time.Parse(time.RFC3339, when)
	if err != nil {
		h.t.Fatal(err)
	}
	h.now = now
	h.clock.Tick(h.t.Context())
}

// sent is the slugs that went out, oldest first, joined by blanks.
func (h *house) sent() string {
	h.t.Helper()
	issues, err := h.store.Issues(h.t.Context(), 100)
	if err != nil {
		h.t.Fatal(err)
	}
	var slugs []string
	for _, i := range issues {
		slugs = append([]string{i.Slug}, slugs...)
	}
	return strings.Join(slugs, " ")
}

func (h *house) outcomes() []store.SlotOutcome {
	h.t.Helper()
	slots, err := h.store.Slots(h.t.Context(), "harbor", 100)
	if err != nil {
		h.t.Fatal(err)
	}
	all := make([]store.SlotOutcome, 0, len(slots))
	for _, s := range slots {
		all = append([]store.SlotOutcome{s.Outcome}, all...)
	}
	return all
}

func (h *house) want(sent string, outcomes ...store.SlotOutcome) {
	h.t.Helper()
	if got := h.sent(); got != sent {
		h.t.Errorf("sent %q, want %q\n%s", got, sent, h.log.String())
	}
	if diff := cmp.Diff(append([]store.SlotOutcome{}, outcomes...), h.outcomes()); diff != "" {
		h.t.Errorf("slots (-want +got):\n%s\n%s", diff, h.log.String())
	}
}

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

// A clock that is set back, and a second program, run no slot again.
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
		{"all", "catch_up = \"all\"\n", "first second", []store.SlotOutcome{store.SlotLate, store.SlotSent, store.SlotSent}},
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
			if n := strings.Count(h.log.String(), "slot="); n != 3 {
				t.Errorf("%d slots were reported, want 3:\n%s", n, h.log.String())
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
	h.want("first", store.SlotLate, store.SlotSent)
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

func TestClock_ApprovalRequired(t *testing.T) {
	h := newHouse(t, tuesdays+"approval = \"required\"\n")
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T17:00:00Z")
	h.want("", store.SlotHeld)
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

// Tick asks to be called again at the next slot, not after it.
func TestClock_NextTick(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.now = time.Date(2026, 11, 24, 16, 59, 57, 0, time.UTC)
	if next := h.clock.Tick(t.Context()); !next.Equal(time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)) {
		t.Errorf("next tick at %v, want the slot", next)
	}
}
