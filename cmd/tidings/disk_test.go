package main_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mount makes a small disk at a folder, for as long as the test runs.
func mount(t *testing.T, dir, options string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can make a small disk")
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", options, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("cannot make a small disk: %v: %s", err, out)
	}
	if !strings.Contains(options, "remount") {
		t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	}
}

// A disk that fills up in the middle of an import says so in one line. With
// room again, the same command ends what it began.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	const rows = 20_000
	dir, _ := mustSite(t, "", 0)
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	mount(t, data, "size=3m")
	var csv strings.Builder
	csv.WriteString("email,name\n")
	for i := range rows {
		fmt.Fprintf(&csv, "reader%d@example.org,%s\n", i, strings.Repeat("Ada ", 20))
	}
	list := filepath.Join(t.TempDir(), "readers.csv")
	if err := os.WriteFile(list, []byte(csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	load := []string{"subscribers", "import", list, "--newsletter", "harbor", "--confirmed", "--source", "test"}

	cmd := exec.CommandContext(t.Context(), "tidings", load...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if want := regexp.MustCompile(`(?m)^tidings: import .*not available now.*full.*\n\z`); !ok || exit.ExitCode() != 1 || !want.Match(out) {
		t.Fatalf("import on a full disk: %v, want 1 and %q:\n%s", err, want, out)
	}
	mount(t, data, "remount,size=64m")
	if said := run(t, dir, load...); !strings.Contains(said, " 0 updated") || !strings.Contains(said, " 0 refused") {
		t.Errorf("with room again: %s", said)
	}
	if n := strings.Count(run(t, dir, "subscribers", "export", "--newsletter", "harbor"), "@example.org"); n != rows {
		t.Errorf("%d readers, want %d", n, rows)
	}
}
