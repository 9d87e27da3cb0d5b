package main_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const welcomeFile = `---
title: Welcome to the quay
subject: 'Welcome, {{ subscriber.first_name | default: "reader" }}'
description: What comes to you from now on, and how to stop it whenever you like.
---

Good that you are here, {{ subscriber.first_name | default: "reader" }}.
`

// Joining by JSON, a reminder a day later, the welcome, a welcome that is broken,
// and a new key, after which old links go on working.
func TestServe_Joining(t *testing.T) {
	t.Parallel()
	dir, _ := mustSite(t, "", 0)
	settings, welcome := filepath.Join(dir, "newsletters", "harbor", "newsletter.toml"), filepath.Join(dir, "newsletters", "harbor", "welcome.md")
	edit(t, settings, "double_opt_in", "remind_after = \"1d\"\ndouble_opt_in")
	write(t, welcome, welcomeFile)
	write(t, filepath.Join(dir, "tidings.toml"), read(t, filepath.Join(dir, "tidings.toml"))+"\n[notify]\nto = [\"ida@example.org\"]\n")
	server := start(t, dir, "serve", "--listen", "127.0.0.1:0", "--clock-offset", "25h")
	pages := server.await(`(http://\S+)/mailbox`)[1]
	server.await("Ctrl-C")

	ada := &reader{t: t, dir: dir, pages: pages, email: "ada@example.net"}
	ada.visit(http.MethodPost, "/harbor/subscribe", "application/json", `{"email": "ada@example.net", "first_name": "Ada"}`, http.StatusOK)
	ada.awaitLetter("Please confirm")
	again := ada.awaitLetter("Once more") // by the first round of housekeeping
	ada.visit(http.MethodPost, confirmLink.FindString(text(t, again)), form, "", http.StatusOK)
	hello := ada.awaitLetter("Welcome, Ada")
	if body := text(t, hello); !strings.Contains(body, "Good that you are here, Ada.") {
		t.Errorf("the welcome says\n%s", body)
	}

	write(t, welcome, welcomeFile+"\n{{ subscriber.shoe_size }}\n")
	ben := &reader{t: t, dir: dir, pages: pages, email: "ben@example.net"}
	ben.visit(http.MethodPost, "/harbor/subscribe", form, "email=ben@example.net", http.StatusOK)
	ben.visit(http.MethodPost, confirmLink.FindString(text(t, ben.awaitLetter("Please confirm"))), form, "", http.StatusOK)
	if got := ben.state(); got != "confirmed" {
		t.Errorf("where the welcome is broken, a reader who confirms is %s", got)
	}
	ida := &reader{t: t, dir: dir, pages: pages, email: "ida@example.org"}
	ida.awaitLetter("") // the welcome that cannot be sent, and what else there is by then

	if code, said := start(t, dir, "keys", "rotate").end(); code != 1 || !strings.Contains(said, "stop it, make the key, and start it again") {
		t.Errorf("a new key beside serve: %d %q", code, said)
	}
	server.signal(syscall.SIGTERM)
	server.end()
	run(t, dir, "keys", "rotate", "--despite-open") // what staff are told may still wait
	server = start(t, dir, "serve", "--listen", "127.0.0.1:0")
	ada.pages = server.await(`(http://\S+)/mailbox`)[1]
	server.await("Ctrl-C")
	leave, _, _ := strings.Cut(strings.TrimPrefix(hello.Header.Get("List-Unsubscribe"), "<"), ">")
	ada.visit(http.MethodPost, leave, form, "List-Unsubscribe=One-Click", http.StatusOK)
	if got := ada.state(); got != "unsubscribed" {
		t.Errorf("by an old link, after a new key, the reader is %s", got)
	}
	if n := len(ada.letters("Welcome")); n != 1 {
		t.Errorf("Ada was welcomed %d times", n)
	}
}
