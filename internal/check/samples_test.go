package check_test

import (
	"os"
	"path/filepath"
	"testing"

	"tidings/internal/check"
	"tidings/internal/issue"
	"tidings/internal/render"
	"tidings/internal/site"
	"tidings/newsletters"
)

// TestIssue_samples wants the sample newsletters to be what every issue should
// be.
func TestIssue_samples(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "newsletters"), newsletters.FS); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tidings.toml"), []byte("base_url = \"https://news.example.org\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder, err := site.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	all, err := folder.Newsletters()
	if err != nil {
		t.Fatal(err)
	}
	r, opt := mustRenderer(t), check.Options{Render: render.Options{BaseURL: folder.Config.BaseURL, Files: folder.FS()}, Now: now}
	for _, n := range all {
		issues, err := issue.List(folder.FS(), &n)
		if err != nil || len(issues) == 0 {
			t.Fatalf("%s: %d issues, %v", n.ID, len(issues), err)
		}
		for _, i := range issues {
			if _, problems, err := check.Issue(r, &n, i, opt); err != nil || len(problems) > 0 {
				t.Errorf("%s: %v\n%v", i.File, err, problems)
			}
		}
	}
}
