package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the top folder of the project, seen from this package.
const root = "../.."

// rooms is the import table: every package of ours, and what it may import of
// ours. Data flows one way, so the table has no circles: the nouns at the top
// import nothing, and each package only what stands above it. Tests may import
// more. Names are relative to internal/, except for the top folders.
var rooms = []struct {
	room string
	may  string
}{
	{"newsletter", ""},
	{"mailbox", ""},
	{"smtptest", ""},
	{"store/storetest", ""},
	{"templates", ""},
	{"feed", ""},
	{"newsletters", ""},

	{"token", "newsletter"},
	{"theme", "newsletter"},
	{"schedule", "newsletter"},
	{"settings", "newsletter"},
	{"merge", "newsletter"},
	{"store", "newsletter"},
	{"locale", "newsletter templates"},

	{"issue", "newsletter schedule settings"},
	{"site", "newsletter schedule settings theme"},
	{"render", "newsletter merge theme locale"},
	{"check", "newsletter render merge theme"}, // theme: contrast is computed in one place
	{"message", "newsletter token merge"},
	{"smtpclient", "newsletter message"},
	{"delivery", "newsletter message store"},
	{"publish", "newsletter issue check render schedule site store"},
	{"signup", "newsletter schedule token store"},
	{"lists", "newsletter schedule store"},

	{"web", "newsletter locale"},
	{"web/public", "web newsletter feed locale signup store theme token"},
	{"web/mailview", "web mailbox newsletter"},
	{"web/preview", "web newsletter"},

	{"cmd/tidings", "*"}, // wires them all
}

// libraries says which package alone may import a library. Everything below
// the path given belongs to it.
var libraries = []struct {
	path string
	may  string
}{
	{"github.com/yuin/goldmark", "render"},
	{"github.com/osteele/liquid", "merge"},
	{"github.com/nicksnyder/go-i18n", "locale"},
	{"github.com/wneessen/go-mail", "smtpclient"},
	{"database/sql", "store store/storetest"},
	{"modernc.org/sqlite", "store store/storetest"},
	{"github.com/pressly/goose", "store"},
	{"github.com/spf13/cobra", "cmd/tidings"},
	{"net/smtp", ""}, // tests only
	{"github.com/rogpeppe/go-internal", ""},
	{"github.com/chromedp", ""},
	{"github.com/google/go-cmp", ""},
	{"testing", "smtptest store/storetest"},
}

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range goList(t) {
		for _, fault := range importFaults(p) {
			t.Error(fault)
		}
	}
}

// TestImports_rules shows the rules a package that breaks each of them.
func TestImports_rules(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   listed
		want string // part of the one fault; empty: none
	}{
		"as the table says": {in: listed{ImportPath: "tidings/internal/site", Imports: []string{"fmt", "tidings/internal/theme"}}},
		"cmd wires all":     {in: listed{ImportPath: "tidings/cmd/tidings", Imports: []string{"tidings/internal/publish", "github.com/spf13/cobra"}}},
		"tests may do more": {in: listed{ImportPath: "tidings/internal/token", XTestImports: []string{"tidings/internal/smtptest", "net/smtp"}}},
		"no row":            {in: listed{ImportPath: "tidings/internal/bonus"}, want: "give it a row"},
		"upwards":           {in: listed{ImportPath: "tidings/internal/newsletter", Imports: []string{"tidings/internal/store"}}, want: "may not import tidings/internal/store"},
		"below an own room": {in: listed{ImportPath: "tidings/internal/store", Imports: []string{"tidings/internal/newsletter/deep"}}, want: "may not import"},
		"cmd imported":      {in: listed{ImportPath: "tidings/internal/web", TestImports: []string{"tidings/cmd/tidings"}}, want: "nothing imports cmd"},
		"smtptest in cmd":   {in: listed{ImportPath: "tidings/cmd/tidings", Imports: []string{"tidings/internal/smtptest"}}, want: "only in tests"},
		"storetest too":     {in: listed{ImportPath: "tidings/internal/signup", Imports: []string{"tidings/internal/store/storetest"}}, want: "only in tests"},
		"a library's room":  {in: listed{ImportPath: "tidings/internal/check", Imports: []string{"github.com/yuin/goldmark/ast"}}, want: "only render imports github.com/yuin/goldmark"},
		"a test helper":     {in: listed{ImportPath: "tidings/internal/web", Imports: []string{"net/smtp"}}, want: "only tests import net/smtp"},
		"other net package": {in: listed{ImportPath: "tidings/internal/web", Imports: []string{"net/smtpd"}}},
		"unknown top level": {in: listed{ImportPath: "tidings/pkg/x"}, want: "give it a row"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := importFaults(tc.in)
			if tc.want == "" && len(got) > 0 || tc.want != "" && (len(got) != 1 || !strings.Contains(got[0], tc.want)) {
				t.Errorf("importFaults(%+v) = %q, want %q", tc.in, got, tc.want)
			}
		})
	}
}

