package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"tidings/internal/locale"
	"tidings/templates"
)

// life is a reader with a browser.
type life struct {
	*reader
	tab   context.Context
	words *locale.Locale
}

// A reader's whole life, in a browser and in two languages: they join, confirm
// from the mailbox, read, pause, return, change their address, take everything
// that is known of them as a file, and are erased. Afterwards nothing in the
// site's folder names them.
func TestServe_LifeInBrowser(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"ar", "en"} {
		t.Run(language, func(t *testing.T) {
			dir, _ := mustSite(t, "", 1)
			server := start(t, dir, "serve", "--listen", "127.0.0.1:0")
			l := &life{
				reader: &reader{t: t, dir: dir, pages: server.await(`(http://\S+)/mailbox`)[1], email: "zenobia." + language + "@example.net"},
				tab:    mustBrowse(t, language), words: mustWords(t, language),
			}
			server.await("Ctrl-C")
			l.join()
			l.read()
			l.pause()
			l.move("zenobia.new." + language + "@example.com")
			l.erase()
			server.signal(syscall.SIGTERM)
			if code, said := server.end(); code != 0 || strings.Contains(said, "zenobia") {
				t.Errorf("serve ended with %d, and must not name readers:\n%s", code, said)
			}
			l.noTrace("zenobia", "Palmyra")
		})
	}
}

const saveButton = ".sheet > form > div:last-child button"

// join signs up with the form and confirms with the button of the mail's page.
func (l *life) join() {
	l.do(
		chromedp.Navigate(l.pages+"/harbor/subscribe"),
		chromedp.SetAttributeValue(`input[name="shown"]`, "value", "0"), // nobody types as fast as a browser that is told to
		chromedp.SendKeys("#email", l.email), chromedp.SendKeys("#first-name", "Zenobia"),
		chromedp.Click(".sheet form button"),
	)
	l.sees("sent.inbox")
	l.open(l.link("/confirm/"))
	l.sees("confirm.title")
	l.is("pending")
	l.do(chromedp.Click(".sheet form button"))
	l.sees("confirmed.title")
	l.is("confirmed")
}

// read gets an issue and opens its page.
func (l *life) read() {
	run(l.t, l.dir, "publish", "harbor/first-frost", "--now", "--wait")
	l.open(l.link("/harbor/archive/"))
	l.do(chromedp.WaitVisible("article h1"))
}

// pause uses the link at the foot of the issue, and thinks better of it.
func (l *life) pause() {
	leave := l.link("/u/")
	l.open(leave)
	l.sees("leave.heading")
	l.do(chromedp.Click(`button[value="month"]`))
	l.sees("paused.title")
	run(l.t, l.dir, "publish", "harbor/spare-keys", "--now", "--wait")
	if n := len(l.letters("Spare keys")); n != 0 {
		l.t.Errorf("in the pause %d issues came", n)
	}
	l.do(chromedp.Click(`button[name="pause"]`))
	l.sees("back.title")
	l.open(leave)
	l.do(chromedp.Click(".sheet > form button")) // and leaves, and comes back
	l.sees("left.title")
	l.is("unsubscribed")
	l.do(chromedp.Click(`button[name="undo"]`))
	l.sees("back.title")
	l.is("confirmed")
}

// move asks for the link to all that is known, says who they are, and changes
// their address.
func (l *life) move(to string) {
	permanent := l.link("/preferences/")
	l.open(permanent)
	l.sees("preferences.title")
	// From now on mails about themselves are in their language.
	l.do(chromedp.SetValue("#language", l.words.Tag()), chromedp.Click(saveButton), chromedp.WaitVisible(".notice"))
	l.fresh()
	l.do(chromedp.SendKeys("#name", " of Palmyra"), chromedp.SetValue("#timezone", "Asia/Damascus"), chromedp.Click(saveButton), chromedp.WaitVisible(".notice"))
	l.do(chromedp.SendKeys("#email", to), chromedp.Click(`form[action$="/address"] button`))
	l.sees("move.asked")
	before := l.email
	l.email = to
	l.open(l.link("/address/"))
	l.sees("move.title")
	l.do(chromedp.Click(".sheet form button"))
	l.sees("move.done")
	l.email = before
	eventually(l.t, "the note to the old address", func() bool { return len(l.letters("")) >= 4 })
	l.email = to
	l.open(permanent) // the other link went to the address that they left
	l.fresh()
	l.export(to)
}

