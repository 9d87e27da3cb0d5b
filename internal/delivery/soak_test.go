package delivery_test

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"tidings/internal/smtptest"
)

// How long TestSoak goes on. README.md says how to soak for an hour.
var soak = flag.Duration("soak", 0, "how long issue after issue is sent through all faults at once; 0: one issue")

// All faults at once, issue after issue, while the sender is killed again and
// again: each time the equation closes, nobody gets it twice, and whoever did not
// get it is named.
func TestSoak(t *testing.T) {
	t.Parallel()
	const readers, connections = 600, 10
	began, kills, unknown, issues := time.Now(), 0, 0, 0
	for issues == 0 || time.Since(began) < *soak {
		seed := rand.Uint64()
		k, u := soakOnce(t, seed, readers, connections)
		issues, kills, unknown = issues+1, kills+k, unknown+u
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%d issues of %d readers, %d kills: 0 lost, 0 duplicated, %d unknown", issues, readers, kills, unknown)
}

// soakOnce sends one issue and returns how often its sender was killed and how
// many deliveries are unknown.
func soakOnce(t *testing.T, seed uint64, readers, connections int) (kills, unknown int) {
	t.Helper()
	b := newBench(t, readers, smtptest.Config{
		Policy: foul(rand.New(rand.NewPCG(seed, 0))),
		Cut: func(conn int) int {
			if random := rand.New(rand.NewPCG(seed, uint64(conn))); random.IntN(4) == 0 {
				return 1 + random.IntN(20_000)
			}
			return 0
		},
	})
	b.publish("frost")
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 1))
	for range 3 + random.IntN(6) {
		more := []string{}
		if random.IntN(3) == 0 {
			more = append(more, envFull+"=yes")
		}
		c := b.child("", connections, more...)
		time.Sleep(time.Duration(20+random.IntN(250)) * time.Millisecond) // the moment is the test
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		kills++
	}
	return kills, b.judge("frost", readers)
}

// foul is a relay on a bad day: it refuses, drops, loses answers and closes.
func foul(faults *rand.Rand) func(smtptest.Event) smtptest.Reply {
	return func(e smtptest.Event) smtptest.Reply {
		switch n := faults.IntN(1000); {
		case e.Step == smtptest.Rcpt && n < 50:
			return smtptest.Say(451, "4.7.1 later")
		case e.Step == smtptest.Rcpt && n < 55:
			return smtptest.Drop(smtptest.Reset)
		case e.Step == smtptest.Rcpt && n < 58:
			return smtptest.Say(421, "4.3.2 closing")
		case e.Step == smtptest.Dot && n < 5:
			return smtptest.Lose(smtptest.Close)
		case e.Step == smtptest.Dot && n < 30:
			return smtptest.Say(452, "4.3.1 full")
		case e.Step == smtptest.Dot && n < 60:
			return smtptest.Reply{Then: smtptest.Close}
		}
		return smtptest.Reply{}
	}
}
