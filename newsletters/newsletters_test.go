package newsletters_test

import (
	"bytes"
	"image/jpeg"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/newsletters"
)

// picture finds the pictures of an issue, both in its text and as its preview.
var picture = regexp.MustCompile(`(?m)(?:\]\(|^image: )(images/[\w.-]+)`)

// A folder that is added beside the others must be embedded, too.
func TestEveryNewsletterIsEmbedded(t *testing.T) {
	var want []string
	for _, name := range mustGlob(t, os.DirFS("."), "*/newsletter.toml") {
		want = append(want, path.Dir(name))
	}
	var got []string
	for _, name := range mustGlob(t, newsletters.FS, "*/newsletter.toml") {
		got = append(got, path.Dir(name))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("embedded newsletters (-want +got):\n%s", diff)
	}
}

// A picture that no issue shows would only make every new site larger.
func TestPicturesAreThoseOfTheIssues(t *testing.T) {
	var shown []string
	for _, issue := range mustGlob(t, newsletters.FS, "*/*.md") {
		for _, m := range picture.FindAllSubmatch(mustRead(t, issue), -1) {
			shown = append(shown, path.Join(path.Dir(issue), string(m[1])))
		}
	}
	slices.Sort(shown)
	kept := mustGlob(t, newsletters.FS, "*/images/*")
	if diff := cmp.Diff(slices.Compact(shown), kept); diff != "" {
		t.Errorf("pictures (-shown +kept):\n%s", diff)
	}
}

// A phone with two pixels a point shows a letter's picture 1184 pixels wide,
// and a reader on a slow line should not wait for it.
func TestPicturesAreSharpAndLight(t *testing.T) {
	const leastWidth, mostBytes = 1184, 200_000
	for _, name := range mustGlob(t, newsletters.FS, "*/images/*.jpg") {
		data := mustRead(t, name)
		size, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if size.Width < leastWidth || len(data) > mostBytes {
			t.Errorf("%s: %d pixels wide and %d bytes, want at least %d and at most %d",
				name, size.Width, len(data), leastWidth, mostBytes)
		}
	}
}

func mustGlob(t *testing.T, fsys fs.FS, pattern string) []string {
	t.Helper()
	names, err := fs.Glob(fsys, pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatalf("no file matches %s", pattern)
	}
	return names
}

func mustRead(t *testing.T, name string) []byte {
	t.Helper()
	data, err := newsletters.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
