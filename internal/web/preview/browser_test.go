package preview

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// hostile is a mail that tries to run script in every way that a frame could
// let through. Its only honest part is one large link.
const hostile = `<!doctype html><html><head><script>new Image().src='BAIT/ran?script'</script>` +
	`<meta http-equiv="refresh" content="0;url=BAIT/ran?refresh"><link rel="stylesheet" href="BAIT/ran?style">` +
	`<base href="BAIT/ran?base"></head><body onload="new Image().src='BAIT/ran?onload'">` +
	`<img src="none" onerror="new Image().src='BAIT/ran?onerror'"><svg onload="fetch('BAIT/ran?svg')"></svg>` +
	`<object data="BAIT/ran?object"></object><img src="BAIT/ran?tracker">` +
	`<style>@import "BAIT/ran?import";</style><form action="BAIT/ran?form"><input autofocus></form>` +
	`"><script>parent.document.title='ran'</script></iframe></pre><script>document.title='ran'</script>` +
	`<a href="BAIT/landed" style="position:fixed;inset:0;display:block">link</a></body></html>`

// TestFrame_inBrowser looks at a hostile mail with a real browser in every tab.
// What came to pass is read off the requests that come in elsewhere.
func TestFrame_inBrowser(t *testing.T) {
	browser := mustBrowse(t)
	seen := make(chan string, 100)
	bait := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.URL.String() }))
	t.Cleanup(bait.Close)
	w := mustWrite(t, strings.ReplaceAll(hostile, "BAIT", bait.URL))
	for _, tab := range tabs {
		browser := mustOpen(browser, t, w.url+"/?show="+tab.Show)
		if tab.Frame != "" {
			mustLand(browser, t, seen)
		}
		if title, err := chromedp.Run(browser, chromedp.Title()); err != nil || title == "ran" {
			t.Errorf("%s: the title is %q, %v", tab.Show, title, err)
		}
	}
	for len(seen) > 0 {
		if got := <-seen; strings.HasPrefix(got, "/ran") {
			t.Errorf("the mail got through: %s", got)
		}
	}
}

// mustOpen opens a page in a tab of its own. What a click opened before may come
// late and take the front, where alone a browser draws; then another tab does it.
func mustOpen(browser context.Context, t *testing.T, url string) context.Context {
	t.Helper()
	for range 3 {
		tab, done := chromedp.NewContext(browser)
		t.Cleanup(done)
		if err := chromedp.Do(tab, chromedp.EmulateViewport(1200, 1400)); err != nil {
			t.Fatal(err)
		}
		drawn, stop := context.WithTimeout(tab, 15*time.Second)
		err := chromedp.Do(drawn, chromedp.Navigate(url), chromedp.WaitVisible(".stage > .sheet"))
		stop()
		if err == nil {
			return tab
		}
	}
	t.Fatalf("%s is not drawn", url)
	return nil
}

// mustLand presses the link in the frame until it leads somewhere: a browser may
// take a first click before it has drawn what is clicked.
func mustLand(browser context.Context, t *testing.T, seen <-chan string) {
	t.Helper()
	for range 20 {
		if err := chromedp.Do(browser, chromedp.Click("iframe")); err != nil {
			t.Fatal(err)
		}
		again := time.After(time.Second)
		for waiting := true; waiting; {
			select {
			case got := <-seen:
				if got == "/landed" {
					return
				}
				if strings.HasPrefix(got, "/ran") {
					t.Errorf("the mail got through: %s", got)
				}
			case <-again:
				waiting = false
			}
		}
	}
	t.Fatal("the link in the frame leads nowhere")
}

// TestPage_live saves a file and waits for the page to show it by itself.
func TestPage_live(t *testing.T) {
	browser := mustBrowse(t)
	w := mustWrite(t, "first words")
	steps := []chromedp.Action[chromedp.Void]{
		chromedp.Navigate(w.url + "/?show=text"), chromedp.WaitVisible(`.live[data-state="on"] .when-on`),
	}
	if err := chromedp.Do(browser, steps...); err != nil {
		t.Fatal(err)
	}
	w.save(t, "words that were saved")
	if err := chromedp.Do(browser, chromedp.WaitVisible(`//pre[text()="text of words that were saved"]`)); err != nil {
		t.Fatal(err)
	}
	if at, err := chromedp.Run(browser, chromedp.Location()); err != nil || at != w.url+"/?show=text" {
		t.Errorf("the page is at %s, %v", at, err)
	}
}

