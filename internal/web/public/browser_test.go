package public_test

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"tidings/internal/newsletter"
	"tidings/internal/token"
)

//go:embed testdata/article.html
var article string

// pieces is a page with everything that the style sheet knows for readers.
//
//go:embed testdata/pieces.html
var pieces string

// faults lists what is wrong with the look of the page that is open: text that
// is hard to read on its ground, targets that are hard to hit, and anything that
// makes the page scroll sideways.
//
//go:embed testdata/faults.js
var faults string

// look is one way to look at a page.
type look struct {
	width, height int64
	scheme        string
	language      string
}

// looks are a phone and a desk, by day and by night, and the same from right to
// left.
var looks = []look{
	{320, 640, "light", "en"},
	{320, 640, "dark", "en"},
	{1200, 900, "light", "en"},
	{1200, 900, "dark", "en"},
	{320, 640, "light", "ar"},
	{320, 640, "dark", "ar"},
	{1200, 900, "light", "ar"},
	{1200, 900, "dark", "ar"},
}

// TestPagesInBrowser looks at every page as people see it. With
// TIDINGS_SCREENSHOTS set to a folder, it leaves a picture of each there.
func TestPagesInBrowser(t *testing.T) {
	s := mustSite(t)
	reader, waits, left := s.mustReader("ada@example.org"), s.mustSignUp("ben@example.org"), s.mustReader("cleo@example.org")
	leaves := s.mustReader("dora@example.org")
	s.mustJoin(leaves, "walks")
	paused := s.mustPaused("effie.m.longname@example.org")
	added := s.mustAdd("fay@example.org")
	s.mustSend("what-the-tide-leaves", "What the tide leaves", article)
	s.mustSend("on-not-fixing-people", "On not fixing people", "<p>Hello.</p>")
	if _, err := s.store.Unsubscribe(t.Context(), "harbor", left, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	pages := []struct{ name, path, press string }{
		{"home", "/", ""},
		{"home-fault", "/", "form button"},
		{"newsletter", "/harbor", ""},
		{"newsletter-plum", "/walks", ""},
		{"subscribe", "/harbor/subscribe", ""},
		{"subscribe-fault", "/harbor/subscribe", "form button"},
		{"subscribe-fields", "/tides/subscribe", ""},
		{"subscribe-fields-fault", "/tides/subscribe", "form button"},
		{"archive", "/harbor/archive", ""},
		{"archive-empty", "/walks/archive", ""},
		{"archive-found", "/harbor/archive?q=tide", ""},
		{"archive-none", "/harbor/archive?q=no+such+thing", ""},
		{"archive-reader", "/archive/" + s.link(token.Archive, reader), ""},
		{"archive-closed", "/letters/archive", ""},
		{"issue", "/harbor/archive/what-the-tide-leaves", ""},
		{"confirm", "/confirm/" + s.link(token.Confirm, waits), ""},
		{"confirm-added", "/confirm/" + s.link(token.Confirm, added), ""},
		{"confirmed", "/confirm/" + s.link(token.Confirm, reader), ""},
		{"expired", "/confirm/" + s.link(token.Confirm, left), ""},
		{"unsubscribe", "/u/" + s.link(token.Unsubscribe, reader), ""},
		{"left", "/u/" + s.link(token.Unsubscribe, left), ""},
		{"gone", "/u/" + s.link(token.Unsubscribe, 9999), ""},
		{"leave-paused", "/u/" + s.link(token.Unsubscribe, paused), ""},
		{"left-now", "/u/" + s.link(token.Unsubscribe, leaves), ".sheet > form button"},
		{"left-all", "/u/" + s.link(token.Unsubscribe, leaves), `button[name="leave"]`},
		{"preferences", "/preferences/" + s.link(token.Preferences, reader), ""},
		{"preferences-fresh", "/preferences/" + s.fresh(paused), ""},
		{"preferences-fault", "/preferences/" + s.fresh(paused), ".beneath form button"},
		{"preferences-expired", "/preferences/" + s.tokens.Sign(token.Preferences, "harbor", reader, time.Now().Add(-time.Hour)), ""},
		{"address", "/address/" + s.mustAskAddress(waits, "ben.thomson@example.net"), ""},
		{"address-over", "/address/" + s.tokens.Sign(token.Address, "harbor", waits, time.Now().Add(-time.Hour)), ""},
		{"erase", "/preferences/" + s.fresh(reader) + "/erase", ""},
		{"error", "/nobody", ""},
		{"subscribed", "/harbor/subscribe", "form button"},
		{"pause", "/u/" + s.link(token.Unsubscribe, reader), `button[value="month"]`},
		{"mailed", "/preferences/" + s.link(token.Preferences, reader), ".beneath form button"},
	}
	after := map[string]string{ // what stands on a page that a button leads to, where nothing is wrong
		"subscribed": ".sheet .said .address", "pause": `button[value="undo"]`, "mailed": ".said + .muted",
	}
	browser, axe := mustBrowse(t), mustAxe(t)
	for _, page := range pages {
		for _, l := range looks {
			if strings.HasPrefix(page.name, "left-") { // they left for the last picture
				s.mustComeBack(leaves)
			}
			if page.name == "pause" { // they paused for the last picture
				s.mustResume(reader)
			}
			t.Run(fmt.Sprintf("%s-%d-%s-%s", page.name, l.width, l.scheme, l.language), func(t *testing.T) {
				l.open(browser, t, s.URL+page.path, page.press, after[page.name])
				found, err := chromedp.Run(browser, chromedp.Evaluate[[]string](faults))
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range append(found, axe.violations(browser, t)...) {
					t.Error(f)
				}
				takePicture(browser, t)
			})
		}
	}
}

// On a phone the form to choose from several is far down its page. Whoever chose
// none comes back to where they were, and sees why.
func TestChooseNoneInBrowser(t *testing.T) {
	s := mustSite(t)
	browser := mustBrowse(t)
	look{320, 640, "light", "en"}.open(browser, t, s.URL, "form button", "#which-fault")
	if err := chromedp.Do(browser, chromedp.WaitVisible(`[name="newsletter"]:focus`)); err != nil {
		t.Fatal(err)
	}
	at, err := chromedp.Run(browser, chromedp.Evaluate[string](`JSON.stringify(document.getElementById("which-fault").getBoundingClientRect())`))
	if err != nil {
		t.Fatal(err)
	}
	var fault struct{ Top, Bottom float64 }
	if err := json.Unmarshal([]byte(at), &fault); err != nil || fault.Top < 0 || fault.Bottom > 640 {
		t.Errorf("the fault stands at %s, out of sight, %v", at, err)
	}
}

// TestPiecesInBrowser looks at what pages are made of, on a page that has all of
// it.
func TestPiecesInBrowser(t *testing.T) {
	s := mustSite(t)
	_, sheet, _ := strings.Cut(s.do(http.MethodGet, "/", "").body, `<link rel="stylesheet" href="`)
	sheet, _, _ = strings.Cut(sheet, `"`)
	css := s.do(http.MethodGet, sheet, "").body
	shelf := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == sheet {
			w.Header().Set("Content-Type", "text/css")
			_, _ = io.WriteString(w, css)
			return
		}
		direction := map[string]string{"en": "ltr", "ar": "rtl"}[r.Header.Get("Accept-Language")]
		_, _ = strings.NewReplacer("SHEET", sheet, "LANG", r.Header.Get("Accept-Language"), "DIR", direction).WriteString(w, pieces)
	}))
	t.Cleanup(shelf.Close)
	browser, axe := mustBrowse(t), mustAxe(t)
	for _, l := range looks {
		t.Run(fmt.Sprintf("pieces-%d-%s-%s", l.width, l.scheme, l.language), func(t *testing.T) {
			l.open(browser, t, shelf.URL, "", "")
			found, err := chromedp.Run(browser, chromedp.Evaluate[[]string](faults))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range append(found, axe.violations(browser, t)...) {
				t.Error(f)
			}
			takePicture(browser, t)
		})
	}
}

