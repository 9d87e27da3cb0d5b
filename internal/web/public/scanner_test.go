package public_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tidings/internal/token"
)

// TestScannerInBrowser opens every link of our mails as a scanner does that runs
// the scripts of what it finds and looks for a while, and follows what the pages
// link to. It presses nothing, and nothing is changed (T5).
func TestScannerInBrowser(t *testing.T) {
	s := mustSite(t)
	id, waits := s.mustReader("ada@example.org"), s.mustSignUp("ben@example.org")
	s.mustJoin(id, "walks")
	s.mustSend("low-water", "Low water", "<p>x</p>")
	address := s.mustAskAddress(id, "other@example.net")
	before := s.dump()
	browser := mustBrowse(t)
	for _, path := range []string{
		"/confirm/" + s.link(token.Confirm, waits), "/u/" + s.link(token.Unsubscribe, id), "/preferences/" + s.link(token.Preferences, id),
		"/preferences/" + s.fresh(id), "/preferences/" + s.fresh(id) + "/erase", "/address/" + address, "/harbor/archive/low-water", "/harbor",
	} {
		if err := chromedp.Do(browser, chromedp.Navigate(s.URL+path), chromedp.WaitVisible("h1"), chromedp.Sleep(300*time.Millisecond)); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		links, err := chromedp.Run(browser, chromedp.Evaluate[[]string](`[...document.links].map(a => a.href)`))
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range links {
			if err := chromedp.Do(browser, chromedp.Navigate(link)); err != nil {
				t.Fatalf("%s: %v", link, err)
			}
		}
	}
	if s.dump() != before {
		t.Error("a scanner changed the database")
	}
}
