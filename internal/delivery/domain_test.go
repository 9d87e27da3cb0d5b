package delivery_test

import (
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// A domain with a rate of its own keeps it, and holds up nobody: though its
// readers stand first, and are more than fit in memory, the others have theirs
// at once.
func TestDomain_Rate(t *testing.T) {
	weather(t, 0, smtptest.Config{}, func(b *bench) {
		b.subscribe("slow.example", 400)
		b.subscribe("quick.example", 200)
		b.config.DomainRate = map[string]float64{"slow.example": 20}
		b.publish("frost")
		began := time.Now()
		defer b.start()()
		if tally, took := b.await("frost", 2*time.Minute); tally.Sent != 600 || took < 19*time.Second || took > 23*time.Second {
			t.Errorf("%+v after %v, want 600 sent after 20 s", tally, took)
		}
		steady(t, arrivals(b.relay, "slow.example"), 20)
		quick := arrivals(b.relay, "quick.example")
		if last := quick[len(quick)-1].Time.Sub(began); last > 2*time.Second {
			t.Errorf("the others had it after %v, want at once", last)
		}
	})
}

// A domain that says that we are too fast is slowed down, then left alone, and
// looked after by single messages; the others notice nothing.
func TestDomain_Breaker(t *testing.T) {
	var refusals atomic.Int32
	var back time.Time // set before anything is sent
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step != smtptest.Rcpt || !strings.HasSuffix(e.To, "@busy.example") || time.Now().After(back) {
			return smtptest.Reply{}
		}
		refusals.Add(1)
		return smtptest.Say(450, "4.7.28 unusual rate of mail")
	}
	weather(t, 0, smtptest.Config{Policy: policy}, func(b *bench) {
		b.config.Poll, back = 5*time.Second, time.Now().Add(time.Hour)
		b.subscribe("busy.example", 150)
		b.subscribe("calm.example", 150)
		b.publish("frost")
		began := time.Now()
		defer b.start()()
		time.Sleep(20 * time.Second)
		if n := len(arrivals(b.relay, "calm.example")); n != 150 {
			t.Errorf("%d of 150 calm readers have it, want all", n)
		}
		time.Sleep(10 * time.Minute)
		held := b.health().HeldUp
		if len(held) != 1 || held[0].What != "busy.example" || !strings.Contains(held[0].Why, "unusual rate") || held[0].Until.Before(time.Now()) {
			t.Errorf("held up by %+v, want busy.example", held)
		}
		tally, _ := b.await("frost", 12*time.Hour)
		if tally.Sent != 300 {
			t.Errorf("tally %+v, want 300 sent", tally)
		}
		if n := refusals.Load(); n > 60 {
			t.Errorf("%d refusals in an hour, want few", n)
		}
		busy := arrivals(b.relay, "busy.example")
		if first := busy[0].Time.Sub(began); first > 100*time.Minute {
			t.Errorf("the domain was found well after %v, want soon after an hour", first)
		}
	})
}

// Once somebody has mended what the relay refused the sender for, resuming sends to
// those who were refused too, however few they are.
func TestAlarm_Mended(t *testing.T) {
	for _, readers := range []int{1, 4, 8, 60} {
		t.Run(strconv.Itoa(readers), func(t *testing.T) {
			var mended atomic.Bool
			policy := func(e smtptest.Event) smtptest.Reply {
				switch {
				case e.Step == smtptest.Dot && !mended.Load():
					return smtptest.Say(550, "5.7.515 Access denied, sending domain does not meet the required authentication level")
				case e.Step == smtptest.Rcpt && e.To == address(0) && mended.Load():
					return smtptest.Say(550, "5.1.1 user unknown")
				}
				return smtptest.Reply{}
			}
			weather(t, readers, smtptest.Config{Policy: policy}, func(b *bench) {
				b.publish("frost")
				defer b.start()()
				time.Sleep(time.Minute)
				i, err := b.store.FindIssue(b.t.Context(), "harbor", "frost")
				if err != nil || i.State != newsletter.IssuePaused || !strings.Contains(i.Reason, "5.7.515") {
					t.Fatalf("%+v, %v: want it paused, and why", i, err)
				}
				mended.Store(true)
				if err := b.store.Resume(b.t.Context(), i.ID); err != nil {
					t.Fatal(err)
				}
				tally, _ := b.await("frost", time.Hour)
				if tally.Sent != readers-1 || tally.Failed != 1 {
					t.Errorf("%+v, want all sent but the one who is not there", tally)
				}
			})
		})
	}
}

