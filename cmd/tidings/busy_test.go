package main_test

import (
	"net/http"
	"strings"
	"syscall"
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
	db := database(t, dir)
	if _, err := db.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
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

// A command that takes long says how far it is, and what to do if it is stopped then.
func TestCancel_TakesLong(t *testing.T) {
	t.Parallel()
	dir, _ := mustSite(t, "", 3)
	run(t, dir, "publish", "harbor/first-frost", "--now")
	db := database(t, dir)
	if _, err := db.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	p := start(t, dir, "cancel", "harbor/first-frost")
	p.await("harbor/first-frost, skipped so far: 0")
	p.signal(syscall.SIGTERM)
	if code, said := p.end(); code != 1 || !strings.Contains(said, "run the same command again") {
		t.Errorf("stopped with %d, and said:\n%s", code, said)
	}
	if _, err := db.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "cancel", "harbor/first-frost")
	if got := status(t, dir, "harbor/first-frost"); got.Skipped != 3 {
		t.Errorf("after the second time: %+v", got)
	}
}

// A command that is stopped while it freezes an issue, or cancels one, leaves it half
// done: a serve that runs goes on with it.
func TestServe_GoesOn(t *testing.T) {
	t.Parallel()
	dir, _ := mustSite(t, "", 3)
	run(t, dir, "publish", "harbor/first-frost", "--now")
	run(t, dir, "publish", "harbor/spare-keys", "--now")
	db := database(t, dir)
	do := func(statements string) {
		if _, err := db.ExecContext(t.Context(), statements); err != nil {
			t.Fatal(err)
		}
	}
	do(`DELETE FROM delivery WHERE issue_id = (SELECT id FROM issue WHERE slug = 'first-frost') AND subscriber_id > 1;
		UPDATE issue SET expanded = 1, audience = 1, queued = 1 WHERE slug = 'first-frost';
		UPDATE issue SET state = 'held'`)
	server := start(t, dir, "serve", "--listen", "127.0.0.1:0")
	server.await("Ctrl-C")
	do(`UPDATE issue SET state = CASE slug WHEN 'first-frost' THEN 'expanding' ELSE 'cancelled' END`)
	eventually(t, "what was frozen half way to be sent", func() bool { return status(t, dir, "harbor/first-frost").Sent == 3 })
	eventually(t, "what was cancelled half way to be skipped", func() bool { return status(t, dir, "harbor/spare-keys").Skipped == 3 })
}
