package delivery_test

import (
	"slices"
	"testing"

	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// Whoever is suppressed while an issue goes out gets no mail of it: no dot
// follows the suppression.
func TestWorker_suppressed(t *testing.T) {
	const readers, first, after = 200, 120, 10
	var late []newsletter.Suppression
	for i := first; i < readers; i++ {
		late = append(late, newsletter.Suppression{Value: address(i), Email: address(i), Reason: newsletter.SuppressedComplained, Source: "phone"})
	}
	var b *bench
	dots := 0
	b = newBench(t, readers, smtptest.Config{Policy: func(ev smtptest.Event) smtptest.Reply {
		if ev.Step != smtptest.Dot {
			return smtptest.Reply{}
		}
		if dots++; dots == after {
			if n, err := b.store.Suppress(t.Context(), late); err != nil || n != len(late) {
				t.Errorf("Suppress = %d, %v", n, err)
			}
		}
		return smtptest.Reply{}
	}})
	b.publish("frost")
	stop := b.start()
	defer stop()
	tally := b.finish("frost")
	if tally.Sent != first || tally.Skipped != readers-first || !tally.Closes() {
		t.Errorf("tally %+v", tally)
	}
	for _, to := range b.relay.Recipients() {
		if slices.ContainsFunc(late, func(p newsletter.Suppression) bool { return p.Value == to }) {
			t.Errorf("%s got a mail after the suppression", to)
		}
	}
}
