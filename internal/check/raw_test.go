package check_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// In pasted HTML no Markdown is read: a hint says what can be written there.
func TestIssue_hintsInHTML(t *testing.T) {
	t.Parallel()
	src := "<div>\n<h1>Snow</h1><p>It is white.</p>\n<h4>Ice</h4><p><img src=\"quay.png\"></p>\n<a href=\"javascript:alert(1)\">Run</a></div>\n\n" +
		"a < b ![](quay.png)\n\n## Frost\n\n#### Deep\n\nEnd."
	var got []string
	for _, p := range mustCheck(t, pictures(t), src) {
		got = append(got, p.Rule+" "+p.Hint)
	}
	const walk = "screen readers walk by headings: write "
	want := []string{
		"heading-h1 write <h2>Snow</h2>",
		"heading-order " + walk + "<h2>Ice</h2>",
		`image-alt write alt="what is to be seen" in its tag, or waive this for a picture that only adorns`,
		"link-broken links begin with https:, mailto: or tel:",
		"image-alt write ![what is to be seen](quay.png), or waive this for a picture that only adorns",
		"heading-order " + walk + "### Deep",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hints (-want +got):\n%s", diff)
	}
}
