package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

// mustLife lets a person do all that leaves traces, and returns the words by
// which they could be found: each is theirs alone.
func mustLife(t testing.TB, s *Store, n int) (id int64, words []string) {
	t.Helper()
	mark := fmt.Sprintf("vanish%04d", n)
	email := mark + ".mail@example.org"
	done, err := s.Subscribe(t.Context(), SubscribeParams{
		Newsletters: []string{"harbor", "tides"}, Key: email,
		Subscriber: newsletter.Subscriber{
			Email: email, Name: mark + " name", FirstName: mark + " first",
			Tags: []string{mark + "-tag"}, Fields: map[string]string{"city": mark + " city"}, Timezone: "Pacific/" + mark,
		},
		Proof: newsletter.Proof{Source: mark + " source", Words: "Write to me.", Network: "198.51.100.0/24", Agent: mark + " agent"},
		Ask:   Ask{Mail: sampleQuestion, Every: time.Hour, Most: 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	id = done.Subscriber
	mustConfirm(t, s, "harbor", id)
	receipts, err := s.Consents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	words = append(words, mark, receipts[0].Agent)
	mustAskAddress(t, s, id, mark+".never@example.net")
	return id, words
}

// mustTake lets the relay take a person's issue, naming them in its answer.
func mustTake(t testing.TB, s *Store, d newsletter.Delivery, epoch int64, state newsletter.DeliveryState) {
	t.Helper()
	if err := s.Claim(t.Context(), d, epoch, nil); err != nil {
		t.Fatal(err)
	}
	d.State = newsletter.Attempting
	reply := newsletter.Receipt{Code: 250, Text: "taken for <" + d.Subscriber.Email + ">"}
	if err := s.Record(t.Context(), d, epoch, newsletter.Outcome{State: state, DueAt: time.Now().Add(time.Hour)}, reply); err != nil {
		t.Fatal(err)
	}
}

// Names, fields, hashes, frozen values, the relay's words, another address they
// had and one they never got: nothing is found after an erasure, while eight
// connections of a serve read and it writes.
func TestStore_Erase_wholeLife(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	others := mustReaders(t, s, 50)
	const people = 24
	var ids []int64
	var words []string
	for n := range people {
		id, more := mustLife(t, s, n)
		ids, words = append(ids, id), append(words, more...)
	}
	personal := sampleMail("frost")
	personal.Text = newsletter.Template{{Literal: "Dear "}, {Merge: "{{ subscriber.first_name }}"}}
	if _, err := s.Publish(t.Context(), Publication{Slug: "frost", Mail: personal}); err != nil {
		t.Fatal(err)
	}
	frost := mustFind(t, s, "frost")
	due, _, err := s.Due(t.Context(), frost.ID, time.Now(), Cursor{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	states := []newsletter.DeliveryState{newsletter.Sent, newsletter.Deferred, newsletter.Failed, newsletter.Unknown}
	for i, d := range due[:len(due)-5] { // the last ones wait
		mustTake(t, s, d, epoch, states[i%len(states)])
	}
	mustChange(t, s, ids[0], "vanish0000.second@example.net")
	mustAskAddress(t, s, others[0], "vanish0001.mail@example.org") // which is taken
	mustSuppress(t, s, "vanish0000.mail@example.org", "tides", newsletter.SuppressedBounced)
	stop := mustServe(t, s.path, epoch)
	for _, id := range ids {
		if err := s.Erase(t.Context(), id, "page"); err != nil {
			t.Fatal(err)
		}
	}
	for _, word := range words {
		noTrace(t, s, word)
	}
	stop()
	if !mustFind(t, s, "frost").Closes() {
		t.Error("the report does not add up")
	}
	// Neither address comes back with a list.
	for _, key := range []string{"vanish0000.mail@example.org", "vanish0000.second@example.net"} {
		if left, err := s.SuppressionsOf(t.Context(), key); err != nil || len(left) == 0 {
			t.Errorf("%s: %+v, %v; want a keyed hash", key, left, err)
		}
	}
}

// mustChange gives a person another address.
func mustChange(t testing.TB, s *Store, id int64, email string) {
	t.Helper()
	if err := s.update(t.Context(), func(t *tx) error { return t.moveTo(id, email, email, newsletter.Proof{Source: "page"}) }); err != nil {
		t.Fatal(err)
	}
}

// mustServe opens the database once more, reads with all its connections and
// writes, until the returned function is called.
func mustServe(t testing.TB, path string, epoch int64) (stop func()) {
	t.Helper()
	other, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for range readers {
		running.Go(func() {
			for ; ctx.Err() == nil; time.Sleep(5 * time.Millisecond) { // or a slow machine would do nothing else
				for r, err := range other.Readers(ctx, ReaderFilter{Newsletter: "harbor"}) {
					if err != nil {
						break
					}
					if _, err := json.Marshal(r); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	running.Go(func() {
		for ctx.Err() == nil {
			if err := other.SetHealth(ctx, epoch, newsletter.Health{}); err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	})
	return func() {
		cancel()
		running.Wait()
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What the relay says of a letter that was on its way when its reader was erased
// is not kept.
func TestStore_Erase_whileSending(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	id := mustSubscribe(t, s, "vanish@example.org", "harbor")
	mustConfirm(t, s, "harbor", id)
	_, due := mustPublish(t, s, "frost")
	d := due[0]
	if err := s.Claim(t.Context(), d, epoch, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(t.Context(), id, "page"); err != nil {
		t.Fatal(err)
	}
	d.State = newsletter.Attempting
	reply := newsletter.Receipt{Code: 250, Text: "taken for <vanish@example.org>"}
	if err := s.Record(t.Context(), d, epoch, newsletter.Outcome{State: newsletter.Sent}, reply); err != nil {
		t.Fatal(err)
	}
	noTrace(t, s, "vanish")
	checkTally(t, s, "frost", newsletter.Tally{Audience: 1, Sent: 1})
}
