package delivery_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/delivery"
	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// spoiler breaks the message of one reader on its way to the relay.
type spoiler struct {
	delivery.Sender

	to string
}

// Send hands the message on.
func (s spoiler) Send(ctx context.Context, m *message.Message, claim func() error, next func() *message.Message) (newsletter.Receipt, error) {
	if m.To == s.to {
		m.Bytes = slices.Concat(m.Bytes, []byte("a bare\nline feed\r\n"))
	}
	return s.Sender.Send(ctx, m, claim, next)
}

// A message that cannot be composed costs its reader only, and is not tried again.
func TestWorker_NoMessage(t *testing.T) {
	t.Parallel()
	b := newBench(t, 5, smtptest.Config{})
	b.subscribe("example.org>", 1)
	b.publish("frost")
	defer b.start()()
	if diff := cmp.Diff(newsletter.Tally{Audience: 6, Sent: 5, Failed: 1}, b.finish("frost")); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	b.once(5)
}

// A message that must not go out as it is costs its reader only: it does not
// look like a relay that is down.
func TestWorker_BrokenMessage(t *testing.T) {
	t.Parallel()
	b := newBench(t, 20, smtptest.Config{})
	connect := b.config.Routes[0].Connect
	b.config.Routes[0].Connections = 1 // so that its envelope is sent before it is looked at
	b.config.Routes[0].Connect = func() delivery.Sender { return spoiler{connect(), address(7)} }
	b.publish("frost")
	defer b.start()()
	if diff := cmp.Diff(newsletter.Tally{Audience: 20, Sent: 19, Failed: 1}, b.finish("frost")); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	if n := b.relay.Events(smtptest.Data); n != 20 {
		t.Errorf("DATA came %d times, want 20: the test shows too little", n)
	}
}
