package main_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tidings/internal/smtptest"
)

var (
	kills = flag.Int("kills", 10, "how often TestKill kills")
	seed  = flag.Uint64("seed", 0, "when TestKill kills; 0: another time each run")
)

// judge fails the test unless each reader got the issue once, but for those
// whose delivery is unknown: they got it once or not at all, and are named.
func judge(t *testing.T, dir string, relay *smtptest.Server, readers []string, final report) {
	t.Helper()
	verdict := smtptest.Judge(relay.Recipients(), readers)
	if len(verdict.Duplicates) > 0 || len(verdict.Unwanted) > 0 {
		t.Errorf("the relay got %+v", verdict)
	}
	for _, email := range verdict.Lost {
		if got := fate(t, dir, email); got != "unknown" {
			t.Errorf("%s got nothing, and the delivery is %s", email, got)
		}
	}
	if !final.closes() || final.State != "sent" || final.Audience != len(readers) {
		t.Errorf("the equation of %d readers does not close: %+v", len(readers), final)
	}
}

// fate is the state of the only delivery to a reader.
func fate(t *testing.T, dir, email string) string {
	t.Helper()
	var story struct{ Mails []struct{ State string } }
	if err := json.Unmarshal([]byte(run(t, dir, "subscribers", "show", email, "--json")), &story); err != nil {
		t.Fatal(err)
	}
	if len(story.Mails) != 1 {
		t.Fatalf("%s has %d deliveries, want 1", email, len(story.Mails))
	}
	return story.Mails[0].State
}

var publishFrost = []string{"publish", "harbor/first-frost", "--now", "--wait"}

// Killed again and again in the middle of a send, and started again each time:
// nobody gets two, nobody is lost, and what nobody can know is named.
func TestKill(t *testing.T) {
	t.Parallel()
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("again with: -run TestKill -seed %d -kills %d", *seed, *kills)
	random := rand.New(rand.NewPCG(*seed, 0))
	relay := smtptest.New(t, smtptest.Config{})
	dir, readers := mustSite(t, relay.Addr(), 150**kills)
	for range *kills {
		p := start(t, dir, publishFrost...)
		if err := relay.Wait(t.Context(), len(relay.Accepted())+1+random.IntN(100)); err != nil {
			t.Fatal(err)
		}
		select { // anywhere within the next sentences
		case <-time.After(time.Duration(random.IntN(5000)) * time.Microsecond):
		case <-t.Context().Done():
		}
		p.signal(syscall.SIGKILL)
		p.end()
	}
	run(t, dir, publishFrost...)
	final := status(t, dir, "harbor/first-frost")
	judge(t, dir, relay, readers, final)
	if most := relayConnections * *kills; final.Unknown > most {
		t.Errorf("%d unknown after %d kills over %d connections", final.Unknown, *kills, relayConnections)
	}
	t.Logf("%d kills: %d sent, %d unknown", *kills, final.Sent, final.Unknown)
}

// Asked to stop in the middle of a send, it finishes its sentences: nothing is
// unknown, the rest stays queued, and the next run sends it. A terminal that is
// closed asks as well: its shell, and then the system.
func TestStop(t *testing.T) {
	t.Parallel()
	for name, signals := range map[string][]os.Signal{
		"SIGTERM":           {syscall.SIGTERM},
		"a closed terminal": {syscall.SIGHUP, syscall.SIGHUP},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stopsInMidSend(t, signals)
		})
	}
}

func stopsInMidSend(t *testing.T, signals []os.Signal) {
	t.Helper()
	relay := smtptest.New(t, smtptest.Config{})
	dir, readers := mustSite(t, relay.Addr(), 600)
	p := start(t, dir, publishFrost...)
	if err := relay.Wait(t.Context(), 50); err != nil {
		t.Fatal(err)
	}
	asked := time.Now()
	for _, s := range signals {
		p.signal(s)
	}
	code, said := p.end()
	if took := time.Since(asked); took > 10*time.Second {
		t.Errorf("took %s to stop", took)
	}
	if want := "tidings: stopped; what was not sent stays queued (run the same command again"; code != 1 || !strings.Contains(said, want) {
		t.Errorf("stopped with %d and without %q:\n%s", code, want, said)
	}
	half := status(t, dir, "harbor/first-frost")
	if !half.closes() || half.Unknown != 0 || half.Queued == 0 || half.Sent != len(relay.Accepted()) {
		t.Errorf("after the stop, with %d accepted: %+v", len(relay.Accepted()), half)
	}
	run(t, dir, publishFrost...)
	final := status(t, dir, "harbor/first-frost")
	judge(t, dir, relay, readers, final)
	if final.Sent != len(readers) {
		t.Errorf("at last: %+v, want all sent", final)
	}
}

// slowDot is a relay that takes its time over each message.
func slowDot(delay time.Duration) func(smtptest.Event) smtptest.Reply {
	return func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot {
			return smtptest.Reply{Delay: delay}
		}
		return smtptest.Reply{}
	}
}

