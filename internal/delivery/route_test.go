package delivery_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"tidings/internal/delivery"
	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
)

// second adds a relay and the way to it.
func (b *bench) second(config smtptest.Config) *smtptest.Server {
	b.t.Helper()
	config.Piped = true
	s := smtptest.New(b.t, config)
	b.config.Routes = append(b.config.Routes, b.route("second", s))
	return s
}

// The second relay rests until the first is down, takes over then, and rests
// again when the first is back.
func TestRoutes_Failover(t *testing.T) {
	var down atomic.Bool
	policy := func(e smtptest.Event) smtptest.Reply {
		if down.Load() && e.Step == smtptest.Mail {
			return smtptest.Say(421, "4.3.2 closing")
		}
		return smtptest.Reply{}
	}
	weather(t, 100, smtptest.Config{Policy: policy}, func(b *bench) {
		spare := b.second(smtptest.Config{})
		b.config.Routes[0].Order, b.config.Routes[1].Order = 1, 2
		defer b.start()()
		for i, want := range []struct{ first, spare int }{{100, 0}, {0, 100}, {80, 0}} {
			had, spareHad := len(b.relay.Accepted()), len(spare.Accepted())
			down.Store(i == 1)
			time.Sleep(10 * time.Minute)
			slug := []string{"first", "second", "third"}[i]
			b.publish(slug)
			b.await(slug, 10*time.Minute)
			// The first relay is tried by one message before it has all of them; while its
			// answer is on the way, the second takes a few.
			if got := len(b.relay.Accepted()) - had; got < want.first {
				t.Errorf("%s: the first relay took %d, want at least %d", slug, got, want.first)
			}
			if got := len(spare.Accepted()) - spareHad; got < want.spare || i == 0 && got > 0 {
				t.Errorf("%s: the second relay took %d, want %d", slug, got, want.spare)
			}
		}
		spare.Close()
	})
}

// A relay whose next messages of its day are being counted out is waited for: the
// second takes over when the day is spent, and no sooner.
func TestRoutes_DailyThenSecond(t *testing.T) {
	weather(t, 150, smtptest.Config{}, func(b *bench) {
		second := b.second(smtptest.Config{})
		b.config.Routes[0].Order, b.config.Routes[1].Order = 1, 2
		b.config.Routes[0].Daily = 100
		b.publish("frost")
		defer b.start()()
		b.await("frost", time.Hour)
		if first, rest := len(b.relay.Accepted()), len(second.Accepted()); first != 100 || rest != 50 {
			t.Errorf("the first relay took %d and the second %d, want 100 and 50", first, rest)
		}
		second.Close()
	})
}

// Relays of one order share the mail by their weights, whichever is faster.
func TestRoutes_Weights(t *testing.T) {
	slow := at(smtptest.Dot, smtptest.Reply{Delay: 50 * time.Millisecond})
	weather(t, 400, smtptest.Config{Policy: slow}, func(b *bench) {
		second := b.second(smtptest.Config{})
		b.config.Routes[0].Weight = 9
		b.publish("frost")
		defer b.start()()
		b.await("frost", time.Hour)
		if n := len(second.Accepted()); n < 30 || n > 50 {
			t.Errorf("the second relay has %d of 400, want about 40", n)
		}
		second.Close()
	})
}

// A relay that says nothing more does not hold up the one beside it.
func TestRoutes_Silent(t *testing.T) {
	weather(t, 200, smtptest.Config{Policy: at(smtptest.Mail, smtptest.Drop(smtptest.Hang))}, func(b *bench) {
		second := b.second(smtptest.Config{})
		b.publish("frost")
		defer b.start()()
		time.Sleep(time.Minute)
		if n := len(second.Accepted()); n < 190 {
			t.Errorf("the second relay has %d of 200 after a minute, want nearly all", n)
		}
		second.Close()
	})
}

// A daily limit holds for any 24 hours and across restarts; what is beyond it
// goes another way, or waits.
func TestRoutes_Daily(t *testing.T) {
	weather(t, 40, smtptest.Config{}, func(b *bench) {
		b.config.Poll, b.config.Routes[0].Daily = seldom, 100
		for _, slug := range []string{"one", "two"} {
			b.publish(slug)
			stop := b.start()
			b.await(slug, time.Hour)
			stop()
		}
		b.publish("three")
		stop := b.start()
		time.Sleep(23 * time.Hour)
		if n := len(b.relay.Accepted()); n != 100 {
			t.Errorf("%d messages in 23 hours, want 100", n)
		}
		if held := b.health().HeldUp; len(held) != 1 || held[0].What != "relay test" {
			t.Errorf("held up by %+v, want the relay", held)
		}
		b.await("three", 3*time.Hour)
		stop()
	})
}

