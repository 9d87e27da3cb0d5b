package main_test

import (
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// reader is somebody who visits a site that is served, and reads the mails that
// its built-in mailbox keeps.
type reader struct {
	t     testing.TB
	dir   string // of the site
	pages string // http://host:port
	email string
}

// letters returns the mails to a reader with that subject, headers and text.
func (r *reader) letters(subject string) []*mail.Message {
	r.t.Helper()
	files, err := filepath.Glob(filepath.Join(r.dir, "data", "mailbox", "*.eml"))
	if err != nil {
		r.t.Fatal(err)
	}
	var found []*mail.Message
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			r.t.Fatal(err)
		}
		m, err := mail.ReadMessage(strings.NewReader(string(data)))
		if err != nil {
			r.t.Fatalf("%s: %v", file, err)
		}
		if strings.Trim(m.Header.Get("To"), "<>") == r.email && strings.Contains(m.Header.Get("Subject"), subject) {
			found = append(found, m)
		}
	}
	return found
}

// awaitLetter waits for the first mail with that subject.
func (r *reader) awaitLetter(subject string) *mail.Message {
	r.t.Helper()
	var found []*mail.Message
	eventually(r.t, "a letter "+subject, func() bool {
		found = r.letters(subject)
		return len(found) > 0
	})
	return found[0]
}

// visit asks for the page of a link, wherever the link says that the site is.
func (r *reader) visit(method, link, contentType, body string, want int) string {
	r.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		r.t.Fatal(err)
	}
	code, page := fetch(r.t.Context(), r.t, method, r.pages+u.Path, contentType, body)
	if code != want {
		r.t.Fatalf("%s %s: %d, want %d\n%s", method, u.Path, code, want, page)
	}
	return page
}

// state asks how a reader stands with harbor.
func (r *reader) state() string {
	r.t.Helper()
	for _, state := range []string{"pending", "confirmed", "unsubscribed"} {
		if strings.Contains(run(r.t, r.dir, "subscribers", "list", "--newsletter", "harbor", "--state", state), r.email) {
			return state
		}
	}
	return "unknown"
}

// eventually waits until something that is asked again and again is so.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	late := time.After(patience)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !so() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("waited too long for %s", what)
		}
	}
}

const form = "application/x-www-form-urlencoded"

var confirmLink = regexp.MustCompile(`https?://\S+/confirm/[^\s"<]+`)

