package main_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Another program holds the database for long (fault I13): whoever leaves meanwhile
// is told within seconds that it did not work yet, and nobody is told that it did.
func TestServe_DatabaseHeld(t *testing.T) {
	t.Parallel()
	dir, addresses := mustSite(t, "", 1)
	server := start(t, dir, "serve", "--listen", "127.0.0.1:0")
	r := &reader{t: t, dir: dir, pages: server.await(`(http://\S+)/mailbox`)[1], email: addresses[0]}
	run(t, dir, "publish", "harbor/first-frost", "--now", "--wait")
	leave, _, _ := strings.Cut(strings.TrimPrefix(r.awaitLetter("First frost").Header.Get("List-Unsubscribe"), "<"), ">")
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data", "tidings.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "PRAGMA busy_timeout = 30000; BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	page := r.visit(http.MethodPost, leave, form, "List-Unsubscribe=One-Click", http.StatusServiceUnavailable)
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("answered after %v", took)
	}
	if !strings.Contains(page, "try again") {
		t.Errorf("does not say that it can be tried again:\n%s", page)
	}
	if got := r.state(); got != "confirmed" {
		t.Errorf("meanwhile the reader is %s", got)
	}
	if _, err := db.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	r.visit(http.MethodPost, leave, form, "List-Unsubscribe=One-Click", http.StatusOK)
	if got := r.state(); got != "unsubscribed" {
		t.Errorf("in the end the reader is %s", got)
	}
}
