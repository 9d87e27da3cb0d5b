package issue

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tidings/internal/newsletter"
)

// A welcome is written like an issue, but nothing in it says when or to whom it
// goes, and no list of issues has it.
func TestRead_welcome(t *testing.T) {
	const file = "newsletters/harbor/welcome.md"
	n := &newsletter.Newsletter{ID: "harbor", Language: "en", Zone: time.UTC}
	fsys := fstest.MapFS{file: {Data: []byte("---\ntitle: Welcome\n---\n\nGood that you are here.\n")}}
	i, err := Read(fsys, file, n)
	if err != nil || i.Kind != newsletter.KindWelcome || i.Title != "Welcome" || !i.Date.IsZero() {
		t.Fatalf("Read = %+v, %v", i, err)
	}
	if all, problems := List(fsys, n); len(all) != 0 || len(problems) != 0 {
		t.Errorf("List = %v, %v; want nothing", all, problems)
	}
	for _, line := range []string{"status: ready", "send_at: 2026-11-24 09:00", "send_by: 2026-11-24 09:00", "audience: tag:clients", "slug: hello"} {
		fsys[file].Data = []byte("---\n" + line + "\n---\n\nGood that you are here.\n")
		_, err := Read(fsys, file, n)
		if problems, ok := errors.AsType[newsletter.Problems](err); !ok || !strings.Contains(problems.Error(), "welcomed when they confirm") {
			t.Errorf("%s: %v, want it refused", line, err)
		}
	}
}