// Of two that wait for an issue, the second goes on with it when the first is stopped;
// and says what else is left, when it is done.
func TestPublish_TakesOver(t *testing.T) {
	t.Parallel()
	relay := smtptest.New(t, smtptest.Config{Policy: slowDot(20 * time.Millisecond)})
	dir, readers := mustSite(t, relay.Addr(), 600)
	first := start(t, dir, publishFrost...)
	if err := relay.Wait(t.Context(), 20); err != nil {
		t.Fatal(err)
	}
	second := start(t, dir, publishFrost...)
	run(t, dir, "publish", "harbor/spare-keys", "--now")
	run(t, dir, "pause", "harbor/spare-keys")
	first.signal(syscall.SIGTERM)
	first.end()
	code, said := second.end()
	if code != 0 || !strings.Contains(said, "600 mails still to be sent: run tidings serve") {
		t.Errorf("the second ended with %d and said:\n%s", code, said)
	}
	judge(t, dir, relay, readers, status(t, dir, "harbor/first-frost"))
}

// What is unknown is sent once more when a person says so, but not to who left since.
func TestResend(t *testing.T) {
	t.Parallel()
	relay := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot && e.Nth <= 2 {
			return smtptest.Lose(smtptest.Close)
		}
		return smtptest.Reply{}
	}})
	dir, readers := mustSite(t, relay.Addr(), 5)
	run(t, dir, publishFrost...)
	if first := status(t, dir, "harbor/first-frost"); first.Unknown != 2 || first.Sent != 3 {
		t.Fatalf("%+v, want 2 unknown", first)
	}
	for _, email := range readers {
		if fate(t, dir, email) == "unknown" {
			run(t, dir, "subscribers", "unsubscribe", email, "--newsletter", "harbor")
			break
		}
	}
	code, said := start(t, dir, "resend", "harbor/first-frost", "--unknown").end()
	if want := "tidings: 1 queued once more\ntidings: 1 not: their readers left"; code != 0 || !strings.Contains(said, want) {
		t.Errorf("exit %d without %q:\n%s", code, want, said)
	}
	run(t, dir, publishFrost...)
	if last := status(t, dir, "harbor/first-frost"); last.State != "sent" || last.Unknown != 1 || last.Sent != 4 || !last.closes() {
		t.Errorf("%+v, want 4 sent and 1 unknown", last)
	}
}

// A stop waits for answers as long as the settings say; what is not answered by
// then is unknown.
func TestStop_Wait(t *testing.T) {
	t.Parallel()
	relay := smtptest.New(t, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot {
			return smtptest.Reply{Then: smtptest.Hang, Quiet: true}
		}
		return smtptest.Reply{}
	}})
	dir, _ := mustSite(t, relay.Addr(), 1)
	name := filepath.Join(dir, "tidings.toml")
	settings, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	settings = bytes.Replace(settings, []byte("[delivery]\n"), []byte("[delivery]\nstop_wait = \"1s\"\n"), 1)
	if err := os.WriteFile(name, settings, 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, dir, publishFrost...)
	eventually(t, "a dot", func() bool { return relay.Events(smtptest.Dot) == 1 })
	asked := time.Now()
	p.signal(syscall.SIGTERM)
	_, said := p.end()
	if took := time.Since(asked); took < time.Second || took > 20*time.Second {
		t.Errorf("took %s to stop:\n%s", took, said)
	}
	if got := status(t, dir, "harbor/first-frost"); got.Unknown != 1 || !got.closes() {
		t.Errorf("after the stop: %+v, want one unknown", got)
	}
}

// A relay that is down, or takes the call and says nothing, loses nobody.
func TestPublish_NoRelay(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]func(smtptest.Event) smtptest.Reply{
		"down": nil,
		"refuses calls": func(e smtptest.Event) smtptest.Reply {
			if e.Step == smtptest.Greeting {
				return smtptest.Reply{Code: 554, Text: "5.3.2 closed today", Then: smtptest.Close}
			}
			return smtptest.Reply{}
		},
		"hangs": func(e smtptest.Event) smtptest.Reply {
			if e.Step == smtptest.Greeting {
				return smtptest.Drop(smtptest.Hang)
			}
			return smtptest.Reply{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			relay := smtptest.New(t, smtptest.Config{Policy: policy})
			dir, readers := mustSite(t, relay.Addr(), 5)
			if policy == nil {
				relay.Close()
			}
			p := start(t, dir, publishFrost...)
			if name == "hangs" {
				eventually(t, "a call", func() bool { return relay.Connections() > 0 })
			} else {
				p.await("cannot send now; nothing is lost")
			}
			p.signal(syscall.SIGINT)
			p.await("once more stops at once")
			if name == "hangs" {
				p.signal(syscall.SIGINT)
			}
			asked := time.Now()
			if code, said := p.end(); code != 1 || time.Since(asked) > 10*time.Second {
				t.Errorf("stopped with %d after %s:\n%s", code, time.Since(asked), said)
			}
			if got := status(t, dir, "harbor/first-frost"); got.Queued != 5 || !got.closes() {
				t.Errorf("after the stop: %+v, want all queued", got)
			}
			at := relay.Addr()
			relay.Close()
			relay = smtptest.New(t, smtptest.Config{Address: at})
			run(t, dir, publishFrost...)
			if got := relay.Recipients(); len(got) != len(readers) || len(slices.Compact(slices.Sorted(slices.Values(got)))) != len(readers) {
				t.Errorf("at last the relay got %q", got)
			}
		})
	}
}
