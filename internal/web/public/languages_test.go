package public_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"tidings/internal/token"
)

// What stands in one line in English is longer elsewhere: on the narrowest phone
// nothing is cut off or too wide in any language.
func TestPagesInEveryLanguage(t *testing.T) {
	s := mustSite(t)
	reader := s.mustReader("ada@example.org")
	s.mustJoin(reader, "walks")
	s.mustSend("on-not-fixing-people", "On not fixing people", "<p>Hello.</p>")
	paths := []string{
		"/", "/tides/subscribe", "/harbor/archive?q=tide", "/u/" + s.link(token.Unsubscribe, reader),
		"/preferences/" + s.fresh(reader), "/preferences/" + s.fresh(reader) + "/erase",
	}
	browser := mustBrowse(t)
	for _, language := range []string{"es", "de", "fr", "pt", "nl", "it"} {
		l := look{320, 640, "light", language}
		for _, path := range paths {
			l.open(browser, t, s.URL+path, "", "")
			found, err := chromedp.Run(browser, chromedp.Evaluate[[]string](faults))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				t.Errorf("%s %s: %s", language, path, f)
			}
		}
	}
}
