package locale

import (
	"embed"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"tidings/templates"
)

// quoted finds what may be the id of a message in a template or in Go.
var quoted = regexp.MustCompile(`"([a-z_]+\.[a-z_0-9]+)"`)

// asked finds where a template asks for a message.
var asked = regexp.MustCompile(`(?:Say|Plural|Rich|RichPlural) "([^"]+)"`)

// made are groups whose ids are put together from parts.
var made = []string{"error.", "address.", "callout.", "field.", "confirm_mail.", "access_mail.", "address_mail.", "moved_mail.", "taken_mail.", "left."}

// Pages and mails ask for no message that is not there, and there is none that
// nothing asks for.
func TestMessages_AreUsed(t *testing.T) {
	all := collection{}
	if err := all.read(templates.FS, embed.FS{}); err != nil {
		t.Fatal(err)
	}
	english, used := all[language.English], map[string]bool{"language": true}
	pages, err := fs.Glob(templates.FS, "web/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pages {
		src, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(src), -1) {
			if used[m[1]] = true; english[m[1]] == nil {
				t.Errorf("%s says %q, which is in no language", name, m[1])
			}
		}
	}
	for _, src := range goFiles(t) {
		for _, m := range quoted.FindAllStringSubmatch(src, -1) {
			used[m[1]] = true
		}
	}
	for id := range english {
		if !used[id] && !slices.ContainsFunc(made, func(group string) bool { return strings.HasPrefix(id, group) }) {
			t.Errorf("nothing says %q: take it out of every language", id)
		}
	}
}

// goFiles is the text of all Go files below internal that are no tests.
func goFiles(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		all = append(all, string(src))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
