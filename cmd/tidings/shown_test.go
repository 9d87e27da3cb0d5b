package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// The mailbox of a site with a name of its own has no pages: the proxy before it
// may look as a browser on this machine. Serve says where the mails are, and which
// template of the site nothing reads.
func TestServe_MailboxOfAPublicSite(t *testing.T) {
	t.Parallel()
	dir, _ := mustSite(t, "", 0)
	edit(t, filepath.Join(dir, "tidings.toml"), "base_url = \"http://127.0.0.1:8080\"", "base_url = \"https://news.example.org\"")
	if err := os.MkdirAll(filepath.Join(dir, "templates", "web"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "templates", "web", "confrim.html"), "x")
	server := start(t, dir, "serve", "--listen", "127.0.0.1:0")
	server.await(`^templates/web/confrim.html: is read by nothing: .*did you mean templates/web/confirm.html`)
	pages := server.await(`tidings: pages    (http://\S+)/`)[1]
	server.await(`^tidings: mailbox  kept in the data folder; .*base_url`)
	server.await("Ctrl-C")
	if code, page := fetch(t.Context(), t, http.MethodGet, pages+"/mailbox", "", ""); code != http.StatusNotFound {
		t.Errorf("the mailbox is shown to a proxy that calls us 127.0.0.1: %d\n%s", code, page)
	}
	server.signal(syscall.SIGTERM)
	server.end()
}
