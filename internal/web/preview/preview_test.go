package preview

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/web"
	"tidings/templates"
)

// writer is a preview of one file on disk, over real HTTP. The file is the HTML
// of the mail as it is; one that begins with "problem: " cannot be rendered.
type writer struct {
	url, file string
}

var picture = newsletter.Media{Hash: strings.Repeat("ab", 16), Name: "quay.png", Type: "image/png", Data: []byte("\x89PNG\r\n\x1a\n")}

func mustWrite(t *testing.T, html string) *writer {
	t.Helper()
	w := &writer{file: filepath.Join(t.TempDir(), "issue.md")}
	w.save(t, html)
	pages, err := web.New(templates.FS, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	handler, err := New(Config{Pages: pages, File: "newsletters/harbor/issue.md", Reader: reader, Render: w.render, Version: w.version})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.Config = web.NewServer("", handler, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	server.Start()
	t.Cleanup(func() {
		stop() // ends the streams of events, for which Close would wait
		server.Close()
	})
	w.url = server.URL
	return w
}

func (w *writer) save(t *testing.T, html string) {
	t.Helper()
	if err := os.WriteFile(w.file, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (w *writer) version() (string, error) {
	info, err := os.Stat(w.file)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(info.Size(), "-", info.ModTime().UnixNano()), nil
}

func reader(_ context.Context, address string) (newsletter.Subscriber, error) {
	switch {
	case address == "":
		return newsletter.Subscriber{Email: "reader@example.org"}, nil
	case strings.HasPrefix(address, "ada@"):
		return newsletter.Subscriber{Email: address, Name: "Ada Pike", FirstName: "Ada"}, nil
	case !strings.Contains(address, "@"):
		return newsletter.Subscriber{}, newsletter.ErrInvalid
	}
	return newsletter.Subscriber{}, newsletter.ErrNotFound
}

// render takes the words of a file as its problem when it begins with that word.
func (w *writer) render(_ context.Context, s newsletter.Subscriber) (*View, error) {
	data, err := os.ReadFile(w.file)
	if err != nil {
		return nil, newsletter.Hint(errors.New("the file is gone"), "put it back")
	}
	html := string(data)
	v := &View{BaseURL: "https://news.example.org"}
	if message, ok := strings.CutPrefix(html, "problem: "); ok {
		v.Problems = newsletter.Problems{{Rule: "merge-tag", Level: newsletter.LevelError, File: "newsletters/harbor/issue.md", Line: 7, Column: 3, Message: message, Hint: "mend it"}}
		return v, nil
	}
	if strings.Contains(html, "warning") {
		v.Problems = newsletter.Problems{{Rule: "link-text", Level: newsletter.LevelWarning, File: "newsletters/harbor/newsletter.toml", Message: html}}
	}
	v.HTML = strings.ReplaceAll(html, "{name}", s.FirstName)
	v.Subject, v.Text = v.HTML[:min(len(v.HTML), 60)], "text of "+v.HTML
	v.Mail = &newsletter.Mail{From: mail.Address{Name: "Harbor " + v.Subject}, Description: v.Subject, Media: []newsletter.Media{picture}}
	return v, nil
}

// get asks for a page and returns its answer with its body.
func (w *writer) get(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	resp := w.open(t, path)
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// open asks for a page that is read later.
func (w *writer) open(t *testing.T, path string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// checkText checks what stands in a text and what does not.
func checkText(t *testing.T, text string, has, not []string) {
	t.Helper()
	for _, s := range has {
		if !strings.Contains(text, s) {
			t.Errorf("%q is missing in:\n%s", s, text)
		}
	}
	for _, s := range not {
		if strings.Contains(text, s) {
			t.Errorf("%q stands in:\n%s", s, text)
		}
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	w := mustWrite(t, "<p>Dear {name}, warning</p>")
	frame := func(query string) string {
		return `src="/mail?` + query + `" sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"`
	}
	tests := []struct {
		path     string
		has, not []string
	}{
		{"/", []string{
			frame("show=light"), "1 warning</span>", "newsletters/harbor/newsletter.toml", "<code>link-text</code>", "a reader of whom nothing is known",
			`low="81920" high="97280" optimum="0" max="131072" value="21"`, "<strong>1 KB of HTML.</strong> Fine.", `href="/?show=dark"`,
		}, []string{`class="sheet phone"`, "error</span>"}},
		{"/?show=dark&width=360&as=ada@example.org", []string{
			frame("as=ada%40example.org&amp;show=dark&amp;width=360"), `class="sheet phone"`, "Ada Pike", `value="ada@example.org"`,
			`href="/?as=ada%40example.org&amp;show=forced&amp;width=360"`, `href="/?show=dark">Show a sample reader`, "&lt;p&gt;Dear Ada, warning",
		}, nil},
		{"/?show=forced", []string{"A stand-in", frame("show=forced")}, nil},
		{"/?show=text", []string{"text of &lt;p&gt;Dear , warning"}, []string{"<iframe", ">Phone<"}},
		{"/?show=source", []string{`<pre class="sheet source" tabindex="0">&lt;p&gt;Dear , warning&lt;/p&gt;</pre>`}, []string{"<iframe"}},
		{"/?show=nonsense&as=nobody@example.org", []string{frame("show=light"), "No reader has this address", `value="nobody@example.org"`}, nil},
		{"/?as=%22%3E%3Cscript%3E", []string{"No reader has this address", "&#34;&gt;&lt;script&gt;"}, []string{"><script>"}},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			resp, body := w.get(t, tt.path)
			if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("got %s, %s", resp.Status, resp.Header)
			}
			checkText(t, body, tt.has, tt.not)
			checkText(t, resp.Header.Get("Content-Security-Policy"), []string{"script-src 'self';", "frame-ancestors 'none'"}, []string{"unsafe"})
		})
	}
}

func TestFrame(t *testing.T) {
	t.Parallel()
	own := "https://news.example.org" + picture.Path()
	w := mustWrite(t, `<p>{name}</p><img src="`+own+`" alt="Quay">`)
	tests := []struct{ path, want, pictures string }{
		{"/mail", `<p></p><img src="` + picture.Path() + `" alt="Quay">`, "img-src 'self' data: https:;"},
		{"/mail?as=ada@example.org&show=dark", `<p>Ada</p><img src="` + picture.Path() + `" alt="Quay">`, "img-src 'self' data: https:;"},
		{"/mail?show=bare", `<p></p><img alt="Quay">`, "img-src 'none';"},
	}
	for _, tt := range tests {
		resp, body := w.get(t, tt.path)
		if diff := cmp.Diff(opening+tt.want, body); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.path, diff)
		}
		checkText(t, resp.Header.Get("Content-Security-Policy"), []string{
			"sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none';", tt.pictures, "form-action 'none'", "base-uri 'none'", "frame-ancestors 'self'",
		}, []string{"script", "connect", "forms"})
	}
	resp, body := w.get(t, picture.Path())
	if body != string(picture.Data) || resp.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture is %q of %s", body, resp.Header.Get("Content-Type"))
	}
	for _, path := range []string{"/mail?as=nobody@example.org", "/media/" + picture.Hash + "/other.png", "/nothing", "/static/x/preview.css"} {
		if resp, _ := w.get(t, path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got %s, want 404", path, resp.Status)
		}
	}
}

// TestFrame_embedded: a picture that goes in the mail is seen too.
func TestFrame_embedded(t *testing.T) {
	t.Parallel()
	w := mustWrite(t, `<img src="cid:`+picture.ContentID()+`" alt="Quay">`)
	_, body := w.get(t, "/mail")
	checkText(t, body, []string{`<img src="` + picture.Path() + `" alt="Quay">`}, []string{"cid:"})
}

// TestEvents: the page hears of a save, and then shows the new words.
func TestEvents(t *testing.T) {
	t.Parallel()
	w := mustWrite(t, "first words")
	version, err := w.version()
	if err != nil {
		t.Fatal(err)
	}
	_, body := w.get(t, "/")
	checkText(t, body, []string{"first words", `data-events="/events?version=` + version + `"`}, nil)
	events := w.open(t, "/events?version="+url.QueryEscape(version))
	if got := events.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("Content-Type %q", got)
	}
	lines := bufio.NewScanner(events.Body)
	next := func() string {
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "data: ") {
				return lines.Text()
			}
		}
		t.Fatalf("no more events: %v", lines.Err())
		return ""
	}
	for _, words := range []string{"other words, and more of them", "the last words of all of them"} {
		w.save(t, words)
		version, err := w.version()
		if err != nil {
			t.Fatal(err)
		}
		if got := next(); got != "data: "+version {
			t.Errorf("got %s, want %s", got, version)
		}
		_, body := w.get(t, "/")
		checkText(t, body, []string{words}, []string{"first words"})
	}
}

