package delivery_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// A relay that answers at once, but takes long over one message, holds up nobody
// else by it: not even the one whose envelope went with that message's dot.
func TestWorker_SlowAnswerToOne(t *testing.T) {
	const readers = 60
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot && e.To == address(10) {
			return smtptest.Reply{Delay: 5 * time.Minute}
		}
		return smtptest.Reply{}
	}
	weather(t, readers, smtptest.Config{Policy: policy}, func(b *bench) {
		b.config.Routes[0].Connections = 2
		b.publish("frost")
		defer b.start()()
		time.Sleep(10 * time.Second)
		if tally := b.count("frost"); tally.Sent != readers-1 {
			t.Errorf("after ten seconds: %+v", tally)
		}
		tally, _ := b.await("frost", time.Hour)
		if diff := cmp.Diff(newsletter.Tally{Audience: readers, Sent: readers}, tally); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
		b.once(readers)
	})
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

// A relay that keeps its answer to a dot until it is done with the recipient behind
// it, and takes long over some of them, holds up one message more for each of those.
func TestWorker_SlowRecipients(t *testing.T) {
	const readers, slow = 400, 4
	policy := func(e smtptest.Event) smtptest.Reply {
		for i := range slow {
			if e.Step == smtptest.Rcpt && e.To == address(100+5*i) {
				return smtptest.Reply{Delay: 90 * time.Second}
			}
		}
		return smtptest.Reply{}
	}
	weather(t, readers, smtptest.Config{Policy: policy, Holds: true}, func(b *bench) {
		b.config.Routes[0].Connections = 8
		b.publish("frost")
		defer b.start()()
		time.Sleep(10 * time.Second)
		if tally := b.count("frost"); tally.Sent < readers-2*slow {
			t.Errorf("after ten seconds: %+v", tally)
		}
		tally, _ := b.await("frost", time.Hour)
		if diff := cmp.Diff(newsletter.Tally{Audience: readers, Sent: readers}, tally); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
		b.once(readers)
	})
}

// Where such a relay dies over a recipient, with the answers that it kept, the others
// have theirs, and that one is tried again by the settings for retries.
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
