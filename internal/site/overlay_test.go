package site

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// A file of the site's own takes the place of a built-in one, and a new one, such
// as a language, is found beside them.
func TestFolder_Over(t *testing.T) {
	f := mustOpen(t, map[string]string{
		"tidings.toml":                   baseURL,
		"templates/locale/de.toml":       "own",
		"templates/locale/sv.toml":       "new",
		"templates/locale/.de.toml.swp":  "left by an editor",
		"templates/locale/deep/fr.toml":  "in a folder",
		"templates/web/README":           "no built-in folder",
		"templates/nowhere/nothing.html": "no built-in folder",
	})
	if err := os.Symlink("/etc/passwd", filepath.Join(f.Dir(), "templates", "locale", "xx.toml")); err != nil {
		t.Fatal(err)
	}
	files := f.Over(fstest.MapFS{
		"locale/de.toml": {Data: []byte("built in")}, "locale/en.toml": {Data: []byte("built in")}, "static/a.css": {},
	})
	names, err := fs.Glob(files, "*/*")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"locale/de.toml", "locale/en.toml", "locale/sv.toml", "static/a.css"}, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for name, want := range map[string]string{"locale/de.toml": "own", "locale/en.toml": "built in", "locale/sv.toml": "new"} {
		if got, err := fs.ReadFile(files, name); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v; expected %q", name, got, err, want)
		}
	}
}
