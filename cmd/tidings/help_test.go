package main_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// placeholder is what stands for the value of a flag in a page of help.
var placeholder = regexp.MustCompile(`^ +(?:-\w, )?--[\w-]+ (\S+) {2,}`)

// Whoever asks a command for help sees how it is used.
func TestHelp_Examples(t *testing.T) {
	t.Parallel()
	for path, page := range readHelp(t, "tidings") {
		ours := path != "help" && !strings.HasPrefix(path, "completion") // these explain themselves in other words
		if ours && !strings.Contains(page, "Examples:\n  tidings ") {
			t.Errorf("%s --help has no example:\n%s", command(path), page)
		}
		for line := range strings.Lines(page) {
			if m := placeholder.FindStringSubmatch(line); m != nil && m[1] != strings.ToUpper(m[1]) {
				t.Errorf("%s --help has a placeholder that is not in capitals: %s", command(path), line)
			} else if m != nil && strings.ContainsFunc(m[1], func(c rune) bool { return c > unicode.MaxASCII }) {
				t.Errorf("%s --help has a line out of column, because letters are counted by bytes: %s", command(path), line)
			}
			if len([]rune(line)) > 121 && !strings.Contains(line, "tidings") {
				t.Errorf("%s --help has a line of %d letters: %s", command(path), len([]rune(line)), line)
			}
		}
	}
}
