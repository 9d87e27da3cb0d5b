package main_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tidings/internal/smtptest"
)

// A serve that is asked to stop waits for the answer to a dot that is gone (rule R14).
func TestServe_Stop(t *testing.T) {
	t.Parallel()
	relay := smtptest.New(t, smtptest.Config{Policy: slowDot(3 * time.Second)})
	dir, _ := mustSite(t, relay.Addr(), 1)
	server := start(t, dir, "serve", "--listen", "127.0.0.1:0")
	server.await("Ctrl-C")
	run(t, dir, "publish", "harbor/first-frost", "--now")
	eventually(t, "a dot", func() bool { return relay.Events(smtptest.Dot) == 1 })
	server.signal(syscall.SIGTERM)
	if code, said := server.end(); code != 0 {
		t.Errorf("ended with %d:\n%s", code, said)
	}
	if got := status(t, dir, "harbor/first-frost"); got.Sent != 1 {
		t.Errorf("after the stop: %+v, want it sent", got)
	}
}

// Asked to stop a second time, it waits for no answer: that delivery is unknown.
func TestStop_AtOnce(t *testing.T) {
	t.Parallel()
	relay := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot && e.Nth == 1 {
			return smtptest.Reply{Then: smtptest.Hang, Quiet: true}
		}
		return smtptest.Reply{}
	}})
	dir, _ := mustSite(t, relay.Addr(), 1)
	edit(t, filepath.Join(dir, "tidings.toml"), "[delivery]\n", "[delivery]\nstop_wait = \"1h\"\n")
	p := start(t, dir, publishFrost...)
	eventually(t, "a dot", func() bool { return relay.Events(smtptest.Dot) == 1 })
	p.signal(syscall.SIGTERM)
	p.await("once more stops at once")
	p.signal(syscall.SIGTERM)
	if code, said := p.end(); code != 1 {
		t.Errorf("ended with %d:\n%s", code, said)
	}
	run(t, dir, publishFrost...)
	if got := status(t, dir, "harbor/first-frost"); got.Unknown != 1 || relay.Events(smtptest.Dot) != 1 {
		t.Errorf("in the end: %+v, want one unknown", got)
	}
}

// Whoever waits for an issue that another person stops is told so, and a script too.
func TestPublish_StoppedMeanwhile(t *testing.T) {
	t.Parallel()
	for word, said := range map[string]string{"pause": "harbor/first-frost is paused", "cancel": "harbor/first-frost was cancelled"} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			relay := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
				if e.Step == smtptest.Greeting {
					return smtptest.Drop(smtptest.Hang)
				}
				return smtptest.Reply{}
			}})
			dir, _ := mustSite(t, relay.Addr(), 5)
			p := start(t, dir, publishFrost...)
			eventually(t, "a call", func() bool { return relay.Connections() > 0 })
			run(t, dir, word, "harbor/first-frost")
			if code, all := p.end(); code != 1 || !strings.Contains(all, said) {
				t.Errorf("ended with %d and without %q:\n%s", code, said, all)
			}
		})
	}
}
