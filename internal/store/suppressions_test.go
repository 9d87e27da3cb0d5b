package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

func mustSuppress(t testing.TB, s *Store, value, name string, reason newsletter.SuppressionReason) {
	t.Helper()
	if n, err := s.Suppress(t.Context(), []newsletter.Suppression{{Value: value, Newsletter: name, Reason: reason, Source: "test"}}); err != nil || n != 1 {
		t.Fatalf("Suppress = %d, %v", n, err)
	}
}

// A suppression ends what is running, keeps out of what comes, and gives back
// where a reader stood when it is released.
func TestStore_Suppress(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 2)
	mustPublish(t, s, "frost")
	mustSuppress(t, s, "reader0@example.org", "", newsletter.SuppressedBounced)
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Queued: 1, Skipped: 1})
	if state := mustStanding(t, s, "harbor", ids[0]).State; state != newsletter.SubscriptionSuppressed {
		t.Errorf("reader0 is %s", state)
	}
	if n, err := s.CountAudience(t.Context(), "harbor", newsletter.Audience{}); err != nil || n != 1 {
		t.Errorf("audience %d, %v; want 1", n, err)
	}
	if err := s.Release(t.Context(), "reader0@example.org", ""); err != nil {
		t.Fatal(err)
	}
	if state := mustStanding(t, s, "harbor", ids[0]).State; state != newsletter.SubscriptionConfirmed {
		t.Errorf("released, reader0 is %s", state)
	}
	if err := s.Release(t.Context(), "reader0@example.org", ""); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("released again: %v", err)
	}
}

// Whoever is suppressed and leaves stays away when the suppression ends.
func TestStore_Suppress_thenLeave(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 1)
	mustSuppress(t, s, "reader0@example.org", "harbor", newsletter.SuppressedComplained)
	if _, err := s.Unsubscribe(t.Context(), "harbor", ids[0], newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	if state := mustStanding(t, s, "harbor", ids[0]).State; state != newsletter.SubscriptionSuppressed { // no undo brings them back
		t.Errorf("suppressed, reader0 left and is %s", state)
	}
	if err := s.Release(t.Context(), "reader0@example.org", "harbor"); err != nil {
		t.Fatal(err)
	}
	if state := mustStanding(t, s, "harbor", ids[0]).State; state != newsletter.SubscriptionUnsubscribed {
		t.Errorf("released, reader0 is %s", state)
	}
}

// What stands for one newsletter says nothing of another.
func TestStore_Suppress_oneNewsletter(t *testing.T) {
	s := mustOpen(t)
	id := mustSubscribe(t, s, "ann@example.org", "harbor", "tides")
	mustConfirm(t, s, "harbor", id)
	mustSuppress(t, s, "ann@example.org", "harbor", newsletter.SuppressedComplained)
	for name, want := range map[string]newsletter.SubscriptionState{
		"harbor": newsletter.SubscriptionSuppressed, "tides": newsletter.SubscriptionConfirmed,
	} {
		if state := mustStanding(t, s, name, id).State; state != want {
			t.Errorf("%s is %s, want %s", name, state, want)
		}
	}
	mustSuppress(t, s, "bob@example.org", "", newsletter.SuppressedBlocked)
	for p, err := range s.Suppressions(t.Context(), "harbor") {
		if err != nil || p.Newsletter != "harbor" {
			t.Errorf("the list of harbor has %+v, %v", p, err)
		}
	}
}

// A list of hashes names readers who are there, also where one page of them ends
// and the next begins.
func TestStore_SettleHashes(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 2500)
	want := map[int]newsletter.SubscriptionState{pageRows + 1: newsletter.SubscriptionConfirmed, 2399: newsletter.SubscriptionConfirmed}
	for _, i := range []int{pageRows - 1, pageRows, 2400} {
		sum := sha256.Sum256(fmt.Appendf(nil, "reader%d@example.org", i))
		mustSuppress(t, s, newsletter.SuppressedSHA256+hex.EncodeToString(sum[:]), "", newsletter.SuppressedBlocked)
		want[i] = newsletter.SubscriptionSuppressed
	}
	if looked, err := s.SettleHashes(t.Context()); err != nil || looked != 2500 {
		t.Fatalf("SettleHashes = %d, %v", looked, err)
	}
	for i, want := range want {
		if state := mustStanding(t, s, "harbor", ids[i]).State; state != want {
			t.Errorf("reader%d is %s, want %s", i, state, want)
		}
	}
}

// What a person's own confirmation ends, and what not even that.
func TestStore_Subscribe_suppressed(t *testing.T) {
	for _, reason := range newsletter.SuppressionReasons() {
		t.Run(string(reason), func(t *testing.T) {
			s := mustOpen(t)
			mustSuppress(t, s, "ann@example.org", "", reason)
			done, err := s.Subscribe(t.Context(), SubscribeParams{
				Newsletters: []string{"harbor"}, Key: "ann@example.org", Subscriber: newsletter.Subscriber{Email: "ann@example.org"},
				Direct: true, Ask: Ask{Mail: sampleQuestion, Every: time.Hour, Most: 3},
			})
			if err != nil {
				t.Fatal(err)
			}
			if reason.Final() {
				if done.Subscriber != 0 || done.Asked {
					t.Errorf("%+v: nothing must be kept or asked", done)
				}
				return
			}
			if done.State != newsletter.SubscriptionPending || !done.Asked {
				t.Fatalf("%+v: want pending and asked, whatever the opt-in", done)
			}
			mustConfirm(t, s, "harbor", done.Subscriber)
			if left, err := s.SuppressionsOf(context.WithoutCancel(t.Context()), "ann@example.org"); err != nil || len(left) != 0 {
				t.Errorf("confirmed, there is still %v, %v", left, err)
			}
		})
	}
}

// A pause takes a reader out of what is running and of what begins before it is
// over.
func TestStore_PauseReader(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 2)
	mustPublish(t, s, "frost")
	until := time.Now().Add(48 * time.Hour)
	p, err := s.PauseReader(t.Context(), "harbor", ids[0], until, newsletter.Proof{Source: "page"})
	if err != nil || !p.Paused(time.Now()) || p.State != newsletter.SubscriptionConfirmed {
		t.Fatalf("PauseReader = %+v, %v", p, err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Queued: 1, Skipped: 1})
	mustPublish(t, s, "thaw")
	checkTally(t, s, "thaw", newsletter.Tally{Audience: 1, Queued: 1})
	s.now = func() time.Time { return until.Add(time.Minute) }
	mustPublish(t, s, "spring")
	checkTally(t, s, "spring", newsletter.Tally{Audience: 2, Queued: 2})
}

// A reader who pauses while an answer is awaited gets nothing when that is "not now".
func TestStore_PauseReader_Attempting(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 2)
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	first := claim(t, s, epoch, due[0])
	claim(t, s, epoch, due[1])
	for _, id := range ids {
		if _, err := s.PauseReader(t.Context(), "harbor", id, time.Now().Add(time.Hour), newsletter.Proof{Source: "page"}); err != nil {
			t.Fatal(err)
		}
	}
	record(newsletter.Deferred)(t, s, epoch, first)
	done, wait := told()
	s.BeginUnclaim(due[1], epoch, done)
	if err := wait(); err != nil {
		t.Fatal(err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Skipped: 2})
}