// fresh asks for the link to all that is known, and opens it.
func (l *life) fresh() {
	l.do(chromedp.Click(".beneath form button"))
	l.sees("mailed.title")
	l.open(l.linkOf(l.words.Say("access_mail.button"), "/preferences/"))
}

// export downloads all that is known.
func (l *life) export(email string) {
	dir := l.t.TempDir()
	behave := browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir}
	if _, err := chromedp.Call(l.tab, browser.SetDownloadBehavior, behave); err != nil {
		l.t.Fatal(err)
	}
	l.do(chromedp.Click(`form[action$="/export"] button`))
	var known struct {
		Email, Name, Timezone string
		Consents              []struct{ Act string }
		Mails                 []struct{ Slug string }
	}
	eventually(l.t, "the file", func() bool {
		data, err := os.ReadFile(filepath.Join(dir, "everything.json"))
		return err == nil && json.Unmarshal(data, &known) == nil
	})
	if known.Email != email || !strings.HasSuffix(known.Name, "of Palmyra") || known.Timezone != "Asia/Damascus" || len(known.Consents) < 7 || len(known.Mails) < 4 {
		l.t.Errorf("the file says %+v", known)
	}
}

// erase reads what goes, and presses the button.
func (l *life) erase() {
	l.do(chromedp.Click(`.button.danger`))
	l.sees("erase.title")
	l.do(chromedp.Click(`button[name="erase"]`))
	l.sees("erased.title")
	if n := len(l.letters("")); n != 0 {
		l.t.Errorf("the built-in mailbox keeps %d mails to them", n)
	}
}

// do takes steps in the browser.
func (l *life) do(steps ...chromedp.Action[chromedp.Void]) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.tab, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		l.t.Fatal(err)
	}
}

// open opens a link of a mail on the site that is served.
func (l *life) open(link string) {
	l.t.Helper()
	_, path, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(link, "http://"), "https://"), "/")
	l.do(chromedp.Navigate(l.pages + "/" + path))
}

// sees waits for the page with that heading, in the reader's language.
func (l *life) sees(id string) {
	l.t.Helper()
	l.do(chromedp.WaitVisible(fmt.Sprintf(`//h1[normalize-space(.)=%q]`, l.words.Say(id))))
}

// is checks where the reader stands.
func (l *life) is(state string) {
	l.t.Helper()
	if got := l.state(); got != state {
		l.t.Errorf("they are %s, want %s", got, state)
	}
}

// link waits for a mail to the reader with a link to such a page.
func (l *life) link(page string) string { return l.linkOf("", page) }

// linkOf is link in a mail whose text holds some words.
func (l *life) linkOf(words, page string) string {
	l.t.Helper()
	wanted := regexp.MustCompile(`https?://\S+?` + regexp.QuoteMeta(page) + `[^\s"<>]+`)
	link := ""
	eventually(l.t, "a mail with a link to "+page, func() bool {
		for _, m := range l.letters("") {
			body := text(l.t, m)
			if found := wanted.FindString(body); found != "" && strings.Contains(body, words) {
				link = found
			}
		}
		return link != ""
	})
	return link
}

// noTrace searches all files of the site for words that name the reader.
func (l *life) noTrace(words ...string) {
	l.t.Helper()
	err := filepath.WalkDir(filepath.Join(l.dir, "data"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, word := range words {
			if strings.Contains(strings.ToLower(string(data)), strings.ToLower(word)) {
				l.t.Errorf("%s names %s", filepath.Base(path), word)
			}
		}
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

func mustWords(t testing.TB, language string) *locale.Locale {
	t.Helper()
	all, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	return all.For(language)
}

// mustBrowse starts Chromium without a window, which asks for pages in a
// language. Without Chromium the test is skipped, but not where CI=true says that
// everything must run.
func mustBrowse(t testing.TB, language string) context.Context {
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
	tab, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	speaks := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}}
	if err := chromedp.Do(tab, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(tab, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(tab, network.SetExtraHTTPHeaders, speaks); err != nil {
		t.Fatal(err)
	}
	return tab
}