// TestPage_problems: what cannot be rendered leaves the last good view in its
// place, with what is wrong beside it.
func TestPage_problems(t *testing.T) {
	t.Parallel()
	w := mustWrite(t, "problem: <b>unknown name</b>")
	_, body := w.get(t, "/")
	checkText(t, body, []string{"Nothing to show yet", "1 error</span>", "line 7, column 3", "&lt;b&gt;unknown name", "mend it", "<code>merge-tag</code>"}, []string{"<iframe", "<meter"})
	if resp, _ := w.get(t, "/mail"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the frame: got %s, want 404", resp.Status)
	}
	w.save(t, "good words")
	_, body = w.get(t, "/")
	checkText(t, body, []string{"good words", "All checks pass", "Nothing would embarrass you"}, []string{"cannot be shown", "unknown name"})
	w.save(t, "problem: worse")
	_, body = w.get(t, "/")
	checkText(t, body, []string{"cannot be shown as it is now", "good words", "worse", "<iframe"}, nil)
	if _, body := w.get(t, "/mail"); body != opening+"good words" {
		t.Errorf("the frame shows %q", body)
	}
	if err := os.Remove(w.file); err != nil {
		t.Fatal(err)
	}
	_, body = w.get(t, "/")
	checkText(t, body, []string{"cannot be shown as it is now", "good words", "the file is gone", "put it back"}, []string{"worse"})
}

