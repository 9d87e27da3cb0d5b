package main_test

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// The page of a preview shows what is saved: the issue, its newsletter's
// settings and the templates. What cannot be shown leaves the last good view.
func TestPreview_Serve(t *testing.T) {
	t.Parallel()
	dir, _ := mustSite(t, "", 0)
	run(t, dir, "subscribers", "add", "ada@example.org", "--newsletter", "harbor", "--first-name", "Ada", "--confirmed", "--source", "test")
	file := filepath.Join(dir, "newsletters", "harbor", "2026-12-20-tagged.md")
	save := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const head = "---\ntitle: Tagged\n---\n\nDear {{ subscriber.first_name | default: \"friend\" }}, "
	save(file, head+"the frost came late.\n")
	p := start(t, dir, "preview", "harbor/tagged", "--serve")
	site := p.await(`preview  (http://127\.0\.0\.1:\d+)/`)[1]
	p.await("Ctrl-C stops it")
	sees := func(path string, words ...string) string {
		t.Helper()
		code, page := fetch(t.Context(), t, http.MethodGet, site+path, "", "")
		for _, w := range words {
			if code != http.StatusOK || !strings.Contains(page, w) {
				t.Errorf("%s: status %d without %q:\n%s", path, code, w, page)
			}
		}
		return page
	}
	page := sees("/?show=text", "Dear friend, the frost came late.")
	sees("/mail?as=ada%40example.org", "Dear Ada, the frost came late.")
	events := mustFollow(t, site+regexp.MustCompile(`data-events="([^"]+)"`).FindStringSubmatch(page)[1])

	save(file, head+"the frost came early this time.\n")
	events()
	sees("/?show=text", "Dear friend, the frost came early this time.")
	save(file, "---\ntitle: Tagged\n---\n\nDear {{ subscriber.first_name }}, the frost came early this time.\n")
	events()
	if page := sees("/?show=text", "the frost came early this time."); strings.Contains(page, "leaves a blank") {
		t.Error("a blank for readers whose names are known")
	}
	save(file, head+"the {{ subscriber.frost }} came.\n")
	events()
	sees("/?show=text", "cannot be shown as it is now", "the frost came early this time.", "unknown name &#34;subscriber.frost&#34;", "line 5, column ")
	save(file, head+"the frost came at last.\n")
	events()
	settings := filepath.Join(dir, "newsletters", "harbor", "newsletter.toml")
	data, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	save(settings, strings.Replace(string(data), "Harbor Letters", "Quay Letters", 1))
	events()
	sees("/?show=text", "the frost came at last.", "Quay Letters")
	if err := os.MkdirAll(filepath.Join(dir, "templates", "mail"), 0o700); err != nil {
		t.Fatal(err)
	}
	save(filepath.Join(dir, "templates", "mail", "letter.txt.tmpl"), `{{define "opening"}}A frame of our own{{end}}{{template "base" .}}`)
	events()
	sees("/?show=text", "A frame of our own")

	p.signal(syscall.SIGINT)
	if code, said := p.end(); code != 0 {
		t.Errorf("stopped with %d:\n%s", code, said)
	}
}

// mustFollow opens a stream of events and returns a function that waits for the
// next one.
func mustFollow(t *testing.T, url string) (next func()) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	return func() {
		t.Helper()
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "data: ") {
				return
			}
		}
		t.Fatalf("no more events: %v", lines.Err())
	}
}
