package lists_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
)

// mustFolder makes a folder that moves with a site.
func mustFolder(t *testing.T, name string, files map[string]string) lists.SiteFolder {
	t.Helper()
	dir := t.TempDir()
	for path, text := range files {
		path = filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return lists.SiteFolder{Name: name, Root: root}
}

// mustExportSite writes a site into a file.
func (s *site) mustExportSite(t *testing.T, folders ...lists.SiteFolder) *os.File {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "site.zip"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	if _, err := s.ExportSite(t.Context(), out, folders, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestService_ExportSite_files(t *testing.T) {
	s := mustSite(t)
	s.mustImport(t, "email\nann@example.org\n")
	from := mustFolder(t, "newsletters", map[string]string{
		"harbor/newsletter.toml": "theirs", "harbor/2026/frost.md": "frost", "same.md": "same", ".git/config": "x", ".hidden": "x", "harbor/.swp": "x",
	})
	if err := errors.Join(os.Symlink("/etc/passwd", from.Root.Name()+"/out.md"), os.Symlink("same.md", from.Root.Name()+"/in.md")); err != nil {
		t.Fatal(err)
	}
	file := s.mustExportSite(t, from, mustFolder(t, "media", map[string]string{"aa/a.png": "picture"}))

	to := mustFolder(t, "newsletters", map[string]string{"harbor/newsletter.toml": "ours", "same.md": "same", "own.md": "own"})
	media := mustFolder(t, "media", nil)
	other := mustSite(t)
	in, err := other.ImportSite(t.Context(), file, []lists.SiteFolder{to, media}, func(int) {})
	if diff := cmp.Diff(lists.SiteImport{Readers: 1, Files: 3, Kept: []string{"newsletters/harbor/newsletter.toml"}}, in); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff(map[string]string{
		"harbor/newsletter.toml": "ours", "harbor/2026/frost.md": "frost", "same.md": "same", "in.md": "same", "own.md": "own",
	}, mustTexts(t, to)); diff != "" {
		t.Errorf("newsletters (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"aa/a.png": "picture"}, mustTexts(t, media)); diff != "" {
		t.Errorf("media (-want +got):\n%s", diff)
	}
}

func mustTexts(t *testing.T, f lists.SiteFolder) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(f.Root.Name(), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(f.Root.Name(), path)
		all[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What cannot go along is named: who moves to another machine misses it there.
func TestService_ExportSite_left(t *testing.T) {
	from := mustFolder(t, "newsletters", map[string]string{"harbor/newsletter.toml": "x", "harbor/.env": "x", "b.md": "b"})
	for name, to := range map[string]string{
		"linked": "harbor", "harbor/shared": t.TempDir(), "harbor/out.md": "/etc/passwd", "harbor/up.md": "../../x.md",
		"harbor/gone.md": "nothing.md", "round.md": "round.md", "in.md": "b.md", ".#b.md": "ada@host.1:2",
	} {
		if err := os.Symlink(to, filepath.Join(from.Root.Name(), name)); err != nil {
			t.Fatal(err)
		}
	}
	went, err := mustSite(t).ExportSite(t.Context(), io.Discard, []lists.SiteFolder{from}, func(int) {})
	const beyond = "a link that cannot be followed inside newsletters/"
	if diff := cmp.Diff([]lists.LeftFile{
		{Name: "newsletters/harbor/gone.md", Reason: "a link that leads nowhere"},
		{Name: "newsletters/harbor/out.md", Reason: beyond},
		{Name: "newsletters/harbor/shared", Reason: beyond},
		{Name: "newsletters/harbor/up.md", Reason: beyond},
		{Name: "newsletters/linked", Reason: "a link to a folder"},
		{Name: "newsletters/round.md", Reason: beyond},
	}, went.Left); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// A file whose name leads out of its folder, or that the folder would hide,
// stops the whole import, and nobody is taken in.
func TestService_ImportSite_names(t *testing.T) {
	s := mustSite(t)
	s.mustImport(t, "email\nann@example.org\n")
	good := s.mustExportSite(t)
	for _, name := range []string{"media/../evil", "media//etc/evil", "media/.git/hooks/evil", "media/a/./b", "media/a/../../../evil"} {
		other := mustSite(t)
		file := mustAddEntry(t, good, name)
		media := mustFolder(t, "media", nil)
		if _, err := other.ImportSite(t.Context(), file, []lists.SiteFolder{media}, func(int) {}); !errors.Is(err, newsletter.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(other.readers(t)); n != 0 || len(mustTexts(t, media)) != 0 {
			t.Errorf("%s: %d readers came, and %v", name, n, mustTexts(t, media))
		}
	}
}

// A site may hold more files than any list of people.
func TestService_ImportSite_manyFiles(t *testing.T) {
	s := mustSite(t)
	s.mustImport(t, "email\nann@example.org\n")
	var names []string
	for i := range 20_001 {
		names = append(names, fmt.Sprintf("other/%d", i))
	}
	in, err := mustSite(t).ImportSite(t.Context(), mustAddEntry(t, s.mustExportSite(t), names...), nil, func(int) {})
	if err != nil || in.Readers != 1 {
		t.Errorf("%+v, %v", in, err)
	}
}

// mustAddEntry copies a zip with more files.
func mustAddEntry(t *testing.T, file *os.File, names ...string) *os.File {
	t.Helper()
	var buf bytes.Buffer
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		t.Fatal(err)
	}
	from, err := zip.NewReader(file, size)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(&buf)
	for _, f := range from.File {
		if err := z.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, "evil")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "more.zip")
	if err := errors.Join(err, z.Close(), os.WriteFile(path, buf.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	out, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	return out
}
