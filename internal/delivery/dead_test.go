package delivery_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

var nobody = smtptest.Say(550, "5.1.1 Ada: no such user")

// suppressed lists whom the bench's database suppresses.
func (b *bench) suppressed() []string {
	b.t.Helper()
	var all []string
	for p, err := range b.store.Suppressions(b.t.Context(), "") {
		if err != nil {
			b.t.Fatal(err)
		}
		if p.Reason != newsletter.SuppressedBounced || p.Source != "relay test: 550 5.1.1" {
			b.t.Errorf("%s is %s by %q", p.Value, p.Reason, p.Source)
		}
		all = append(all, p.Value)
	}
	slices.Sort(all)
	return all
}

// Of all who are refused for good only those are suppressed whose address is
// dead: they are not in the next issue (fault I6).
func TestDeadAddress(t *testing.T) {
	refusals := map[string]smtptest.Reply{
		address(2): nobody,
		address(4): smtptest.Say(552, "5.2.2 mailbox full"),
		address(6): smtptest.Say(554, "5.7.1 delivery not authorized"),
		address(8): smtptest.Say(550, "5.7.515 Access denied, sending domain does not meet the required authentication level"),
	}
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Rcpt {
			return refusals[e.To]
		}
		return smtptest.Reply{}
	}
	weather(t, 30, smtptest.Config{Policy: policy}, func(b *bench) {
		b.publish("frost")
		defer b.start()()
		if tally, _ := b.await("frost", time.Minute); tally.Sent != 26 || tally.Failed != 4 {
			t.Errorf("tally %+v", tally)
		}
		if diff := cmp.Diff([]string{address(2)}, b.suppressed()); diff != "" {
			t.Errorf("suppressed (-want +got):\n%s", diff)
		}
		b.publish("thaw")
		if tally, _ := b.await("thaw", time.Minute); tally.Audience != 29 {
			t.Errorf("tally %+v, want 29 readers", tally)
		}
	})
}

// A provider that knows none of its users is not believed, and what it said
// first is taken back; a domain of which one reader is gone is.
func TestDeadAddress_Provider(t *testing.T) {
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Rcpt && (strings.HasSuffix(e.To, "@ill.example") || strings.HasSuffix(e.To, "@gone.example")) {
			return nobody
		}
		return smtptest.Reply{}
	}
	weather(t, 20, smtptest.Config{Policy: policy}, func(b *bench) {
		b.subscribe("gone.example", 1)
		b.subscribe("ill.example", 10)
		b.publish("frost")
		defer b.start()()
		if tally, _ := b.await("frost", time.Minute); tally.Sent != 20 || tally.Failed != 11 {
			t.Errorf("tally %+v", tally)
		}
		if diff := cmp.Diff([]string{"reader0@gone.example"}, b.suppressed()); diff != "" {
			t.Errorf("suppressed (-want +got):\n%s", diff)
		}
	})
}

// Three of a provider in a row are believed, and so are the next three once a mail was
// taken in between.
func TestDeadAddress_Three(t *testing.T) {
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Rcpt && e.Nth != 4 {
			return nobody
		}
		return smtptest.Reply{}
	}
	weather(t, 7, smtptest.Config{Policy: policy}, func(b *bench) {
		b.config.Routes[0].Connections = 1
		b.publish("frost")
		stop := b.start()
		b.await("frost", time.Minute)
		stop()
		if got := b.suppressed(); len(got) != 6 {
			t.Errorf("suppressed %q, want six", got)
		}
	})
}

// A relay that took no mail yet may know nobody at all. What it said of single
// readers counts from its first mail on.
func TestDeadAddress_Relay(t *testing.T) {
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Rcpt && !strings.HasSuffix(e.To, "@late.example") {
			return nobody
		}
		return smtptest.Reply{}
	}
	weather(t, 10, smtptest.Config{Policy: policy}, func(b *bench) {
		b.config.Routes[0].Connections = 1
		b.subscribe("single.example", 1)
		b.publish("frost")
		stop := b.start()
		if tally, _ := b.await("frost", time.Minute); tally.Failed != 11 {
			t.Errorf("tally %+v", tally)
		}
		if got := b.suppressed(); len(got) > 0 {
			t.Errorf("suppressed %q, want nobody", got)
		}
		b.subscribe("late.example", 1)
		b.publish("thaw")
		b.await("thaw", time.Minute)
		stop()
		if diff := cmp.Diff([]string{"reader0@single.example"}, b.suppressed()); diff != "" {
			t.Errorf("suppressed (-want +got):\n%s", diff)
		}
	})
}

// One reader of several issues is one reader, however often the relay says it.
func TestDeadAddress_SeveralIssues(t *testing.T) {
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Rcpt && strings.HasSuffix(e.To, "@gone.example") {
			return nobody
		}
		return smtptest.Reply{}
	}
	weather(t, 0, smtptest.Config{Policy: policy}, func(b *bench) {
		b.config.Routes[0].Connections = 1
		b.subscribe("gone.example", 1)
		slugs := []string{"one", "two", "three", "four", "five"}
		for _, slug := range slugs {
			b.publish(slug)
		}
		stop := b.start()
		for _, slug := range slugs { // nothing was taken yet, and so nothing is believed
			b.await(slug, time.Minute)
		}
		b.subscribe("here.example", 1)
		b.publish("six")
		b.await("six", time.Minute)
		stop()
		if diff := cmp.Diff([]string{"reader0@gone.example"}, b.suppressed()); diff != "" {
			t.Errorf("suppressed (-want +got):\n%s", diff)
		}
	})
}
