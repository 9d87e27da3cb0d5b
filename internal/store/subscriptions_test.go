package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

func TestStore_TokenKeys(t *testing.T) {
	s := mustOpen(t)
	first, err := s.TokenKeys(t.Context())
	if err != nil || len(first) != 1 || len(first[0].Secret) != 32 || bytes.Equal(first[0].Secret, make([]byte, 32)) {
		t.Fatalf("TokenKeys = %v, %v; want one key of 32 random bytes", first, err)
	}
	again, err := s.TokenKeys(t.Context())
	if diff := cmp.Diff(first, again); err != nil || diff != "" {
		t.Errorf("the second time (-want +got):\n%s%v", diff, err)
	}
}

// TestStore_Subscribe_moves holds every move that a sign-up makes, with and
// without double opt-in.
func TestStore_Subscribe_moves(t *testing.T) {
	const (
		pending      = newsletter.SubscriptionPending
		confirmed    = newsletter.SubscriptionConfirmed
		unsubscribed = newsletter.SubscriptionUnsubscribed
	)
	tests := []struct {
		from   newsletter.SubscriptionState // "": none
		direct bool
		want   newsletter.SubscriptionState
		asked  bool
	}{
		{"", false, pending, true},
		{"", true, confirmed, false},
		{pending, false, pending, true},
		{pending, true, confirmed, false},
		{confirmed, false, confirmed, false},
		{confirmed, true, confirmed, false},
		{unsubscribed, false, pending, true},
		{unsubscribed, true, pending, true},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s direct=%t", test.from, test.direct), func(t *testing.T) {
			s := mustOpen(t)
			p := SubscribeParams{
				Newsletters: []string{"harbor"}, Key: "ann@example.org", Proof: newsletter.Proof{Source: "form"},
				Subscriber: newsletter.Subscriber{Email: "ann@example.org"},
			}
			mustStand(t, s, p, test.from)
			p.Direct = test.direct
			p.Ask = Ask{Mail: sampleQuestion, Every: time.Hour, Most: 3}
			done, err := s.Subscribe(t.Context(), p)
			if err != nil || done.State != test.want || done.Asked != test.asked {
				t.Errorf("Subscribe = %+v, %v; want %s, asked %t", done, err, test.want, test.asked)
			}
			if kept, err := s.Subscription(t.Context(), "harbor", done.Subscriber); err != nil || kept.State != test.want {
				t.Errorf("Subscription = %+v, %v; want %s", kept, err, test.want)
			}
			if again, err := s.Subscribe(t.Context(), p); err != nil || again.Asked {
				t.Errorf("the second time = %+v, %v; want no question", again, err)
			}
		})
	}
}

func sampleNotice() *newsletter.Mail {
	m := sampleMail("Is this you?")
	m.Kind = newsletter.KindConfirm
	return m
}

// sampleQuestion is the AskMail of tests.
func sampleQuestion(Asked) (*newsletter.Mail, time.Duration, error) { return sampleNotice(), 0, nil }

