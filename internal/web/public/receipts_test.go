package public_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

var (
	tag   = regexp.MustCompile(`<[^>]*>`)
	blank = regexp.MustCompile(`\s+`)
)

// text is what a person reads on a page.
func (a answer) text() string {
	_, body, _ := strings.Cut(a.body, "<main")
	return blank.ReplaceAllString(html.UnescapeString(tag.ReplaceAllString(body, "")), " ")
}

// act is one thing that a person does, on a page that they look at first; the
// answer of the act before, where it has none of its own.
type act struct {
	name, page, post, form string
	leads                  newsletter.ConsentAct
	lines                  int // of words, at least
}

// Every receipt holds words that stood on the page whose button was pressed, in
// the language in which it was shown.
func TestReceipts_HoldWhatWasShown(t *testing.T) {
	for _, language := range []string{"en", "de", "ar"} {
		t.Run(language, func(t *testing.T) {
			s := mustSite(t)
			header := http.Header{"Accept-Language": {language}, "Content-Type": {"application/x-www-form-urlencoded"}}
			s.post("/harbor/subscribe", url.Values{"email": {"ada@example.org"}}) // makes her known
			ada, err := s.store.SubscriberByKey(t.Context(), "ada@example.org")
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []string{"walks", "cartas"} {
				s.mustJoin(ada.ID, n)
			}
			leave := "/u/" + s.link(token.Unsubscribe, ada.ID)
			choose := "/preferences/" + s.link(token.Preferences, ada.ID)
			day := time.Now().UTC().AddDate(0, 0, 9).Format(time.DateOnly)
			var seen answer
			for _, a := range []act{
				{"confirm", "", "/confirm/" + s.link(token.Confirm, ada.ID), "", newsletter.ConsentConfirmed, 2},
				{"pause for a month", "", leave, "pause=month", newsletter.ConsentPaused, 3},
				{"undo the pause", "-", leave, "pause=undo", newsletter.ConsentResumed, 2},
				{"pause until", "", leave, "pause=until&until=" + day, newsletter.ConsentPaused, 4},
				{"end the pause", "", leave, "pause=end", newsletter.ConsentResumed, 2},
				{"leave one", "", leave, oneClick + "&from=page", newsletter.ConsentLeft, 2},
				{"undo", "-", leave, "undo=1", newsletter.ConsentReturned, 2},
				{"leave all", "", leave, "leave=all", newsletter.ConsentLeft, 4},
				{"undo all", "-", leave, "undo=all", newsletter.ConsentReturned, 2},
				{"preferences", "", choose, "offered=harbor&offered=walks&newsletter=harbor&pause.harbor=" + day, newsletter.ConsentPaused, 5},
			} {
				if a.page != "-" {
					seen = s.request(http.MethodGet, a.post, "", header)
				}
				shown := seen.text()
				seen = s.request(http.MethodPost, a.post, a.form, header)
				s.want(seen, http.StatusOK)
				s.wantShown(t, a, ada.ID, shown)
			}
		})
	}
}

// wantShown finds the words of a person's last receipt on the page that they saw.
func (s *site) wantShown(t *testing.T, a act, id int64, shown string) {
	t.Helper()
	all, err := s.store.Consents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	last := all[len(all)-1]
	lines := strings.Split(last.Words, "\n")
	if last.Act != a.leads || len(lines) < a.lines {
		t.Errorf("%s: receipt of %s, with %q", a.name, last.Act, last.Words)
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(last.Words, "…", "\n"), "\n") {
		if !strings.Contains(shown, blank.ReplaceAllString(part, " ")) {
			t.Errorf("%s: the receipt holds %q, which was not on the page:\n%s", a.name, part, shown)
		}
	}
}

// What is ticked on a form is in its receipt, and the words of that form: those
// of a newsletter, or those for several at once.
func TestReceipts_Forms(t *testing.T) {
	for _, language := range []string{"en", "de", "ja"} { // the last is spoken nowhere here
		s := mustSite(t)
		s.fields = []newsletter.Field{
			{Name: "adult", Label: "I am of age", Type: newsletter.FieldCheckbox}, {Name: "sms", Label: "Also by text message", Type: newsletter.FieldCheckbox},
		}
		header := http.Header{"Accept-Language": {language}, "Content-Type": {"application/x-www-form-urlencoded"}}
		for path, form := range map[string]string{
			"/harbor/subscribe": "adult=yes&newsletter=tides", "/subscribe": "newsletter=cartas&newsletter=tides",
		} {
			email := "ada" + language + strings.ReplaceAll(path, "/", "") + "@example.org"
			shown := s.request(http.MethodGet, path, "", header).text()
			s.want(s.request(http.MethodPost, path, "shown=1&email="+email+"&"+form, header), http.StatusOK)
			sub, err := s.store.SubscriberByKey(t.Context(), email)
			if err != nil {
				t.Fatal(err)
			}
			s.wantShown(t, act{path, path, path, form, newsletter.ConsentAsked, 4}, sub.ID, shown)
			all, err := s.store.Consents(t.Context(), sub.ID)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(all[0].Words, "\n")
			ticked := []string{"Tides"}
			if path == "/harbor/subscribe" {
				ticked = append(ticked, "I am of age", "Harbor Letters")
			}
			for _, title := range ticked {
				if !slices.Contains(lines, title) {
					t.Errorf("%s in %s: %q lacks %q", path, language, all[0].Words, title)
				}
			}
			if slices.Contains(lines, "Also by text message") || slices.Contains(lines, "Harbor Walks") {
				t.Errorf("%s in %s: %q holds what was not ticked", path, language, all[0].Words)
			}
		}
	}
}
