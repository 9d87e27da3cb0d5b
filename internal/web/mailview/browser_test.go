package mailview

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// hostile is a mail that tries to run script in every way that a frame could
// let through, and whose only honest parts are a picture and one large link.
const hostile = "Subject: hostile\r\n" +
	"List-Unsubscribe: <SITE/u/abc>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" +
	"Content-Type: text/html; charset=utf-8\r\n\r\n<!doctype html><html><head>" +
	"<script>new Image().src='SITE/ran?script'</script>" +
	"<meta http-equiv=\"refresh\" content=\"0;url=SITE/ran?refresh\">" +
	"<link rel=\"stylesheet\" href=\"SITE/ran?style\">" +
	"</head>\r\n<body onload=\"new Image().src='SITE/ran?onload'\">" +
	"<img src=\"none\" onerror=\"new Image().src='SITE/ran?onerror'\">\r\n" +
	"<svg onload=\"fetch('SITE/ran?svg')\"></svg><iframe src=\"SITE/ran?frame\"></iframe>" +
	"<img src=\"http://other.localhost:1/tracker.gif\"><form action=\"SITE/ran?form\"><input autofocus></form>\r\n" +
	"<a href=\"SITE/landed\" style=\"position:fixed;inset:0;display:block\">link</a>" +
	"<img src=\"SITE/picture\" width=\"40\" height=\"40\" alt=\"\"></body></html>\r\n"

// TestMail_inBrowser looks at a hostile mail with a real browser. What came to
// pass is read off the requests that the site gets.
func TestMail_inBrowser(t *testing.T) {
	ctx := mustBrowse(t)
	s := mustServe(t)
	seen := make(chan string, 100)
	note := func(_ http.ResponseWriter, r *http.Request) {
		seen <- r.Method + " " + r.URL.String() + " " + r.FormValue("List-Unsubscribe")
	}
	for _, path := range []string{"/ran", "/none", "/picture", "/landed", "POST /u/abc"} {
		s.mux.HandleFunc(path, note)
	}
	id := s.send(t, strings.ReplaceAll(hostile, "SITE", s.url))

	open := chromedp.Steps(
		chromedp.EmulateViewport(1200, 1400),
		chromedp.Navigate(s.url+"/mailbox/"+id),
		chromedp.WaitVisible("iframe"),
	)
	if err := chromedp.Do(ctx, open); err != nil {
		t.Fatal(err)
	}
	mustSee(t, seen, "GET /picture ", func() error { return nil })
	mustSee(t, seen, "GET /landed ", func() error { return chromedp.Do(ctx, chromedp.Click("iframe")) })
	mustSee(t, seen, "POST /u/abc One-Click", func() error { return chromedp.Do(ctx, chromedp.Click("aside form button")) })
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil || at != s.url+"/mailbox/"+id {
		t.Errorf("the page went to %s, %v", at, err)
	}
}

// TestPages_narrow checks that nothing scrolls sideways on the smallest phone.
func TestPages_narrow(t *testing.T) {
	ctx := mustBrowse(t)
	s := mustServe(t)
	wide := strings.Repeat("W", 300)
	id := s.send(t, "From: "+wide+" <"+wide+"@example.org>\r\nSubject: "+wide+"\r\nX-"+wide+": "+wide+"\r\n\r\nhttps://example.org/"+wide+"\r\n")
	for _, path := range []string{"/mailbox", "/mailbox?live=0", "/mailbox?q=" + wide, "/mailbox/" + id, "/mailbox/" + id + "?show=source"} {
		t.Run(path, func(t *testing.T) {
			if err := chromedp.Do(ctx, chromedp.Steps(chromedp.EmulateViewport(320, 700), chromedp.Navigate(s.url+path))); err != nil {
				t.Fatal(err)
			}
			open := `document.querySelectorAll("details").forEach(d => d.open = true); document.documentElement.scrollWidth`
			if width, err := chromedp.Run(ctx, chromedp.Evaluate[int](open)); err != nil || width > 320 {
				t.Errorf("the page is %d pixels wide, %v; want at most 320", width, err)
			}
		})
	}
}

// mustSee does something until the request comes in that it should bring about:
// a browser may take a first click before it has drawn what is clicked. Other
// requests may come before it, but none that only a script, a form or a foreign
// style sheet would make.
func mustSee(t *testing.T, seen <-chan string, want string, do func() error) {
	t.Helper()
	for range 20 {
		if err := do(); err != nil {
			t.Fatal(err)
		}
		again := time.After(time.Second)
		for waiting := true; waiting; {
			select {
			case got := <-seen:
				if strings.Contains(got, "/ran") {
					t.Errorf("the mail got through: %s", got)
				}
				if got == want {
					return
				}
			case <-again:
				waiting = false
			}
		}
	}
	t.Fatalf("no request %q came in", want)
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
	browser, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return ctx
}