// TestImports_tree holds the top folders to those that the project has.
func TestImports_tree(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	// data is what a run in the checkout leaves behind; git ignores it.
	allowed := []string{"cmd", "internal", "newsletters", "templates", "data"}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s/: the top folders are cmd, internal, newsletters and templates: move what is in it there, or a site of your own out of the checkout", e.Name())
		}
	}
}

// importFaults lists what is wrong with the imports of one package, each with
// what to do.
func importFaults(p listed) []string {
	room := roomOf(p.ImportPath)
	row := slices.IndexFunc(rooms, func(r struct{ room, may string }) bool { return r.room == room })
	if row < 0 {
		return []string{fmt.Sprintf("%s: not in the import table: give it a row in cmd/tidings/imports_test.go, with what it may import", p.ImportPath)}
	}
	var faults []string
	for _, path := range p.Imports {
		if fault := importFault(room, strings.Fields(rooms[row].may), path); fault != "" {
			faults = append(faults, p.ImportPath+": "+fault)
		}
	}
	for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
		if strings.HasPrefix(path, "tidings/cmd/") && p.ImportPath != path {
			faults = append(faults, fmt.Sprintf("%s: imports %s, but nothing imports cmd: move what is shared into a package below internal", p.ImportPath, path))
		}
	}
	return faults
}

// importFault says what is wrong when room, which may import the rooms given,
// imports path in code that is no test; empty if nothing is.
func importFault(room string, may []string, path string) string {
	switch {
	case strings.HasPrefix(path, "tidings/cmd/"):
		return "" // said for tests and code alike by importFaults
	case path == "tidings/internal/smtptest", path == "tidings/internal/store/storetest":
		return fmt.Sprintf("imports %s, which belongs only in tests", strings.TrimPrefix(path, "tidings/"))
	case strings.HasPrefix(path, "tidings/"):
		if !slices.Contains(may, "*") && !slices.Contains(may, roomOf(path)) {
			return fmt.Sprintf("may not import %s: let data flow one way, or change the table in cmd/tidings/imports_test.go with a reason", path)
		}
		return ""
	}
	for _, l := range libraries {
		if (path == l.path || strings.HasPrefix(path, l.path+"/")) && !slices.Contains(strings.Fields(l.may), room) {
			return fmt.Sprintf("only %s import%s %s", orTests(l.may), plural(l.may), l.path)
		}
	}
	return ""
}

// roomOf is the name of a package in the table.
func roomOf(path string) string {
	path = strings.TrimPrefix(path, "tidings/")
	return strings.TrimPrefix(path, "internal/")
}

func orTests(may string) string {
	if may == "" {
		return "tests"
	}
	return strings.ReplaceAll(may, " ", " and ")
}

func plural(may string) string {
	if len(strings.Fields(may)) == 1 {
		return "s"
	}
	return ""
}

// goList asks the go command for all packages of the project.
func goList(t *testing.T) []listed {
	t.Helper()
	needGo(t)
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = filepath.FromSlash(root)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatalf("reading go list: %v", err)
		}
		all = append(all, p)
	}
}

// needGo skips a test that asks the go command where there is none.
func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not on the path: this is checked where it is")
	}
}
