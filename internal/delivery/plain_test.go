package delivery_test

import (
	"bytes"
	"strings"
	"testing"

	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// A reader who wants the text alone gets no HTML, also when the relay makes the
// mail wait: what they chose is frozen with it, and what they choose meanwhile is
// for the next one.
func TestWorker_PlainText(t *testing.T) {
	refused := 0
	b := newBench(t, 2, smtptest.Config{KeepRaw: true, Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot && refused < 2 {
			refused++
			return smtptest.Say(451, "4.3.0 later")
		}
		return smtptest.Reply{}
	}})
	person, err := b.store.SubscriberByKey(t.Context(), address(1))
	if err != nil {
		t.Fatal(err)
	}
	person.PlainText = true
	if err := b.store.SetPerson(t.Context(), person, newsletter.Proof{Source: "page"}); err != nil {
		t.Fatal(err)
	}
	b.publish("tide")
	person.PlainText = false
	if err := b.store.SetPerson(t.Context(), person, newsletter.Proof{Source: "page"}); err != nil {
		t.Fatal(err)
	}
	stop := b.start()
	defer stop()
	if tally := b.finish("tide"); tally.Sent != 2 {
		t.Fatalf("%+v", tally)
	}
	for _, r := range b.relay.Accepted() {
		html, plain := bytes.Contains(r.Raw, []byte("text/html")), bytes.Contains(r.Raw, []byte("\r\nContent-Type: text/plain"))
		if wantsPlain := strings.Join(r.To, "") == address(1); html == wantsPlain || !plain {
			t.Errorf("%s has HTML: %t, text: %t", r.To, html, plain)
		}
	}
}