// open shows a page as l says, presses what press selects, and waits for what is
// seen then: a fault, unless it says otherwise.
func (l look) open(browser context.Context, t *testing.T, url, press, then string) {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}}}
	if _, err := chromedp.Call(browser, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
	speaks := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": l.language}}
	if _, err := chromedp.Call(browser, network.SetExtraHTTPHeaders, speaks); err != nil {
		t.Fatal(err)
	}
	steps := []chromedp.Action[chromedp.Void]{chromedp.EmulateViewport(l.width, l.height), chromedp.Navigate(url)}
	if press != "" && (strings.Contains(url, "/tides/") || strings.HasSuffix(url, "/subscribe") && then != "") { // what is wrong is in the fields, not in the haste
		steps = append(steps, chromedp.SetAttributeValue(`input[name="shown"]`, "value", "0"), chromedp.SendKeys("#email", "ada@example.org"))
	}
	if press != "" {
		steps = append(steps, chromedp.Click(press), chromedp.WaitVisible(cmp.Or(then, ".fault, #because")))
	}
	if err := chromedp.Do(browser, steps...); err != nil {
		t.Fatal(err)
	}
}

func takePicture(browser context.Context, t *testing.T) {
	t.Helper()
	dir := os.Getenv("TIDINGS_SCREENSHOTS")
	if dir == "" {
		return
	}
	// A picture of the whole of a short page that runs from right to left comes out
	// shifted, though the page is not.
	short, err := chromedp.Run(browser, chromedp.Evaluate[bool]("document.documentElement.scrollHeight <= innerHeight"))
	if err != nil {
		t.Fatal(err)
	}
	shoot := chromedp.FullScreenshot(100)
	if short {
		shoot = chromedp.CaptureScreenshot()
	}
	png, err := chromedp.Run(browser, shoot)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(t.Name())+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLifeOfAReader signs up, confirms, leaves and comes back with nothing but
// forms: script is switched off.
func TestLifeOfAReader(t *testing.T) {
	s := mustSite(t)
	browser := mustBrowse(t)
	off := emulation.SetScriptExecutionDisabledParams{Value: true}
	if _, err := chromedp.Call(browser, emulation.SetScriptExecutionDisabled, off); err != nil {
		t.Fatal(err)
	}
	// Nobody types as fast as a browser that is told to.
	slow := chromedp.SetAttributeValue(`input[name="shown"]`, "value", "0")
	mustSee(browser, t, "Look in your inbox",
		chromedp.Navigate(s.URL+"/harbor"), slow,
		chromedp.SendKeys("#email", "ada@example.org"),
		chromedp.SendKeys("#first-name", "Ada"),
		chromedp.SendKeys("#field-city", "Anytown"),
		chromedp.Click("form button"))
	sub, err := s.store.SubscriberByKey(t.Context(), "ada@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if sub.FirstName != "Ada" || sub.Fields["city"] != "Anytown" {
		t.Errorf("the form brought %+v", sub)
	}
	steps := []struct {
		path, heading string
		want          newsletter.SubscriptionState
	}{
		{"/confirm/" + s.link(token.Confirm, sub.ID), "You are in", newsletter.SubscriptionConfirmed},
		{"/u/" + s.link(token.Unsubscribe, sub.ID), "You have unsubscribed", newsletter.SubscriptionUnsubscribed},
		{"", "Welcome back", newsletter.SubscriptionConfirmed},
	}
	for _, step := range steps {
		actions := []chromedp.Action[chromedp.Void]{chromedp.Click("form button")}
		if step.path != "" {
			actions = append([]chromedp.Action[chromedp.Void]{chromedp.Navigate(s.URL + step.path)}, actions...)
		}
		mustSee(browser, t, step.heading, actions...)
		if got := s.state(sub.ID); got != step.want {
			t.Errorf("at %q the subscription is %s, expected %s", step.heading, got, step.want)
		}
	}
}

// mustSee takes the steps and waits for the page with that heading.
func mustSee(browser context.Context, t *testing.T, heading string, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	steps = append(steps, chromedp.WaitVisible(`//h1[text()="`+heading+`"]`))
	if err := chromedp.Do(browser, steps...); err != nil {
		t.Fatalf("waiting for %q: %v", heading, err)
	}
}

// mustBrowse starts Chromium without a window. Without Chromium the test is
// skipped, but not where CI=true says that everything must run.
func mustBrowse(t *testing.T) context.Context {
	t.Helper()
	var path string
	for name := range strings.FieldsSeq("chromium chromium-browser google-chrome") {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no chromium, though CI=true")
		}
		t.Skip("no chromium on this machine")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(browser, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return browser
}