// mustStand brings somebody to a state.
func mustStand(t *testing.T, s *Store, p SubscribeParams, state newsletter.SubscriptionState) {
	t.Helper()
	if state == "" {
		return
	}
	p.Direct = state != newsletter.SubscriptionPending
	done, err := s.Subscribe(t.Context(), p)
	if err == nil && state == newsletter.SubscriptionUnsubscribed {
		_, err = s.Unsubscribe(t.Context(), "harbor", done.Subscriber, newsletter.Proof{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestStore_Subscribe_together signs one address up from many sides at once.
func TestStore_Subscribe_together(t *testing.T) {
	s := mustOpen(t)
	asked := make(chan bool, 50)
	for range cap(asked) {
		go func() {
			done, err := s.Subscribe(t.Context(), SubscribeParams{
				Newsletters: []string{"harbor"}, Key: "ann@example.org", Proof: newsletter.Proof{Source: "form"},
				Subscriber: newsletter.Subscriber{Email: "ann@example.org"},
				Ask:        Ask{Mail: sampleQuestion, Every: time.Hour, Most: 3},
			})
			if err != nil {
				t.Error(err)
			}
			asked <- done.Asked
		}()
	}
	n := 0
	for range cap(asked) {
		if <-asked {
			n++
		}
	}
	open, err := s.OpenIssues(t.Context())
	if err != nil || n != 1 || len(open) != 1 || open[0].Queued != 1 {
		t.Errorf("%d were asked, %+v is open, %v; want one confirmation", n, open, err)
	}
}

// A question whether somebody signed up does not go to who left, or was
// suppressed, before it went; it goes as long as it can confirm anything.
func TestStore_Unsubscribe_takesTheQuestionBack(t *testing.T) {
	s := mustOpen(t)
	ask := SubscribeParams{
		Newsletters: []string{"harbor", "notes"}, Key: "ann@example.org", Proof: newsletter.Proof{Source: "form"},
		Subscriber: newsletter.Subscriber{Email: "ann@example.org"},
		Ask:        Ask{Mail: sampleQuestion, Every: time.Hour, Most: 3},
	}
	queued := func() (n int) {
		open, err := s.OpenIssues(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range open {
			n += open[i].Queued
		}
		return n
	}
	done, err := s.Subscribe(t.Context(), ask)
	if err != nil || !done.Asked {
		t.Fatalf("Subscribe = %+v, %v", done, err)
	}
	for _, step := range []struct {
		leave string
		left  int
	}{{"harbor", 1}, {"notes", 0}} {
		if _, err := s.Unsubscribe(t.Context(), step.leave, done.Subscriber, newsletter.Proof{}); err != nil {
			t.Fatal(err)
		}
		if n := queued(); n != step.left {
			t.Errorf("after leaving %s %d questions are queued, want %d", step.leave, n, step.left)
		}
	}
	if done, err = s.Subscribe(t.Context(), ask); err != nil || !done.Asked || queued() != 1 {
		t.Errorf("signed up anew: %+v, %v, %d queued; want one question", done, err, queued())
	}
	mustSuppress(t, s, "ann@example.org", "", newsletter.SuppressedComplained)
	if n := queued(); n != 0 {
		t.Errorf("suppressed, and %d questions are queued", n)
	}
}

// Who leaves a newsletter still gets the others, and the mail for which they asked.
func TestStore_Unsubscribe_skipsNothingElse(t *testing.T) {
	s := mustOpen(t)
	id := mustSubscribe(t, s, "ann@example.org", "harbor", "tides")
	mustConfirm(t, s, "harbor", id)
	mustAskAddress(t, s, id, "new@example.net")
	mail := sampleMail("ebb")
	mail.Newsletter = "tides"
	for _, p := range []Publication{{Slug: "frost", Mail: sampleMail("frost")}, {Slug: "ebb", Mail: mail}} {
		if _, err := s.Publish(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Unsubscribe(t.Context(), "harbor", id, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	states := map[string]newsletter.DeliveryState{}
	for m, err := range s.Received(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		states[string(m.Kind)+" of "+m.Newsletter] = m.State
	}
	want := map[string]newsletter.DeliveryState{
		"issue of harbor": newsletter.Skipped, "issue of tides": newsletter.Queued,
		"address of harbor": newsletter.Queued, "confirm of harbor": newsletter.Skipped,
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("mails after leaving harbor (-want +got):\n%s", diff)
	}
}

func TestStore_Unsubscribe_unknown(t *testing.T) {
	s := mustOpen(t)
	if _, err := s.Unsubscribe(t.Context(), "harbor", 7, newsletter.Proof{}); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("Unsubscribe = %v, want ErrNotFound", err)
	}
	if _, err := s.SubscriberByKey(t.Context(), "nobody"); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("SubscriberByKey = %v, want ErrNotFound", err)
	}
}

func TestStore_Readers(t *testing.T) {
	s := mustOpen(t)
	rows := make([]ImportRow, 2*pageRows+1)
	for i := range rows {
		rows[i] = ImportRow{Email: fmt.Sprintf("reader%04d@example.org", i), Name: "Ann 100%"}
	}
	rows[7].Tags, rows[9].Name = []string{"team"}, "Bob_by"
	mustImport(t, s, rows...)
	if _, err := s.Subscribe(t.Context(), SubscribeParams{
		Newsletters: []string{"notes"}, Key: "reader0007@example.org", Subscriber: newsletter.Subscriber{Email: "reader0007@example.org"},
	}); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		filter ReaderFilter
		n      int
		first  string
	}{
		"all newsletters": {ReaderFilter{}, len(rows) + 1, "reader0000@example.org"},
		"one newsletter":  {ReaderFilter{Newsletter: "harbor"}, len(rows), "reader0000@example.org"},
		"pending":         {ReaderFilter{State: newsletter.SubscriptionPending}, 1, "reader0007@example.org"},
		"a tag":           {ReaderFilter{Newsletter: "harbor", Tag: " Team"}, 1, "reader0007@example.org"},
		"part of a name":  {ReaderFilter{Query: "bOB_"}, 1, "reader0009@example.org"},
		"a percent sign":  {ReaderFilter{Newsletter: "harbor", Query: "0%"}, len(rows) - 1, "reader0000@example.org"},
		"nobody":          {ReaderFilter{Newsletter: "none"}, 0, ""},
	}
	for name, test := range tests {
		var got []string
		for r, err := range s.Readers(t.Context(), test.filter) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, r.Subscriber.Email)
		}
		if len(got) != test.n || (len(got) > 0 && got[0] != test.first) || !slices.IsSorted(got) {
			t.Errorf("%s: %d readers, want %d from %q on", name, len(got), test.n, test.first)
		}
	}
	for _, err := range s.Readers(t.Context(), ReaderFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		break // must not go on
	}
}
