package issue

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

func TestList(t *testing.T) {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	fsys := fstest.MapFS{
		"newsletters/harbor/2026-12-01-snow.md":        text("# Snow\n\nText.\n"),
		"newsletters/harbor/2026-11-24-frost.md":       text("# Frost\n\nText.\n"),
		"newsletters/harbor/2026-11-24-damp.md":        text("# Damp\n\nText.\n"),
		"newsletters/harbor/2026-12-08-frost-again.md": text("---\nslug: frost\n---\n# Frost again\n\nText.\n"),
		"newsletters/harbor/2026-12-15-broken.md":      text("---\nstatus: redy\ntitel: x\n---\n# Broken\n\nText.\n"),
		"newsletters/harbor/README.md":                 text("How we work."),
		"newsletters/harbor/welcome.md":                text("Welcome."),
		"newsletters/harbor/_idea.md":                  text("No date yet."),
		"newsletters/harbor/.#2026-lock.md":            text(""),
		"newsletters/harbor/notes.txt":                 text("Notes."),
		"newsletters/harbor/images/frost.md":           text("Not an issue."),
		"newsletters/river/2026-11-24-flood.md":        text("# Flood\n\nText.\n"),
	}
	issues, problems := List(fsys, harbor(t))
	var slugs []string
	for _, i := range issues {
		slugs = append(slugs, i.Slug)
	}
	if diff := cmp.Diff([]string{"damp", "frost", "snow"}, slugs); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
	want := `newsletters/harbor/2026-12-15-broken.md:2:1: status: "redy" is not known, expected "draft" or "ready" (did you mean "ready"?)
newsletters/harbor/2026-12-15-broken.md:3:1: unknown key "titel" (did you mean "title"?)
newsletters/harbor/2026-12-08-frost-again.md: slug "frost" is also that of newsletters/harbor/2026-11-24-frost.md (write another slug in one of them)`
	if diff := cmp.Diff(want, problems.Error()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestList_noFolder(t *testing.T) {
	issues, problems := List(fstest.MapFS{}, &newsletter.Newsletter{ID: "harbor"})
	if len(issues) != 0 || len(problems) != 1 || !strings.Contains(problems[0].File, "newsletters/harbor") {
		t.Errorf("got %v and %v, want one problem with the folder", issues, problems)
	}
}
