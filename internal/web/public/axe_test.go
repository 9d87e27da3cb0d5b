package public_test

import (
	"context"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// axeCore is the source of axe-core, which finds what people who cannot see well,
// or use no mouse, would stumble over. Empty: there is none on this machine.
type axeCore string

// mustAxe reads the axe.min.js that TIDINGS_AXE names. Without it pages are not
// looked at in that way, but where CI=true says that everything must run.
func mustAxe(t *testing.T) axeCore {
	t.Helper()
	file := os.Getenv("TIDINGS_AXE")
	if file == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("TIDINGS_AXE names no axe.min.js, though CI=true")
		}
		t.Log("TIDINGS_AXE names no axe.min.js: pages are looked at without it")
		return ""
	}
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return axeCore(src)
}

// axeRun lists what axe finds on the page that is open, all of its rules.
const axeRun = `axe.run(document).then(r => r.violations.flatMap(v => v.nodes.map(n =>
	"axe: " + v.id + ": " + v.help + ": " + n.html.slice(0, 160) + " " + (n.any[0]?.message ?? ""))))`

func (a axeCore) violations(browser context.Context, t *testing.T) []string {
	t.Helper()
	if a == "" {
		return nil
	}
	if _, err := chromedp.Run(browser, chromedp.Evaluate[bool](string(a)+";true")); err != nil {
		t.Fatal(err)
	}
	found, err := chromedp.Run(browser, chromedp.Evaluate[[]string](axeRun, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What finds nothing wrong with our pages must find something where it is.
func TestAxe(t *testing.T) {
	axe := mustAxe(t)
	if axe == "" {
		t.Skip("no axe-core on this machine")
	}
	browser := mustBrowse(t)
	if err := chromedp.Do(browser, chromedp.Navigate("data:text/html,<title>x</title><p style='color:%23ccc'>faint</p><input>")); err != nil {
		t.Fatal(err)
	}
	if found := axe.violations(browser, t); len(found) < 3 {
		t.Errorf("axe finds only %q", found)
	}
}