// TestPage_place: a save leaves the writer at the place that was open.
func TestPage_place(t *testing.T) {
	browser := mustBrowse(t)
	const tall = `<div style="height:5000px">tall</div>`
	w := mustWrite(t, tall)
	steps := []chromedp.Action[chromedp.Void]{
		chromedp.EmulateViewport(1200, 900), chromedp.Navigate(w.url + "/"), chromedp.WaitVisible(`.live[data-state="on"] .when-on`),
	}
	if err := chromedp.Do(browser, steps...); err != nil {
		t.Fatal(err)
	}
	const frame = `document.querySelector("iframe").contentWindow`
	if _, err := chromedp.Run(browser, chromedp.Evaluate[int](frame+".scrollTo(0, 1234); 0")); err != nil {
		t.Fatal(err)
	}
	w.save(t, "saved"+tall)
	if err := chromedp.Do(browser, chromedp.WaitVisible(`//h1/bdi[starts-with(text(), "saved")]`), chromedp.WaitVisible(`.live[data-state="on"] .when-on`)); err != nil {
		t.Fatal(err)
	}
	at := `new Promise(done => document.readyState === "complete" ? setTimeout(() => done(` + frame + `.scrollY)) : addEventListener("load", () => setTimeout(() => done(` + frame + `.scrollY))))`
	if got, err := chromedp.Run(browser, chromedp.Evaluate[int](at, chromedp.EvalAwaitPromise)); err != nil || got != 1234 {
		t.Errorf("the mail is open at %d, %v; want 1234", got, err)
	}
}

// TestPage_withoutScript: everything is there but the reloading.
func TestPage_withoutScript(t *testing.T) {
	browser := mustBrowse(t)
	w := mustWrite(t, "first words")
	off := emulation.SetScriptExecutionDisabledParams{Value: true}
	if _, err := chromedp.Call(browser, emulation.SetScriptExecutionDisabled, off); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(browser, chromedp.Navigate(w.url+"/?show=text")); err != nil {
		t.Fatal(err)
	}
	w.save(t, "words that were saved")
	steps := []chromedp.Action[chromedp.Void]{chromedp.Click(".when-off"), chromedp.WaitVisible(`//pre[text()="text of words that were saved"]`)}
	if err := chromedp.Do(browser, steps...); err != nil {
		t.Fatal(err)
	}
}

// TestPage_look looks at the page as people see it: nothing scrolls sideways,
// and all can be read and hit. With TIDINGS_SCREENSHOTS set to a folder, it
// leaves a picture of each there.
func TestPage_look(t *testing.T) {
	browser := mustBrowse(t)
	faults, err := os.ReadFile("../public/testdata/faults.js")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("W", 300)
	w := mustWrite(t, "<p>warning "+long+"</p>")
	broken := mustWrite(t, "problem: "+long)
	for name, url := range map[string]string{
		"light": w.url + "/", "forced": w.url + "/?show=forced&width=360", "text": w.url + "/?show=text", "source": w.url + "/?show=source",
		"reader": w.url + "/?as=ada@" + long + ".example", "nobody": w.url + "/?as=nobody@example.org", "broken": broken.url + "/",
	} {
		for _, width := range []int64{320, 1200} {
			for _, scheme := range []string{"light", "dark"} {
				t.Run(fmt.Sprintf("%s-%d-%s", name, width, scheme), func(t *testing.T) {
					media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
					if _, err := chromedp.Call(browser, emulation.SetEmulatedMedia, media); err != nil {
						t.Fatal(err)
					}
					if err := chromedp.Do(browser, chromedp.Steps(chromedp.EmulateViewport(width, 900), chromedp.Navigate(url))); err != nil {
						t.Fatal(err)
					}
					found, err := chromedp.Run(browser, chromedp.Evaluate[[]string](string(faults)))
					if err != nil {
						t.Fatal(err)
					}
					for _, f := range found {
						if !staff(f) {
							t.Error(f)
						}
					}
					takePicture(browser, t)
				})
			}
		}
	}
}

// staff says whether a fault is none on a page for staff: it has script, and its
// smallest targets are 36 pixels high.
func staff(fault string) bool {
	return fault == "the page holds script or style" || strings.HasSuffix(fault, "is 36 pixels high, expected 44")
}

func takePicture(browser context.Context, t *testing.T) {
	t.Helper()
	dir := os.Getenv("TIDINGS_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(browser, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(t.Name())+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

// mustBrowse starts Chromium without a window. Without Chromium the test is
// skipped, but not where CI=true says that everything must run.
func mustBrowse(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no chromium, though CI=true")
		}
		t.Skip("no chromium on this machine")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)
	ctx, end := context.WithTimeout(context.Background(), 3*time.Minute) // a browser that hangs fails one test, not all
	t.Cleanup(end)
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	browser, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(browser, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return browser
}
