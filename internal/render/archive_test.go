package render

import (
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// The link to the web is the same for all, each reader's own, or not there.
// The archive page takes no styles but those of its sheet, so columns are
// aligned by classes.
func TestMail_webHasNoStyles(t *testing.T) {
	web := mustMail(t, "| a | b |\n|--:|---|\n| 1 | https://example.org/a/very/long/path/that/goes/on/and/on/and/never/comes/to/an/end/at/all |").Web
	if strings.Contains(web, "style=") || !strings.Contains(web, `<td class="right kept">`) || !strings.Contains(web, ` width="`) {
		t.Error(web)
	}
}

func TestMail_archive(t *testing.T) {
	const page = "https://news.example.org/harbor/archive/first-frost"
	tests := []struct {
		archive        newsletter.Archive
		html, text     string // what stands there …
		not            string // … and what does not
		url            string
		readers        bool
		cutAtAll, cuts string // the same of a mail that is too long
	}{
		{"", page, page, "{{ archive_url", page, false, page, "Continue reading"},
		{newsletter.ArchiveUnlisted, page, page, "{{ archive_url", page, false, page, "Continue reading"},
		{newsletter.ArchiveReaders, "{{ archive_url", "{{ archive_url", page, page, true, "{{ archive_url", "Continue reading"},
		{newsletter.ArchiveOff, "", "", "View in browser", "", false, "", ""},
	}
	for _, tt := range tests {
		t.Run("archive "+string(tt.archive), func(t *testing.T) {
			n := harbor()
			n.Archive = tt.archive
			r := mustRenderer(t)
			m, err := r.Mail(n, issueOf("Dear {{ subscriber.first_name | default: \"friend\" }}, it is white."), Options{BaseURL: "https://news.example.org"})
			if err != nil {
				t.Fatal(err)
			}
			if html, text := m.HTML.String(), m.Text.String(); !strings.Contains(html, tt.html) || !strings.Contains(text, tt.text) ||
				strings.Contains(html+text, tt.not) {
				t.Errorf("expected %q and %q, and no %q, in\n%s\n%s", tt.html, tt.text, tt.not, html, text)
			}
			if m.ArchiveURL != tt.url || m.ReadersOnly != tt.readers {
				t.Errorf("page is %q, for readers only: %v", m.ArchiveURL, m.ReadersOnly)
			}
			if strings.Contains(m.Web, "{{") || !strings.Contains(m.Web, "Dear friend") {
				t.Errorf("the page is\n%s", m.Web)
			}
			long, err := r.Mail(n, issueOf("[On](#part-15) [we](#part-1) go.\n\n"+parts(20)), Options{BaseURL: "https://news.example.org"})
			if err != nil {
				t.Fatal(err)
			}
			if html := long.HTML.String(); !strings.Contains(html, tt.cutAtAll) || !strings.Contains(html, tt.cuts) {
				t.Errorf("the long mail lacks %q or %q", tt.cutAtAll, tt.cuts)
			}
			if whole := long.CutAt.Line == 0; whole != (tt.archive == newsletter.ArchiveOff) {
				t.Errorf("the long mail is whole: %v", whole)
			}
		})
	}
}

// Where each reader has a link of their own, an issue can name it; where there
// is no page, naming it is a mistake.
func TestMail_archiveTag(t *testing.T) {
	n := harbor()
	n.Archive = newsletter.ArchiveReaders
	body := "See [the web]({{ archive_url }})."
	m, err := mustRenderer(t).Mail(n, issueOf(body), Options{BaseURL: "https://news.example.org"})
	if err != nil || strings.Contains(m.Web, "archive_url") {
		t.Fatalf("%v, or the page holds the tag", err)
	}
	n.Archive = newsletter.ArchiveOff
	if _, err = mustRenderer(t).Mail(n, issueOf(body), Options{BaseURL: "https://news.example.org"}); err == nil || !strings.Contains(err.Error(), "archive_url") {
		t.Errorf("error is %v", err)
	}
}