// TestNew_host: a name that somebody else made lead here gets nothing.
func TestNew_host(t *testing.T) {
	t.Parallel()
	w := mustWrite(t, "secret")
	_, port, _ := strings.Cut(strings.TrimPrefix(w.url, "http://"), ":")
	for host, want := range map[string]int{
		"127.0.0.1:" + port: http.StatusOK, "localhost:" + port: http.StatusOK, "[::1]:" + port: http.StatusOK, "127.0.0.1": http.StatusOK, "[::1]": http.StatusOK,
		"evil.example": http.StatusMisdirectedRequest, "127.0.0.1.evil.example:" + port: http.StatusMisdirectedRequest, "10.0.0.1": http.StatusMisdirectedRequest,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != want || want != http.StatusOK && strings.Contains(string(body), "secret") {
			t.Errorf("%s: got %s, want %d, %v", host, resp.Status, want, err)
		}
	}
}

// TestShelf: views of many readers do not pile up.
func TestShelf(t *testing.T) {
	t.Parallel()
	var s shelf
	for i := range 100 {
		s.place(strconv.Itoa(i)).good = &View{}
	}
	if len(s.kept) > maxKept {
		t.Errorf("%d views are kept", len(s.kept))
	}
}

func TestNewSize(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		bytes, line int
		want        string
	}{{0, 0, "Fine"}, {newsletter.LongHTML, 0, "Fine"}, {newsletter.LongHTML + 1, 0, "Getting long"}, {newsletter.MostHTML + 1, 0, "Too large"}, {60 << 10, 12, "Cut"}} {
		v := &View{HTML: strings.Repeat("x", tt.bytes), Mail: &newsletter.Mail{CutAt: newsletter.Place{Line: tt.line}}}
		if got := newSize(v); got.State != tt.want || got.KB() < 1 {
			t.Errorf("%d bytes, cut at line %d: %s, %d KB", tt.bytes, tt.line, got.State, got.KB())
		}
	}
}