// Many domains that refuse at once neither fill the memory nor stop the rest.
func TestDomain_Many(t *testing.T) {
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Rcpt && strings.HasSuffix(e.To, ".busy.example") {
			return smtptest.Say(450, "4.7.28 unusual rate of mail")
		}
		return smtptest.Reply{}
	}
	weather(t, 0, smtptest.Config{Policy: policy}, func(b *bench) {
		for i := range 60 {
			b.subscribe(string(rune('a'+i/26))+string(rune('a'+i%26))+".busy.example", 5)
		}
		b.subscribe("calm.example", 50)
		b.publish("frost")
		defer b.start()()
		time.Sleep(time.Minute)
		if n := len(arrivals(b.relay, "calm.example")); n != 50 {
			t.Errorf("%d of 50 calm readers have it, want all", n)
		}
	})
}

// A relay that hangs up on all readers of one domain holds up no others, though there
// are more of them than connections, and they stand first.
func TestDomain_HangsUp(t *testing.T) {
	for name, reply := range map[string]smtptest.Reply{
		"closes": smtptest.Drop(smtptest.Close), "421": smtptest.Say(421, "4.7.28 too much mail"),
	} {
		t.Run(name, func(t *testing.T) {
			var back time.Time // set before anything is sent
			policy := func(e smtptest.Event) smtptest.Reply {
				if e.Step == smtptest.Rcpt && strings.HasSuffix(e.To, "@curt.example") && time.Now().Before(back) {
					return reply
				}
				return smtptest.Reply{}
			}
			weather(t, 0, smtptest.Config{Policy: policy}, func(b *bench) {
				b.config.Poll, back = seldom, time.Now().Add(5*time.Minute)
				b.subscribe("curt.example", 30)
				b.subscribe("calm.example", 90)
				b.publish("frost")
				defer b.start()()
				time.Sleep(time.Minute)
				if n := len(arrivals(b.relay, "calm.example")); n != 90 {
					t.Errorf("%d of 90 calm readers have it, want all; held up by %+v", n, b.health().HeldUp)
				}
				if tally, took := b.await("frost", 12*time.Hour); tally.Sent != 120 {
					t.Errorf("%+v after %v, want 120 sent", tally, took)
				}
				if curt, calm := len(arrivals(b.relay, "curt.example")), len(arrivals(b.relay, "calm.example")); curt != 30 || calm != 90 {
					t.Errorf("%d and %d mails arrived, want 30 and 90", curt, calm)
				}
			})
		})
	}
}

// When too many answers are the sender's own fault, the issue waits for a
// person, and most of its readers are spared.
func TestAlarm(t *testing.T) {
	denied := smtptest.Say(550, "5.7.515 Access denied, sending domain does not meet the required authentication level")
	after := func(n int) func(smtptest.Event) smtptest.Reply {
		return func(e smtptest.Event) smtptest.Reply {
			if e.Step == smtptest.Dot && e.Nth > n {
				return denied
			}
			return smtptest.Reply{}
		}
	}
	for _, c := range []struct {
		name    string
		readers int
		policy  func(smtptest.Event) smtptest.Reply
		paused  bool
	}{
		{"no DMARC", 120, after(0), true},
		{"no DMARC, few readers", 15, after(0), true},
		{"no DMARC, from the second message on", 120, after(1), true},
		{"some of few readers", 15, after(3), false},
		{"nobody there", 120, at(smtptest.Dot, smtptest.Say(550, "5.1.1 user unknown")), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			weather(t, c.readers, smtptest.Config{Policy: c.policy}, func(b *bench) {
				b.publish("frost")
				defer b.start()()
				time.Sleep(time.Minute)
				i, err := b.store.FindIssue(b.t.Context(), "harbor", "frost")
				if err != nil {
					t.Fatal(err)
				}
				if paused := i.State == newsletter.IssuePaused; paused != c.paused || paused != strings.Contains(i.Reason, "5.7.515") {
					t.Errorf("%s because of %q, want paused %v", i.State, i.Reason, c.paused)
				}
				if b.tally(i); c.paused && (i.Failed > 30 || i.Open() == 0) {
					t.Errorf("%d failed before it was noticed", i.Failed)
				}
			})
		})
	}
}
