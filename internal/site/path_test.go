package site

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

const frost = "newsletters/harbor/2026-11-24-first-frost.md"

// harbor is a site with one issue and with things that are none.
func harbor() map[string]string {
	return map[string]string{
		"tidings.toml":                         baseURL,
		"newsletters/harbor/newsletter.toml":   river,
		frost:                                  "# Frost\n\nText.\n",
		"newsletters/harbor/images/caption.md": "A caption.",
		"newsletters/harbor/data.txt":          "Not Markdown.",
		"newsletters/stray.md":                 "Of no newsletter.",
		"secret.md":                            "In the site, not in a newsletter.",
	}
}

func TestFolder_IssuePath(t *testing.T) {
	f := mustOpen(t, harbor())
	other := t.TempDir()
	toSite, err := filepath.Rel(mustResolve(t, other), f.Dir())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, cwd, arg string }{
		{"relative to the site", other, frost},
		{"relative to the site, roundabout", other, "./newsletters/harbor/../harbor//2026-11-24-first-frost.md"},
		{"absolute", other, filepath.Join(f.Dir(), frost)},
		{"relative to the working directory", filepath.Join(f.Dir(), "newsletters", "harbor"), "2026-11-24-first-frost.md"},
		{"up and down again", other, filepath.Join(toSite, frost)},
		{"by its slug", other, "harbor/first-frost"},
		{"by its whole name", other, "harbor/2026-11-24-first-frost"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(tt.cwd)
			file, n, err := f.IssuePath(tt.arg)
			if err != nil {
				t.Fatal(err)
			}
			if file != frost || n.ID != "harbor" {
				t.Errorf("got %s of %s, want %s of harbor", file, n.ID, frost)
			}
		})
	}
}

func TestFolder_Issues(t *testing.T) {
	files := harbor()
	for _, name := range []string{"2026-12-01-b.md", "2027-12-01-b.md", "welcome.md", "README.md", "_draft.md", ".new.md", "note.txt"} {
		files["newsletters/harbor/"+name] = "# A\n\nText.\n"
	}
	want := []string{"harbor/first-frost", "harbor/b", "harbor/welcome"}
	if got := mustOpen(t, files).Issues(); !slices.Equal(got, want) {
		t.Errorf("issues %q, want %q", got, want)
	}
}

func TestFolder_IssuePath_refuses(t *testing.T) {
	outside := filepath.Join(write(t, map[string]string{"outside.md": "# Outside"}), "outside.md")
	f := mustOpen(t, harbor())
	dir := filepath.Join(f.Dir(), "newsletters", "harbor")
	mustSymlink(t, outside, filepath.Join(dir, "symlink-to-outside.md"))
	mustSymlink(t, filepath.Dir(outside), filepath.Join(f.Dir(), "newsletters", "linked"))
	t.Chdir(f.Dir())
	args := []string{
		"", ".", "..", "newsletters", "newsletters/harbor", outside,
		"newsletters/harbor/missing.md", "newsletters/harbor/newsletter.toml", "newsletters/harbor/data.txt",
		"newsletters/harbor/images/caption.md", "newsletters/stray.md", "secret.md",
		"newsletters/harbor/symlink-to-outside.md", "harbor/symlink-to-outside", "newsletters/linked/outside.md", "linked/outside",
		"../../etc/passwd", "/etc/passwd", "harbor/..", "harbor/missing", "missing/first-frost", "harbor/frost",
		"newsletters/harbor/2026-11-24-first-frost.md\x00", "harbor/first-frost/", strings.Repeat("a", 5000) + ".md",
	}
	for _, arg := range append(args, corpus(t, "path_traversal.txt")...) {
		if file, _, err := f.IssuePath(arg); !errors.Is(err, newsletter.ErrNotFound) {
			t.Errorf("%.80q was taken as %q, %v", arg, file, err)
		}
	}
}

// TestFolder_FS follows no path and no link out of the folder.
func TestFolder_FS(t *testing.T) {
	outside := filepath.Join(write(t, map[string]string{"outside.md": "# Outside"}), "outside.md")
	f := mustOpen(t, harbor())
	mustSymlink(t, outside, filepath.Join(f.Dir(), "symlink-to-outside"))
	for _, name := range append(corpus(t, "path_traversal.txt"), "symlink-to-outside", "../x", outside) {
		if name == "." {
			continue // the folder itself
		}
		if file, err := f.FS().Open(name); err == nil {
			t.Errorf("%q was opened as %v", name, file)
		}
		if file, err := f.root.Open(name); err == nil {
			t.Errorf("%q was opened by the root as %s", name, file.Name())
		}
	}
}

func TestFolder_Data(t *testing.T) {
	f := mustOpen(t, harbor())
	data := filepath.Join(f.Dir(), "data")
	tests := []struct {
		want string
		elem []string
	}{
		{data, nil},
		{filepath.Join(data, "media", "a.png"), []string{"media", "a.png"}},
		{filepath.Join(data, "etc", "passwd"), []string{"..", "..", "etc", "passwd"}},
	}
	for _, tt := range tests {
		if got := f.Data(tt.elem...); got != tt.want {
			t.Errorf("Data(%q) = %s, want %s", tt.elem, got, tt.want)
		}
	}
}

// corpus reads the lines of a list of the shared corpora; none if there is no
// corpus.
func corpus(t *testing.T, name string) []string {
	t.Helper()
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(dir, "own", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func mustResolve(t *testing.T, dir string) string {
	t.Helper()
	resolved, err := resolve(dir)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

func mustSymlink(t *testing.T, target, link string) {
	t.Helper()
	if err := os.Symlink(target, link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
}
