package main_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestServe_Slot serves a site whose clock is put a few seconds before a slot:
// the head of the queue goes out once its last minutes are over, staff hear of
// it by mail, and a calendar shows what comes.
func TestServe_Slot(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "site")
	run(t, ".", "init", dir)
	run(t, dir, "subscribers", "add", "ada@example.org", "--newsletter", "harbor", "--confirmed", "--source", "test")
	edit(t, filepath.Join(dir, "newsletters", "harbor", "newsletter.toml"), "schedule = ", "undo = \"2s\"\nschedule = ")
	write(t, filepath.Join(dir, "tidings.toml"), read(t, filepath.Join(dir, "tidings.toml"))+"\n[notify]\nto = [\"ida@example.org\"]\n")
	run(t, dir, "queue", "add", "harbor/first-frost")
	run(t, dir, "queue", "add", "harbor/low-water")
	link := strings.TrimSpace(run(t, dir, "schedule", "ical", "harbor", "--link"))

	const ahead = 8 * time.Second // long enough for a slow machine to be up by then
	serve := start(t, dir, "serve", "--listen", "127.0.0.1:0", "--clock-offset", (time.Until(nextSlot(t, dir)) - ahead).String())
	pages := serve.await(`pages +(http://\S+?)/?$`)[1]
	serve.await(`issue goes out soon`)
	ada := &reader{t: t, dir: dir, pages: pages, email: "ada@example.org"}
	ada.awaitLetter("First frost")
	ida := &reader{t: t, dir: dir, pages: pages, email: "ida@example.org"}
	ida.awaitLetter("") // what it says depends on what else there is to say by then

	body := ada.visit(http.MethodGet, link, "", "", http.StatusOK)
	if !strings.Contains(body, "BEGIN:VCALENDAR") || !strings.Contains(body, "Low Water") {
		t.Errorf("calendar:\n%s", body)
	}
	ada.visit(http.MethodGet, strings.Replace(link, "/calendar/", "/calendar/x", 1), "", "", http.StatusNotFound)
	serve.signal(syscall.SIGTERM)
	serve.end()
	if n := len(ada.letters("First frost")) + len(ada.letters("Low Water")); n != 1 {
		t.Errorf("%d letters at one slot", n)
	}
	if past := run(t, dir, "schedule", "past", "harbor", "--json"); !strings.Contains(past, `"outcome": "sent"`) || !strings.Contains(past, "first-frost") {
		t.Errorf("slots: %s", past)
	}
}

// A copy of a site sends nothing of its queue by itself: the original may have.
func TestServe_AdoptHoldsTheQueue(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "site")
	run(t, ".", "init", dir)
	run(t, dir, "subscribers", "add", "ada@example.org", "--newsletter", "harbor", "--confirmed", "--source", "test")
	run(t, dir, "publish", "harbor/first-frost", "--now", "--wait")
	run(t, dir, "queue", "add", "harbor/low-water")
	restored := filepath.Join(t.TempDir(), "site")
	if err := os.CopyFS(restored, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(restored, "newsletters", "harbor", "2027-01-01-later.md"),
		"---\ntitle: Later\ndescription: What was written after the backup was made.\nstatus: ready\n---\n\nText.\n")
	unasked := start(t, restored, "serve", "--listen", "127.0.0.1:0")
	unasked.await("Ctrl-C")
	if queue := run(t, restored, "queue", "harbor"); strings.Contains(queue, "restored:") {
		t.Errorf("adopted without being told so:\n%s", queue)
	}
	unasked.signal(syscall.SIGTERM)
	unasked.end()
	serve := start(t, restored, "serve", "--listen", "127.0.0.1:0", "--adopt")
	serve.await(`issues in the queues are held.*held=2`)
	serve.await("Ctrl-C")
	if queue := run(t, restored, "queue", "harbor"); strings.Count(queue, "restored: another copy may have sent it") != 2 {
		t.Errorf("queue:\n%s", queue)
	}
	serve.signal(syscall.SIGTERM)
	serve.end()
}

// nextSlot is the next slot of harbor.
func nextSlot(t *testing.T, dir string) time.Time {
	t.Helper()
	var slots []struct{ UTC time.Time }
	if err := json.Unmarshal([]byte(run(t, dir, "schedule", "next", "harbor", "-n", "1", "--json")), &slots); err != nil || len(slots) != 1 {
		t.Fatalf("%v: %v", slots, err)
	}
	return slots[0].UTC
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit replaces the first old of a file.
func edit(t *testing.T, path, old, with string) {
	t.Helper()
	text := read(t, path)
	if !strings.Contains(text, old) {
		t.Fatalf("%s does not hold %q", path, old)
	}
	write(t, path, strings.Replace(text, old, with, 1))
}
