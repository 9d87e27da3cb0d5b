package delivery_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// A stop waits a minute for the answers to final dots that are gone, and for
// nothing else (rule R14).
func TestWorker_StopsAfterTheDot(t *testing.T) {
	const readers, connections = 10, 4
	for _, c := range []struct {
		answer, most time.Duration
		want         newsletter.Tally
	}{
		{50 * time.Second, 50 * time.Second, newsletter.Tally{Audience: readers, Sent: connections, Queued: readers - connections}},
		{70 * time.Second, 61 * time.Second, newsletter.Tally{Audience: readers, Unknown: connections, Queued: readers - connections}},
	} {
		t.Run(c.answer.String(), func(t *testing.T) {
			policy := at(smtptest.Dot, smtptest.Reply{Delay: c.answer, Accept: true})
			weather(t, readers, smtptest.Config{Policy: policy}, func(b *bench) {
				b.config.Drain = 0
				b.publish("frost")
				stop := b.start()
				time.Sleep(time.Second)
				asked := time.Now()
				stop()
				if took := time.Since(asked); took > c.most {
					t.Errorf("stopped after %v", took)
				}
				if diff := cmp.Diff(c.want, b.count("frost")); diff != "" {
					t.Errorf("tally (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A stop gives a message that has no claim a few seconds, however many others went
// over its connection before.
func TestWorker_StopsBeforeTheDot(t *testing.T) {
	const readers, taken = 10, 4
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Mail && e.Nth > taken {
			return smtptest.Reply{Quiet: true, Then: smtptest.Hang}
		}
		return smtptest.Reply{}
	}
	weather(t, readers, smtptest.Config{Policy: policy}, func(b *bench) {
		b.publish("frost")
		stop := b.start()
		time.Sleep(time.Second)
		asked := time.Now()
		stop()
		if took := time.Since(asked); took > 4*time.Second {
			t.Errorf("stopped after %v", took)
		}
		want := newsletter.Tally{Audience: readers, Sent: taken, Queued: readers - taken}
		if diff := cmp.Diff(want, b.count("frost")); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
	})
}
