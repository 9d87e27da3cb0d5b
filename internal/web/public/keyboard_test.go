package public_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tidings/internal/token"
)

// reachable lists what a keyboard should come to, in the order of the page, which
// is the order in which it is read.
const reachable = `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
	.filter(e => e.tabIndex >= 0).map(e => e.outerHTML.slice(0, 100))`

// focused is where the keyboard is, and what cannot be seen of it.
const focused = `(() => {
	const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
	if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) return "no outline: " + e.outerHTML;
	if (r.width < 4 || r.height < 4 || r.left < 0 || r.right > innerWidth || r.top < 0) return "not to be seen: " + e.outerHTML;
	return e.outerHTML.slice(0, 100);
})()`

// Whoever uses no mouse comes to everything, in the order in which it is read,
// and sees where they are.
func TestKeyboard(t *testing.T) {
	s := mustSite(t)
	reader := s.mustReader("ada@example.org")
	for _, slug := range []string{"first", "second", "third"} {
		s.mustSend(slug, "The "+slug, article)
	}
	browser := mustBrowse(t)
	for _, path := range []string{
		"/", "/harbor", "/harbor/archive?q=the", "/harbor/archive/second", "/u/" + s.link(token.Unsubscribe, reader),
		"/preferences/" + s.fresh(reader), "/preferences/" + s.fresh(reader) + "/erase", "/nobody",
	} {
		for _, l := range []look{{320, 640, "light", "en"}, {1200, 900, "dark", "ar"}} {
			name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/A")
			t.Run(name+" "+l.language, func(t *testing.T) {
				l.open(browser, t, s.URL+path, "", "")
				want, err := chromedp.Run(browser, chromedp.Evaluate[[]string](reachable))
				if err != nil {
					t.Fatal(err)
				}
				got := ""
				for _, w := range want {
					before := got
					got = tab(browser, t)
					for got == before && strings.Contains(got, `type="date"`) { // day, month, year, and the calendar
						got = tab(browser, t)
					}
					if got != w {
						t.Errorf("the keyboard is at\n%s\nexpected\n%s", got, w)
					}
				}
			})
		}
	}
}

// tab presses the key once and says where that leads.
func tab(browser context.Context, t *testing.T) string {
	t.Helper()
	if err := chromedp.Do(browser, chromedp.KeyEvent(kb.Tab)); err != nil {
		t.Fatal(err)
	}
	at, err := chromedp.Run(browser, chromedp.Evaluate[string](focused))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// On paper there are the words and no controls, black on white by night as well.
func TestPrint(t *testing.T) {
	s := mustSite(t)
	s.mustReader("ada@example.org")
	s.mustSend("first", "The first", article)
	s.mustSend("second", "The second", "<p>x</p>")
	browser := mustBrowse(t)
	look{800, 900, "dark", "en"}.open(browser, t, s.URL+"/harbor/archive/first", "", "")
	media := emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	if _, err := chromedp.Call(browser, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
	got, err := chromedp.Run(browser, chromedp.Evaluate[[]string](`[
		getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector(".letter > p")).color,
		...[...document.querySelectorAll(".skip, .invite, .beside, .foot nav")].map(e => getComputedStyle(e).display),
		getComputedStyle(document.querySelector(".foot address")).display,
		getComputedStyle(document.querySelector(".letter .button")).backgroundColor]`)) // where backgrounds are printed, its words are seen too
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"rgb(255, 255, 255)", "rgb(0, 0, 0)", "none", "none", "none", "none", "block", "rgba(0, 0, 0, 0)"}
	if !slices.Equal(got, want) {
		t.Errorf("on paper it is %q, expected %q", got, want)
	}
	takePicture(browser, t)
}
