package main_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"tidings/internal/smtptest"
)

// A test whose answer is lost may have arrived, and what was answered before it is
// told.
func TestTest_NoAnswer(t *testing.T) {
	t.Parallel()
	relay := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot && e.To == "bo@example.org" {
			return smtptest.Lose(smtptest.Close)
		}
		return smtptest.Reply{}
	}})
	dir, _ := mustSite(t, relay.Addr(), 0)
	p := start(t, dir, "test", "harbor/first-frost", "--to", "ada@example.org", "--to", "bo@example.org", "--json")
	code, said := p.end()
	for _, want := range []string{`"to": "ada@example.org"`, "relay primary took the test to bo@example.org", "it may have arrived all the same"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing about %q in:\n%s", want, said)
		}
	}
	if code != 1 {
		t.Errorf("exit %d, want 1", code)
	}
}

// Whoever stops waiting for a relay is told that it was the relay, and who got none.
func TestTest_Stopped(t *testing.T) {
	t.Parallel()
	relay := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Rcpt {
			return smtptest.Reply{Delay: time.Hour}
		}
		return smtptest.Reply{}
	}})
	dir, _ := mustSite(t, relay.Addr(), 0)
	p := start(t, dir, "test", "harbor/first-frost", "--to", "ada@example.org", "--to", "bo@example.org")
	for relay.Events(smtptest.Rcpt) == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	p.signal(syscall.SIGINT)
	code, said := p.end()
	for _, want := range []string{"tidings: stopped (relay primary had not answered yet; nothing went to ada@example.org)", "not tried: bo@example.org"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing about %q in:\n%s", want, said)
		}
	}
	if code != 1 {
		t.Errorf("exit %d, want 1", code)
	}
}
