package delivery_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/delivery"
	"tidings/internal/newsletter"
	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
)

// weather runs f in a bubble of fake time, with a relay in memory: hours pass
// as fast as the program can work, beside other tests.
func weather(t *testing.T, readers int, relay smtptest.Config, f func(b *bench)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		relay.Piped = true
		b := newBench(t, readers, relay)
		b.config.Routes = []delivery.Route{b.route("test", b.relay)}
		b.config.Retry = newsletter.DefaultRetry()
		f(b)
		b.relay.Close()
	})
}

// seldom is how often a test of many hours looks for what is due: fake time
// passes as fast as that costs.
const seldom = 10 * time.Second

// route leads to a relay in memory over four connections.
func (b *bench) route(name string, s *smtptest.Server) delivery.Route {
	client := smtpclient.New(smtpclient.Config{Name: name, Address: s.Addr(), TLS: smtpclient.NoTLS, Dial: s.Dial})
	return delivery.Route{Name: name, Connect: func() delivery.Sender { return client.Conn() }, Connections: 4}
}

// await lets time pass until an issue is finished, and returns its tally and
// how long that took.
func (b *bench) await(slug string, limit time.Duration) (newsletter.Tally, time.Duration) {
	b.t.Helper()
	for began := time.Now(); ; time.Sleep(max(min(limit/500, 10*time.Second), 100*time.Millisecond)) {
		i, err := b.store.FindIssue(b.t.Context(), "harbor", slug)
		if err != nil {
			b.t.Fatal(err)
		}
		if i.State == newsletter.IssueSent {
			return b.tally(i), time.Since(began)
		}
		if time.Since(began) > limit {
			b.t.Fatalf("%s after %v: %+v, held up by %+v", i.State, time.Since(began), i.Tally, b.health())
		}
	}
}

func (b *bench) health() newsletter.Health {
	b.t.Helper()
	h, err := b.store.Health(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return h
}

// firstTime gives an answer to the first attempt of some recipients.
func firstTime(some func(to string) bool, reply smtptest.Reply) func(smtptest.Event) smtptest.Reply {
	seen := map[string]bool{}
	return func(e smtptest.Event) smtptest.Reply {
		if e.Step != smtptest.Rcpt || seen[e.To] || !some(e.To) {
			return smtptest.Reply{}
		}
		seen[e.To] = true
		return reply
	}
}

func everyone(string) bool { return true }

// Whatever a relay refuses for now, everybody has it once in the end, and no
// attempt comes before its time (rule R9; RFC 5321, section 4.5.4.1).
func TestStorm_RefusedForNow(t *testing.T) {
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // of every bubble
	for _, c := range []struct {
		name   string
		policy func(smtptest.Event) smtptest.Reply
		least  time.Duration
		most   time.Duration
	}{
		{"451 for two hours", func(e smtptest.Event) smtptest.Reply {
			if e.Step == smtptest.Rcpt && time.Since(start) < 2*time.Hour {
				return smtptest.Say(451, "4.3.0 not now")
			}
			return smtptest.Reply{}
		}, 2 * time.Hour, 5 * time.Hour},
		{"greylisted", firstTime(everyone, smtptest.Say(450, "4.2.0 Greylisted, come back")), 10 * time.Minute, 15 * time.Minute},
		{"451 for a third", firstTime(func(to string) bool { return strings.Contains(to, "3") }, smtptest.Say(451, "4.7.1 later")), 10 * time.Minute, 15 * time.Minute},
		{"421 for a tenth", func(e smtptest.Event) smtptest.Reply {
			if e.Step == smtptest.Rcpt && e.Nth%10 == 0 {
				return smtptest.Say(421, "4.3.2 closing")
			}
			return smtptest.Reply{}
		}, 0, time.Minute},
		{"421 after the dot for a tenth", func(e smtptest.Event) smtptest.Reply {
			if e.Step == smtptest.Dot && e.Nth%10 == 0 {
				return smtptest.Say(421, "4.3.2 closing")
			}
			return smtptest.Reply{}
		}, 10 * time.Minute, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			weather(t, 40, smtptest.Config{Policy: c.policy}, func(b *bench) {
				b.config.Poll = seldom
				b.publish("frost")
				defer b.start()()
				tally, took := b.await("frost", c.most)
				if diff := cmp.Diff(newsletter.Tally{Audience: 40, Sent: 40}, tally); diff != "" {
					t.Errorf("tally (-want +got):\n%s", diff)
				}
				if took < c.least {
					t.Errorf("took %v, want at least %v", took, c.least)
				}
				b.once(40)
			})
		})
	}
}

