package delivery_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// A relay that hangs up whenever one reader is named costs the others little, and
// that reader is tried again by the settings for retries, until the end of those.
func TestWorker_HangsUpOnOne(t *testing.T) {
	for name, reply := range map[string]smtptest.Reply{
		"closes": smtptest.Drop(smtptest.Close), "421": smtptest.Say(421, "4.3.2 closing"), "goodbye": smtptest.Say(221, "2.0.0 goodbye"),
	} {
		for _, step := range []smtptest.Step{smtptest.Rcpt, smtptest.Data} {
			t.Run(name+" at "+string(step), func(t *testing.T) {
				var tries atomic.Int32
				policy := func(e smtptest.Event) smtptest.Reply {
					if e.Step == step && e.To == address(3) {
						tries.Add(1)
						return reply
					}
					return smtptest.Reply{}
				}
				weather(t, 60, smtptest.Config{Policy: policy}, func(b *bench) {
					b.config.Routes[0].Connections = 1
					b.config.Retry = newsletter.Retry{Waits: []time.Duration{10 * time.Minute}, GiveUp: time.Hour}
					b.config.Poll = seldom
					b.publish("frost")
					defer b.start()()
					time.Sleep(2 * time.Minute)
					if tally := b.count("frost"); tally.Sent != 59 || tally.Deferred != 1 {
						t.Errorf("after two minutes: %+v, held up by %+v", tally, b.health())
					}
					tally, took := b.await("frost", 2*time.Hour)
					if diff := cmp.Diff(newsletter.Tally{Audience: 60, Sent: 59, Failed: 1}, tally); diff != "" {
						t.Errorf("tally (-want +got):\n%s", diff)
					}
					if took < 45*time.Minute {
						t.Errorf("given up after %v", took)
					}
					if n := tries.Load(); n < 15 || n > 40 { // five, and two each time after; a kept connection tries twice
						t.Errorf("tried %d times", n)
					}
				})
			})
		}
	}
}

// A relay that hangs up once on each message does not make its reader wait.
func TestWorker_HangsUpOnce(t *testing.T) {
	weather(t, 8, smtptest.Config{Policy: firstTime(everyone, smtptest.Drop(smtptest.Close))}, func(b *bench) {
		b.publish("frost")
		defer b.start()()
		if tally, took := b.await("frost", 5*time.Minute); tally.Sent != 8 {
			t.Errorf("%+v after %v", tally, took)
		}
	})
}

// A relay that hangs up on every message for a while makes nobody pay for it.
func TestWorker_HangsUpOnAll(t *testing.T) {
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // of every bubble
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Rcpt && time.Since(start) < time.Hour {
			return smtptest.Drop(smtptest.Close)
		}
		return smtptest.Reply{}
	}
	weather(t, 40, smtptest.Config{Policy: policy}, func(b *bench) {
		b.config.Poll = seldom
		b.publish("frost")
		defer b.start()()
		tally, _ := b.await("frost", 3*time.Hour)
		if diff := cmp.Diff(newsletter.Tally{Audience: 40, Sent: 40}, tally); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
		b.once(40)
	})
}
