package publish_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

const greeting = `---
title: Welcome
subject: "Welcome, {{ subscriber.first_name | default: 'reader' }}"
---

Good that you are here, {{ subscriber.first_name | default: "reader" }}.
`

// The welcome is made once for as long as nothing changes, says what is wrong with
// it, and is never published.
func TestPublisher_Welcome(t *testing.T) {
	h := newHouse(t, "")
	n, err := h.folder.Newsletter("harbor")
	h.must(err)
	if m, err := h.publisher.Welcome(t.Context(), *n); m != nil || err != nil {
		t.Fatalf("without a file: %v, %v", m, err)
	}
	const file = "newsletters/harbor/welcome.md"
	h.write(file, greeting)
	h.age()
	first, err := h.publisher.Welcome(t.Context(), *n)
	h.must(err)
	if first.Kind != newsletter.KindWelcome || !first.Kind.Listed() || !first.Subject.Personal() || first.ArchiveURL != "" {
		t.Errorf("the welcome is of kind %s, subject %s, at %q", first.Kind, first.Subject, first.ArchiveURL)
	}
	for _, words := range []string{"View in browser", "/archive/"} {
		if strings.Contains(first.HTML.String()+first.Text.String(), words) {
			t.Errorf("the welcome holds %q, and has no page", words)
		}
	}
	if again, err := h.publisher.Welcome(t.Context(), *n); err != nil || again != first {
		t.Errorf("nothing changed, and it was made again: %v", err)
	}
	h.write(file, greeting+"{{ archive_url }}\n")
	h.age()
	if _, err := h.publisher.Welcome(t.Context(), *n); !errors.As(err, new(newsletter.Problems)) {
		t.Errorf("a broken welcome: %v, want Problems", err)
	}
	h.write(file, greeting+"Once more.\n")
	if m, err := h.publisher.Welcome(t.Context(), *n); err != nil || !strings.Contains(m.Text.String(), "Once more") {
		t.Errorf("a mended welcome: %v", err)
	}
	if _, err := h.publisher.Prepare(t.Context(), n, file); !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("Prepare of a welcome: %v, want ErrInvalid", err)
	}
	if _, err := h.publisher.Add(t.Context(), n, file); !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("Add of a welcome: %v, want ErrInvalid", err)
	}
}

// age makes all files and folders older than what is taken for unsettled.
func (h *house) age() {
	h.t.Helper()
	old := time.Now().Add(-time.Hour)
	h.must(filepath.WalkDir(filepath.Join(h.dir, "newsletters"), func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, old, old)
	}))
}