// A slow relay is waited for: to give up before ten minutes after the dot would
// send a second copy (RFC 5321, section 4.5.3.2.6).
func TestStorm_SlowRelay(t *testing.T) {
	policy := func(e smtptest.Event) smtptest.Reply {
		reply := smtptest.Reply{Drip: time.Second}
		if e.Step == smtptest.Dot {
			reply.Delay = 9*time.Minute + 30*time.Second
		}
		return reply
	}
	weather(t, 8, smtptest.Config{Policy: policy}, func(b *bench) {
		b.publish("frost")
		defer b.start()()
		if tally, _ := b.await("frost", time.Hour); tally.Sent != 8 {
			t.Errorf("tally %+v, want 8 sent", tally)
		}
		b.once(8)
	})
}

// A relay that answers after eleven minutes is not waited for, and nobody is
// sent a second copy.
func TestStorm_TooSlow(t *testing.T) {
	policy := at(smtptest.Dot, smtptest.Reply{Delay: 11 * time.Minute, Accept: true})
	weather(t, 4, smtptest.Config{Policy: policy}, func(b *bench) {
		b.config.Poll = seldom
		b.publish("frost")
		defer b.start()()
		if tally, _ := b.await("frost", time.Hour); tally.Unknown != 4 {
			t.Errorf("tally %+v, want 4 unknown", tally)
		}
		time.Sleep(20 * time.Minute) // nobody has asked for a second one
		if n := b.relay.Events(smtptest.Dot); n != 4 {
			t.Errorf("%d messages came, want 4", n)
		}
	})
}

// at gives a reply at one step, and good health at the others.
func at(step smtptest.Step, reply smtptest.Reply) func(smtptest.Event) smtptest.Reply {
	return func(e smtptest.Event) smtptest.Reply {
		if e.Step == step {
			return reply
		}
		return smtptest.Reply{}
	}
}

// A relay that was down for two hours is found soon after it is back, by one
// connection first, and then drained at the agreed rate.
func TestStorm_RelayDown(t *testing.T) {
	weather(t, 150, smtptest.Config{}, func(b *bench) {
		up := time.Now().Add(2 * time.Hour)
		var dials, early atomic.Int32
		b.config.Poll = seldom
		client := smtpclient.New(smtpclient.Config{
			Name: "test", Address: b.relay.Addr(), TLS: smtpclient.NoTLS,
			Dial: b.dialFrom(up, func(down bool) {
				dials.Add(1)
				if down {
					early.Add(1)
				}
			}),
		})
		b.config.Routes = []delivery.Route{{Name: "test", Connections: 20, PerSecond: 10, Connect: func() delivery.Sender { return client.Conn() }}}
		b.publish("frost")
		defer b.start()()
		if _, took := b.await("frost", 3*time.Hour); took > 2*time.Hour+5*time.Minute {
			t.Errorf("took %v, want a few minutes more than two hours", took)
		}
		b.once(150)
		if n := early.Load(); n > 150 {
			t.Errorf("%d attempts while it was down, want about one a minute", n)
		}
		steady(t, b.relay.Accepted(), 10)
		if n := dials.Load() - early.Load(); n > 20 {
			t.Errorf("%d connections afterwards, want at most 20", n)
		}
	})
}

// dialFrom refuses connections before a time.
func (b *bench) dialFrom(up time.Time, seen func(down bool)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		down := time.Now().Before(up)
		seen(down)
		if down {
			return nil, errors.New("connection refused")
		}
		return b.relay.Dial(ctx, network, address)
	}
}

// steady fails the test if more came in any ten seconds than a rate allows.
func steady(t *testing.T, records []smtptest.Record, perSecond int) {
	t.Helper()
	first := 0
	for i := range records {
		for records[i].Time.Sub(records[first].Time) >= 10*time.Second {
			first++
		}
		if n := i - first + 1; n > 10*perSecond+2 {
			t.Fatalf("%d messages in ten seconds, want %d", n, 10*perSecond)
		}
	}
}

// arrivals is when the readers of a domain got theirs.
func arrivals(s *smtptest.Server, domain string) []smtptest.Record {
	return slices.DeleteFunc(s.Accepted(), func(r smtptest.Record) bool { return !strings.HasSuffix(r.To[0], "@"+domain) })
}
