package main_test

import (
	"strings"
	"testing"
)

// Whoever asks a command for help sees how it is used.
func TestHelp_Examples(t *testing.T) {
	t.Parallel()
	for path, page := range readHelp(t, "tidings") {
		ours := path != "help" && !strings.HasPrefix(path, "completion") // these explain themselves in other words
		if ours && !strings.Contains(page, "Examples:\n  tidings ") {
			t.Errorf("%s --help has no example:\n%s", command(path), page)
		}
		for line := range strings.Lines(page) {
			if len([]rune(line)) > 121 && !strings.Contains(line, "tidings") {
				t.Errorf("%s --help has a line of %d letters: %s", command(path), len([]rune(line)), line)
			}
		}
	}
}
