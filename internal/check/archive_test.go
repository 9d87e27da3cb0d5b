package check_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"tidings/internal/newsletter"
)

// A mail that is too long goes on in the archive; where there is none, that is a
// mistake, with what can be done.
func TestIssue_longWithoutArchive(t *testing.T) {
	var src strings.Builder
	for range 30 {
		src.WriteString("## Frost\n\n" + strings.Repeat("White boards on the quay. ", 200) + "\n\n")
	}
	for archive, want := range map[newsletter.Archive]string{
		newsletter.ArchivePublic: "mail-size", newsletter.ArchiveReaders: "mail-size", newsletter.ArchiveOff: "mail-clipped",
	} {
		n := harbor()
		n.Archive = archive
		var found []string
		for _, p := range mustCheckOf(t, n, mustRenderer(t), fstest.MapFS{}, src.String()) {
			if strings.HasPrefix(p.Rule, "mail-") {
				found = append(found, p.Rule)
			}
			if p.Rule == "mail-clipped" && (p.Level != newsletter.LevelError || !strings.Contains(p.Hint, `archive = "off"`)) {
				t.Errorf("it is %s, with the hint %q", p.Level, p.Hint)
			}
		}
		if strings.Join(found, " ") != want {
			t.Errorf("archive %s: found %q, expected %q", archive, found, want)
		}
	}
}
