package render

import (
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// Words that we do not have in an issue's language are English, and say so: a
// screen reader changes its voice, and a full stop stands at its end. On a phone
// they stand where the lines of the issue begin.
func TestMail_foreignWords(t *testing.T) {
	i := issueOf("שלום\n\n> [!NOTE]\n> כן\n\nכן *חשוב* ו *keeper*[^1]\n\n[^1]: כן")
	i.Language = "he"
	html := mustIssue(t, i).HTML.String()
	for _, want := range []string{
		`.v{display:block!important;text-align:right!important}`, `<span lang="en" dir="ltr">You get this letter`, `lang="en" dir="ltr" href="{{ unsubscribe_url`, `lang="en" dir="ltr" href="{{ preferences_url`,
		`lang="en" dir="ltr" href="https://news.example.org/harbor/archive/first-frost"`, `<span lang="en" dir="ltr">Note</span>`,
		`<em style="font-style:normal;font-weight:bold">חשוב</em>`, `<em>keeper</em>`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("want %s in\n%s", want, html)
		}
	}
	i = issueOf("Kalt.")
	i.Language = "de"
	if html := mustIssue(t, i).HTML.String(); strings.Contains(html, `lang="en"`) {
		t.Errorf("words of our own are said to be foreign:\n%s", html)
	}
}

// A long title over a short subject is taken for a trick by SpamAssassin
// (HTML_TITLE_SUBJ_DIFF).
func TestMail_pageTitle(t *testing.T) {
	for subject, want := range map[string]string{
		"":                                "<title>Six Ways of Paying Attention While Nothing Happens</title>",
		"Six ways of paying attention":    "<title>Six Ways of Paying Attention While Nothing Happens</title>",
		"Six ways":                        "<title>Six ways</title>",
		"{{ subscriber.first_name }}: it": "<title>: it</title>",
		"{{ subscriber.first_name }}":     "<title>Six Ways of Paying Attention While Nothing Happens</title>",
	} {
		i := issueOf("It is cold.")
		i.Title, i.Subject = "Six Ways of Paying Attention While Nothing Happens", subject
		if html := mustIssue(t, i).HTML.String(); !strings.Contains(html, want) {
			t.Errorf("%q: want %s", subject, want)
		}
	}
}

func mustIssue(t *testing.T, i *newsletter.Issue) *newsletter.Mail {
	t.Helper()
	m, err := mustRenderer(t).Mail(harbor(), i, Options{BaseURL: "https://news.example.org", Files: gallery{}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
