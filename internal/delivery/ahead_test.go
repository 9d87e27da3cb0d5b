package delivery_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// A relay that answers at once, but takes long over one message or a few readers,
// holds up nobody else by it: not even the one whose envelope went with that message's
// dot. Where it keeps its answer to a dot until it is done with the recipient behind
// it, the message before may wait with each of those.
func TestWorker_SlowOver(t *testing.T) {
	one := func(to string) bool { return to == address(10) }
	few := func(to string) bool {
		return slices.Contains([]string{address(100), address(105), address(110), address(115)}, to)
	}
	for _, c := range []struct {
		name                       string
		readers, connections, wait int // wait: readers who may wait
		holds                      bool
		step                       smtptest.Step
		slow                       func(to string) bool
	}{
		{"one message", 60, 2, 1, false, smtptest.Dot, one},
		{"a few recipients", 400, 8, 2 * 4, true, smtptest.Rcpt, few},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := func(e smtptest.Event) smtptest.Reply {
				if e.Step == c.step && c.slow(e.To) {
					return smtptest.Reply{Delay: 90 * time.Second}
				}
				return smtptest.Reply{}
			}
			weather(t, c.readers, smtptest.Config{Policy: policy, Holds: c.holds}, func(b *bench) {
				b.config.Routes[0].Connections = c.connections
				b.publish("frost")
				defer b.start()()
				time.Sleep(10 * time.Second)
				if tally := b.count("frost"); tally.Sent < c.readers-c.wait || tally.Sent == c.readers {
					t.Errorf("after ten seconds: %+v", tally)
				}
				tally, _ := b.await("frost", time.Hour)
				if diff := cmp.Diff(newsletter.Tally{Audience: c.readers, Sent: c.readers}, tally); diff != "" {
					t.Errorf("tally (-want +got):\n%s", diff)
				}
				b.once(c.readers)
			})
		})
	}
}

// Where the relay takes its time over every message, no envelope goes ahead: each
// would cost a connection.
func TestWorker_SlowAnswers(t *testing.T) {
	const readers = 30
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot {
			return smtptest.Reply{Delay: 3 * time.Second}
		}
		return smtptest.Reply{}
	}
	weather(t, readers, smtptest.Config{Policy: policy}, func(b *bench) {
		b.publish("frost")
		defer b.start()()
		b.await("frost", time.Hour)
		b.once(readers)
		if n := b.relay.Connections(); n > 4 {
			t.Errorf("%d connections, want the four", n)
		}
	})
}

// A job that was taken ahead has its turn later where the issue is paused between
// its envelope and its dot.
func TestWorker_PausedWithJobsAhead(t *testing.T) {
	const readers = 200
	var pause func()
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot && e.Nth%50 == 0 {
			pause()
		}
		return smtptest.Reply{}
	}
	weather(t, readers, smtptest.Config{Policy: policy}, func(b *bench) {
		b.publish("frost")
		issue, err := b.store.FindIssue(b.t.Context(), "harbor", "frost")
		if err != nil {
			t.Fatal(err)
		}
		pauses := 0
		pause = func() {
			if pauses++; pauses > 3 {
				return
			}
			if err := b.store.Pause(b.t.Context(), issue.ID); err != nil {
				t.Error(err)
			}
		}
		defer b.start()()
		for i := range 3 {
			time.Sleep(time.Minute)
			if tally := b.count("frost"); tally.Attempting > 0 || tally.Unknown > 0 || tally.Sent < 50*(i+1) || tally.Queued == 0 {
				t.Errorf("while it is paused: %+v", tally)
			}
			if err := b.store.Resume(b.t.Context(), issue.ID); err != nil {
				t.Fatal(err)
			}
		}
		tally, _ := b.await("frost", time.Hour)
		if diff := cmp.Diff(newsletter.Tally{Audience: readers, Sent: readers}, tally); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
		b.once(readers)
	})
}

// Where a relay dies over a recipient, with answers that it kept, the others have
// theirs, and that one is tried again by the settings for retries.
func TestWorker_DiesOverOne(t *testing.T) {
	const readers = 200
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Rcpt && e.To == address(17) {
			return smtptest.Drop(smtptest.Close)
		}
		return smtptest.Reply{}
	}
	weather(t, readers, smtptest.Config{Policy: policy, Holds: true}, func(b *bench) {
		b.config.Retry = newsletter.Retry{Waits: []time.Duration{10 * time.Minute}, GiveUp: time.Hour}
		b.publish("frost")
		defer b.start()()
		time.Sleep(5 * time.Minute)
		if tally := b.count("frost"); tally.Sent < readers-2 || tally.Deferred != 1 {
			t.Errorf("after five minutes: %+v, held up by %+v", tally, b.health())
		}
		tally, _ := b.await("frost", 3*time.Hour)
		if tally.Failed != 1 || tally.Unknown > 1 || tally.Sent+tally.Unknown != readers-1 {
			t.Errorf("%+v", tally)
		}
		for i := range readers {
			if n := b.relay.Count(address(i)); n != 1 && i != 17 {
				t.Errorf("%s has it %d times", address(i), n)
			}
		}
	})
}