// A rate holds over any ten seconds, and is used.
func TestRoutes_Rate(t *testing.T) {
	weather(t, 400, smtptest.Config{}, func(b *bench) {
		b.config.Routes[0].PerSecond = 20
		b.publish("frost")
		defer b.start()()
		time.Sleep(15 * time.Second)
		if h := b.health(); h.PerSecond < 19 || h.PerSecond > 21 {
			t.Errorf("health says %v a second, want 20", h.PerSecond)
		}
		if _, took := b.await("frost", time.Minute); took < 4*time.Second || took > 7*time.Second {
			t.Errorf("400 took %v, want 20 s", took+15*time.Second)
		}
		steady(t, b.relay.Accepted(), 20)
	})
}

// Connections without work are closed politely, and opened when there is some.
func TestRoutes_Rest(t *testing.T) {
	weather(t, 40, smtptest.Config{}, func(b *bench) {
		defer b.start()()
		b.publish("one")
		b.await("one", time.Minute)
		opened := b.relay.Connections()
		time.Sleep(time.Minute)
		if n := b.relay.Events(smtptest.Quit); n != opened {
			t.Errorf("%d of %d connections said goodbye after a minute of rest", n, opened)
		}
		b.publish("two")
		b.await("two", time.Minute)
	})
}

// A relay that takes messages and goes silent makes few deliveries unknown
// before it is treated with care.
func TestRoutes_LosesAnswers(t *testing.T) {
	weather(t, 200, smtptest.Config{Policy: at(smtptest.Dot, smtptest.Lose(smtptest.Close))}, func(b *bench) {
		b.publish("frost")
		defer b.start()()
		time.Sleep(10 * time.Minute)
		i, err := b.store.FindIssue(b.t.Context(), "harbor", "frost")
		if err != nil {
			t.Fatal(err)
		}
		if b.tally(i); i.Unknown > 30 {
			t.Errorf("%d unknown after ten minutes, want few", i.Unknown)
		}
	})
}

// A relay that closes without a word after each message, as large providers do,
// costs nobody anything, not even time.
func TestRoutes_SilentClose(t *testing.T) {
	for _, k := range []int{1, 20} {
		t.Run(fmt.Sprintf("after %d", k), func(t *testing.T) {
			seen := map[int]int{}
			policy := func(e smtptest.Event) smtptest.Reply {
				switch e.Step {
				case smtptest.Dot:
					seen[e.Conn]++
				case smtptest.Mail:
					if seen[e.Conn] >= k {
						return smtptest.Drop(smtptest.Close)
					}
				default:
				}
				return smtptest.Reply{}
			}
			weather(t, 200, smtptest.Config{Policy: policy}, func(b *bench) {
				b.publish("frost")
				defer b.start()()
				if _, took := b.await("frost", time.Minute); took > 2*time.Second {
					t.Errorf("closing after %d: took %v, want no time", k, took)
				}
				b.once(200)
			})
		})
	}
}

// A relay that says that we are too fast is slowed down and then left alone,
// while the next one takes over.
func TestRoutes_TooFast(t *testing.T) {
	var refused atomic.Int32
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Mail {
			refused.Add(1)
			return smtptest.Say(450, "4.7.1 too many messages, slow down")
		}
		return smtptest.Reply{}
	}
	weather(t, 100, smtptest.Config{Policy: policy}, func(b *bench) {
		spare := b.second(smtptest.Config{})
		b.config.Routes[0].Order, b.config.Routes[1].Order = 1, 2
		b.publish("frost")
		defer b.start()()
		time.Sleep(time.Minute)
		if n := len(spare.Accepted()); n < 80 {
			t.Errorf("the second relay has %d of 100 after a minute, want most", n)
		}
		b.await("frost", 2*time.Minute)
		if n := refused.Load(); n > 30 {
			t.Errorf("the first relay refused %d times, want few", n)
		}
		spare.Close()
	})
}

// A relay that says nothing is named while it is waited for, and so is what can be done
// about one that cannot be spoken to.
func TestRoutes_HeldUp(t *testing.T) {
	for name, c := range map[string]struct {
		policy func(smtptest.Event) smtptest.Reply
		tls    smtpclient.TLSMode
		want   string
	}{
		"silent":      {at(smtptest.Greeting, smtptest.Reply{Delay: time.Hour}), smtpclient.NoTLS, "it has said nothing for 30s, and is waited for"},
		"no STARTTLS": {nil, smtpclient.StartTLS, `it does not offer STARTTLS, so nothing was sent (for a relay that speaks TLS from the start set tls = "implicit")`},
	} {
		t.Run(name, func(t *testing.T) {
			weather(t, 10, smtptest.Config{Policy: c.policy}, func(b *bench) {
				client := smtpclient.New(smtpclient.Config{Name: "test", Address: b.relay.Addr(), TLS: c.tls, Dial: b.relay.Dial})
				b.config.Routes[0].Connect = func() delivery.Sender { return client.Conn() }
				b.publish("frost")
				defer b.start()()
				time.Sleep(35 * time.Second)
				if held := b.health().HeldUp; len(held) != 1 || held[0].What != "relay test" || held[0].Why != c.want {
					t.Errorf("held up by %+v, want the relay: %s", held, c.want)
				}
			})
		})
	}
}
