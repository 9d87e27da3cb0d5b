package delivery_test

import (
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// slowly sends to readers at ten a second, in fake time.
func slowly(t *testing.T, readers int, f func(b *bench)) {
	t.Helper()
	weather(t, readers, smtptest.Config{}, func(b *bench) {
		b.config.Routes[0].PerSecond = 10
		b.config.Log = slog.New(slog.NewTextHandler(lineWriter(func(line string) {
			if strings.Contains(line, "cannot send now") { // it is no trouble that somebody left
				t.Error(line)
			}
		}), nil))
		b.publish("frost")
		defer b.start()()
		f(b)
	})
}

// Readers leave while the issue is going out, those who have it and those who
// wait for it: nobody is sent a mail after that (rule R13).
func TestMeanwhile_Unsubscribe(t *testing.T) {
	const readers = 200
	slowly(t, readers, func(b *bench) {
		left := map[string]time.Time{}
		for _, i := range rand.Perm(readers)[:readers/2] {
			time.Sleep(100 * time.Millisecond)
			p, err := b.store.SubscriberByKey(b.t.Context(), address(i))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.store.Unsubscribe(b.t.Context(), "harbor", p.ID, newsletter.Proof{}); err != nil {
				t.Fatal(err)
			}
			left[p.Email] = time.Now()
		}
		tally, _ := b.await("frost", time.Hour)
		if tally.Sent+tally.Skipped != readers || tally.Skipped < readers/8 {
			t.Errorf("tally %+v: want everybody sent or skipped, and enough of each", tally)
		}
		for _, m := range b.relay.Accepted() {
			if at, gone := left[m.To[0]]; gone && m.Time.After(at) {
				t.Errorf("%s got it %v after leaving", m.To[0], m.Time.Sub(at))
			}
		}
	})
}

// A paused issue stops within a second and goes on where it was; a cancelled one
// ends, and whoever did not get it is skipped.
func TestMeanwhile_PauseResumeCancel(t *testing.T) {
	slowly(t, 200, func(b *bench) {
		i, err := b.store.FindIssue(b.t.Context(), "harbor", "frost")
		if err != nil {
			t.Fatal(err)
		}
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(5 * time.Second)
		must(b.store.Pause(b.t.Context(), i.ID))
		time.Sleep(time.Second)
		paused := len(b.relay.Accepted())
		time.Sleep(time.Hour)
		if n := len(b.relay.Accepted()) - paused; n > 0 || paused < 40 {
			t.Errorf("%d mails before the pause, %d in the hour after it", paused, n)
		}
		must(b.store.Resume(b.t.Context(), i.ID))
		time.Sleep(5 * time.Second)
		must(b.store.Cancel(b.t.Context(), i.ID))
		time.Sleep(time.Minute)
		tally := b.count("frost")
		if diff := cmp.Diff(newsletter.Tally{Audience: 200, Sent: tally.Sent, Skipped: 200 - tally.Sent}, tally); diff != "" || tally.Sent < paused+40 {
			t.Errorf("%d sent before the pause, and in the end (-want +got):\n%s", paused, diff)
		}
		got := b.relay.Recipients()
		slices.Sort(got)
		if n := len(slices.Compact(got)); n != tally.Sent || len(got) != n { // who they are is chance
			t.Errorf("%d mails to %d readers, want %d each once", len(got), n, tally.Sent)
		}
	})
}

// What is unknown is sent again after a quarter of an hour where the settings
// say so, with the bytes and the Message-ID of the first time (rule R8).
func TestMeanwhile_ResendUnknown(t *testing.T) {
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot && e.Nth == 3 {
			return smtptest.Lose(smtptest.Close)
		}
		return smtptest.Reply{}
	}
	weather(t, 10, smtptest.Config{Policy: policy, KeepRaw: true}, func(b *bench) {
		b.config.Resend = true
		b.publish("frost")
		defer b.start()()
		b.await("frost", time.Hour)
		time.Sleep(14 * time.Minute)
		if n := len(b.relay.Accepted()); n != 10 {
			t.Fatalf("%d mails in the first minutes, want 10", n)
		}
		time.Sleep(3 * time.Minute)
		if diff := cmp.Diff(newsletter.Tally{Audience: 10, Sent: 10}, b.count("frost")); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
		all := b.relay.Accepted()
		again := all[len(all)-1]
		for _, m := range all[:len(all)-1] {
			if m.MessageID == again.MessageID {
				if diff := cmp.Diff(string(m.Raw), string(again.Raw)); diff != "" || !strings.HasPrefix(m.MessageID, "<") {
					t.Errorf("%s the second time (-first +second):\n%s", m.MessageID, diff)
				}
				return
			}
		}
		t.Errorf("%s was sent for the first time", again.MessageID)
	})
}
