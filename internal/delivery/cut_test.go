package delivery_test

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/delivery"
	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// Connections that are torn down at any byte up to the final dot cost nobody
// anything: everybody has it once in the end, and nobody is unknown.
func TestWorker_CutAnywhere(t *testing.T) {
	const readers, cuts = 100, 300
	seed := rand.Uint64()
	t.Log("seed", seed)
	weather(t, readers, smtptest.Config{Cut: func(conn int) int {
		if conn > cuts {
			return 0
		}
		return 1 + rand.New(rand.NewPCG(seed, uint64(conn))).IntN(3000)
	}}, func(b *bench) {
		b.publish("frost")
		defer b.start()()
		tally, _ := b.await("frost", 24*time.Hour)
		if diff := cmp.Diff(newsletter.Tally{Audience: readers, Sent: readers}, tally); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
		b.once(readers)
		if n := b.relay.Connections(); n < 20 {
			t.Errorf("only %d connections: the test shows little", n)
		}
	})
}

// hangUp ends the connection of every third message between claim and dot.
type hangUp struct {
	delivery.Sender

	relay *smtptest.Server
	n     *atomic.Int32
	ahead *atomic.Int32 // messages that were told of the next one
}

// Send hands the message on.
func (h hangUp) Send(ctx context.Context, m *message.Message, claim func() error, next func() *message.Message) (newsletter.Receipt, error) {
	return h.Sender.Send(ctx, m, func() error {
		err := claim()
		if h.n.Add(1)%3 == 0 {
			h.relay.HangUp()
		}
		return err
	}, func() *message.Message {
		m := next()
		if m != nil {
			h.ahead.Add(1)
		}
		return m
	})
}

// A relay that hangs up while a claim is being written costs nobody anything:
// the claim is taken back, and the message goes by another connection. Nor does it
// end that envelopes go ahead.
func TestWorker_HangsUpBeforeTheDot(t *testing.T) {
	weather(t, 30, smtptest.Config{}, func(b *bench) {
		var n, ahead atomic.Int32
		r := b.route("test", b.relay)
		connect := r.Connect
		r.Connections, r.Connect = 1, func() delivery.Sender { return hangUp{connect(), b.relay, &n, &ahead} }
		b.config.Routes = []delivery.Route{r}
		b.publish("frost")
		defer b.start()()
		tally, _ := b.await("frost", time.Hour)
		if diff := cmp.Diff(newsletter.Tally{Audience: 30, Sent: 30}, tally); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
		b.once(30)
		if ahead.Load() < 10 { // no answer came late: the envelope behind the dot was not sent
			t.Errorf("%d messages were told of the next one", ahead.Load())
		}
	})
}