// text is the body of a mail, decoded.
func text(t testing.TB, m *mail.Message) string {
	t.Helper()
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// A reader's whole life: sign up, confirm, get an issue, leave with one click,
// get no other. Opening links, as scanners do, changes nothing.
func TestServe_ReadersLife(t *testing.T) {
	t.Parallel()
	dir, _ := mustSite(t, "", 1) // one who stays
	server := start(t, dir, "serve", "--listen", "127.0.0.1:0")
	r := &reader{t: t, dir: dir, pages: server.await(`(http://\S+)/mailbox`)[1], email: "ada@example.net"}
	server.await("Ctrl-C")

	r.visit(http.MethodGet, "/harbor/subscribe", "", "", http.StatusOK)
	r.visit(http.MethodPost, "/harbor/subscribe", form, url.Values{"email": {r.email}, "first_name": {"Ada"}}.Encode(), http.StatusOK)
	link := confirmLink.FindString(text(t, r.awaitLetter("")))
	if link == "" {
		t.Fatal("the first letter has no link to confirm")
	}
	r.visit(http.MethodGet, link, "", "", http.StatusOK)
	if got := r.state(); got != "pending" {
		t.Fatalf("after GET of the confirm link the reader is %s", got)
	}
	r.visit(http.MethodPost, link, form, "", http.StatusOK)
	if got := r.state(); got != "confirmed" {
		t.Fatalf("after the confirm button the reader is %s", got)
	}

	run(t, dir, "publish", "harbor/first-frost", "--now", "--wait")
	letter := r.awaitLetter("First frost")
	if got := letter.Header.Get("List-Unsubscribe-Post"); got != "List-Unsubscribe=One-Click" {
		t.Errorf("List-Unsubscribe-Post: %q", got)
	}
	leave, _, _ := strings.Cut(strings.TrimPrefix(letter.Header.Get("List-Unsubscribe"), "<"), ">")
	r.visit(http.MethodGet, leave, "", "", http.StatusOK)
	if got := r.state(); got != "confirmed" {
		t.Fatalf("after GET of the link to leave the reader is %s", got)
	}
	r.visit(http.MethodPost, leave, form, "List-Unsubscribe=One-Click", http.StatusOK) // RFC 8058, section 3.2
	if got := r.state(); got != "unsubscribed" {
		t.Fatalf("after one click the reader is %s", got)
	}

	run(t, dir, "publish", "harbor/spare-keys", "--now", "--wait")
	if got := status(t, dir, "harbor/spare-keys"); got.Sent != 1 || got.Audience != 1 {
		t.Errorf("the issue after: %+v, want one reader, who stayed", got)
	}
	if n := len(r.letters("")); n != 2 {
		t.Errorf("the reader who left has %d letters, want 2: to confirm, and the issue before", n)
	}
	server.signal(syscall.SIGTERM)
	if code, said := server.end(); code != 0 || strings.Contains(said, r.email) {
		t.Errorf("serve ended with %d, and must not name readers:\n%s", code, said)
	}
}

// A slip in settings, of this newsletter or another, closes no page, and the way
// out of a newsletter stays open when it is gone.
func TestServe_BrokenSettings(t *testing.T) {
	t.Parallel()
	dir, _ := mustSite(t, "", 2)
	server := start(t, dir, "serve", "--listen", "127.0.0.1:0")
	pages := server.await(`(http://\S+)/mailbox`)[1]
	run(t, dir, "publish", "harbor/first-frost", "--now", "--wait")
	var leave []string
	for i := range 2 {
		r := &reader{t: t, dir: dir, pages: pages, email: fmt.Sprintf("reader%d@example.org", i)}
		link, _, _ := strings.Cut(strings.TrimPrefix(r.awaitLetter("First frost").Header.Get("List-Unsubscribe"), "<"), ">")
		leave = append(leave, link)
	}
	newsletters := filepath.Join(dir, "newsletters")
	for _, name := range []string{"harbor", "harbor-notes"} {
		if err := os.WriteFile(filepath.Join(newsletters, name, "newsletter.toml"), []byte("titel = 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := &reader{t: t, dir: dir, pages: pages}
	r.visit(http.MethodGet, "/", "", "", http.StatusOK)
	r.visit(http.MethodGet, "/harbor/subscribe", "", "", http.StatusOK)
	r.visit(http.MethodPost, leave[0], form, "List-Unsubscribe=One-Click", http.StatusOK)
	if err := os.RemoveAll(filepath.Join(newsletters, "harbor")); err != nil {
		t.Fatal(err)
	}
	r.visit(http.MethodGet, leave[1], "", "", http.StatusOK)
	r.visit(http.MethodPost, leave[1], form, "List-Unsubscribe=One-Click", http.StatusOK)
	for i := range 2 {
		if story := run(t, dir, "subscribers", "show", fmt.Sprintf("reader%d@example.org", i)); !strings.Contains(story, "unsubscribed") {
			t.Errorf("reader %d is still on the list:\n%s", i, story)
		}
	}
}

// Two at once would send twice: the second is refused, and told who is there.
func TestServe_OnlyOnce(t *testing.T) {
	t.Parallel()
	dir, _ := mustSite(t, "", 0)
	first := start(t, dir, "serve", "--listen", "127.0.0.1:0")
	address := first.await(`http://([^/]+)/mailbox`)[1]
	first.await("Ctrl-C")

	for _, listen := range []string{"127.0.0.1:0", address} { // its own port is taken by the first
		code, said := start(t, dir, "serve", "--listen", listen).end()
		if want := `^tidings: .*held by.*process \d+ on .*\n+$`; code != 1 || !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("a second serve on %s: %d %q, want 1 %q", listen, code, said, want)
		}
	}
	other, _ := mustSite(t, "", 0)
	lock, holder := filepath.Join(other, "data", "data.lock"), "process 1 on another machine\n"
	run(t, other, "suppressions", "list") // makes the data folder
	write(t, lock, holder)
	code, said := start(t, other, "serve", "--listen", address).end()
	if want := `^tidings: .*in use.*--listen.*\n+$`; code != 1 || !regexp.MustCompile(want).MatchString(said) {
		t.Errorf("a serve where the port is taken: %d %q, want 1 %q", code, said, want)
	}
	if now := read(t, lock); now != holder {
		t.Errorf("who only looks at a lock wrote into it: %q", now)
	}

	// A list is no whole site, which alone would need the first to stop.
	code, said = start(t, dir, "subscribers", "import", "tidings.toml").end()
	if want := `(a list of readers needs --newsletter)`; code != 1 || !strings.Contains(said, want) {
		t.Errorf("an import without a newsletter: %d %q, want 1 %q", code, said, want)
	}

	if code, _ := fetch(t.Context(), t, http.MethodGet, "http://"+address+"/healthz", "", ""); code != http.StatusOK {
		t.Errorf("after all that the first serve answers %d", code)
	}
	first.signal(syscall.SIGINT)
	if code, said := first.end(); code != 0 {
		t.Errorf("serve ended with %d:\n%s", code, said)
	}
}

// Everything that demo says is so, and it ends when asked.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	demo := start(t, ".", "demo", "--listen", "127.0.0.1:0", "--dir", dir)
	pages := demo.await(`(http://\S+)/mailbox`)[1]
	demo.await("Ctrl-C")
	demo.await(`^tidings: harbor/\S+: sent 500 \+ failed 0 \+ unknown 0 \+ skipped 0 = audience 500$`)
	for _, path := range []string{"/", "/mailbox", "/harbor", "/harbor/subscribe"} {
		if code, page := fetch(t.Context(), t, http.MethodGet, pages+path, "", ""); code != http.StatusOK {
			t.Errorf("GET %s: %d\n%s", path, code, page)
		}
	}
	r := &reader{t: t, dir: dir, pages: pages, email: "ada.abel@example.org"}
	letter := r.awaitLetter("")
	leave, _, _ := strings.Cut(strings.TrimPrefix(letter.Header.Get("List-Unsubscribe"), "<"), ">")
	if !strings.HasPrefix(leave, pages+"/u/") {
		t.Errorf("links in letters lead to %s, want %s", leave, pages)
	}
	asked := time.Now()
	demo.signal(syscall.SIGINT)
	if code, said := demo.end(); code != 0 {
		t.Errorf("demo ended with %d:\n%s", code, said)
	}
	if took := time.Since(asked); took > 10*time.Second {
		t.Errorf("demo took %s to end", took)
	}
}
