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
	"tidings/internal/store/storetest"
	"tidings/templates"
)

// house is a site with one newsletter and a clock that the test turns.
type house struct {
	t         testing.TB
	dir       string
	now       time.Time // zero: the machine's, or a bubble's
	log       bytes.Buffer
	store     *store.Store
	folder    *site.Folder
	publisher *publish.Publisher
	clock     *publish.Clock
}

const settings = `title = "Harbor Letters"
description = "A letter from the quay."
from = "Harbor Letters <letters@example.org>"
postal_address = "1 Quay Street, Anytown"
timezone = "America/Los_Angeles"
language = "en"
`

// empty is a database as each test begins with.
var empty = storetest.New(store.Open)

// newHouse makes a site whose newsletter has these further settings, at Monday
// 23 November 2026, 12:00 in Los Angeles.
func newHouse(t testing.TB, more string) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)}
	h.write("tidings.toml", `base_url = "https://news.example.org"`)
	h.write("newsletters/harbor/newsletter.toml", settings+more)
	database := filepath.Join(h.dir, "data", "tidings.db")
	empty.Copy(t, database)
	var err error
	if h.store, err = store.Open(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	h.reader("harbor", "ada", "")
	h.reopen()
	return h
}

// reopen reads the site anew, as a restart of the program does.
func (h *house) reopen() {
	h.t.Helper()
	folder, err := site.Open(h.dir)
	h.must(err)
	h.t.Cleanup(func() { _ = folder.Close() })
	h.folder = folder
	renderer := render.New(folder.Over(templates.FS))
	h.publisher = publish.New(publish.Config{
		Site: folder, Store: h.store, Renderer: renderer,
		Log: slog.New(slog.NewTextHandler(&h.log, nil)), Now: h.time,
	})
	h.clock = publish.NewClock(h.publisher)
}

// time is what the house's clock shows.
func (h *house) time() time.Time {
	if h.now.IsZero() {
		return time.Now()
	}
	return h.now
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

// newsletter is the settings of the house's newsletter as they are now.
func (h *house) newsletter() *newsletter.Newsletter {
	h.t.Helper()
	n, err := h.folder.Newsletter("harbor")
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// queue is the slugs of the queue with their standing, in order.
func (h *house) queue() []string {
	h.t.Helper()
	entries, _, err := h.publisher.Queue(h.t.Context(), h.newsletter())
	if err != nil {
		h.t.Fatal(err)
	}
	all := []string{}
	for _, e := range entries {
		line := e.Slug + " " + string(e.Standing)
		if !e.At.IsZero() {
			line += " " + e.At.Format("Jan 2 15:04")
		}
		all = append(all, line)
	}
	return all
}

func (h *house) wantQueue(want ...string) {
	h.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), h.queue()); diff != "" {
		h.t.Errorf("queue (-want +got):\n%s\n%s", diff, h.log.String())
	}
}

// wantLog wants the log, which says what staff are told, to hold some words.
func (h *house) wantLog(words string) {
	h.t.Helper()
	if !strings.Contains(h.log.String(), words) {
		h.t.Errorf("the log does not say %q:\n%s", words, h.log.String())
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// approve approves an issue as it is.
func (h *house) approve(file string) {
	h.t.Helper()
	draft, err := h.publisher.Prepare(h.t.Context(), h.newsletter(), "newsletters/harbor/"+file+".md")
	h.must(err)
	h.must(h.publisher.Approve(h.t.Context(), draft, "ida"))
}
