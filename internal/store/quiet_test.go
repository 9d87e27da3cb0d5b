package store

import (
	"errors"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

const gap = 20 * time.Hour

// mustPublishQuietly publishes an issue of a site that keeps a gap.
func mustPublishQuietly(t *testing.T, s *Store, slug string) *Issue {
	t.Helper()
	if _, err := s.Publish(t.Context(), Publication{Slug: slug, Mail: sampleMail(slug), QuietGap: gap}); err != nil {
		t.Fatal(err)
	}
	return mustFind(t, s, slug)
}

// only is the one open delivery of an issue, whenever it is due.
func only(t *testing.T, s *Store, i *Issue) newsletter.Delivery {
	t.Helper()
	due, _, err := s.Due(t.Context(), i.ID, time.Now().AddDate(1, 0, 0), Cursor{}, 10)
	if err != nil || len(due) != 1 {
		t.Fatalf("%d open deliveries of %s, %v", len(due), i.Slug, err)
	}
	return due[0]
}

// overtaken is an issue whose relay asked to wait, and behind which the next
// issue has gone to the same reader.
func overtaken(t *testing.T, s *Store, epoch int64, again time.Time) *Issue {
	t.Helper()
	mustReaders(t, s, 1)
	first := mustPublishQuietly(t, s, "first")
	err := s.Record(t.Context(), only(t, s, first), epoch,
		newsletter.Outcome{State: newsletter.Deferred, DueAt: again}, newsletter.Receipt{Code: 451})
	if err != nil {
		t.Fatal(err)
	}
	second := mustPublishQuietly(t, s, "second")
	record(newsletter.Sent)(t, s, epoch, claim(t, s, epoch, only(t, s, second)))
	return first
}

// wantQuiet says that what is left of an issue waits out the gap, with the date
// that its message had before.
func wantQuiet(t *testing.T, s *Store, i *Issue, made time.Time) {
	t.Helper()
	d := only(t, s, i)
	if wait := time.Until(d.DueAt); wait < gap-time.Minute || wait > gap {
		t.Errorf("the retry comes %s after the other issue, want %s", wait.Round(time.Second), gap)
	}
	if !d.CreatedAt.Equal(made) {
		t.Errorf("a retry has the date %s, its first attempt had %s", d.CreatedAt, made)
	}
}

func TestStore_KeepQuiet_retry(t *testing.T) {
	s := mustOpen(t)
	first := overtaken(t, s, mustBegin(t, s), time.Now().Add(30*time.Minute))
	made := only(t, s, first).CreatedAt
	if n, err := s.KeepQuiet(t.Context()); n != 1 || err != nil {
		t.Errorf("%d deliveries moved, %v, want the retry", n, err)
	}
	wantQuiet(t, s, first, made)
	if n, err := s.KeepQuiet(t.Context()); n != 0 || err != nil {
		t.Errorf("%d deliveries moved again, %v", n, err)
	}
}

// A retry that is due before anybody looked at the gap finds it in its claim.
func TestClaim_KeepsQuiet(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	first := overtaken(t, s, epoch, time.Now().Add(-time.Second))
	d := only(t, s, first)
	if err := s.Claim(t.Context(), d, epoch, nil); !errors.Is(err, ErrNotClaimed) {
		t.Fatalf("claim within the gap: %v", err)
	}
	wantQuiet(t, s, first, d.CreatedAt)
	checkTally(t, s, "first", newsletter.Tally{Audience: 1, Deferred: 1})
}

// What was cancelled before its end still has reached whom it reached.
func TestStore_KeepQuiet_cancelled(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	mustReaders(t, s, 2)
	first := mustPublishQuietly(t, s, "first")
	due, _, err := s.Due(t.Context(), first.ID, time.Now(), Cursor{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	record(newsletter.Sent)(t, s, epoch, claim(t, s, epoch, due[0]))
	if err := s.Cancel(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	second := mustPublishQuietly(t, s, "second")
	if n, _, err := s.Later(t.Context(), second.ID, time.Now()); n != 1 || err != nil {
		t.Errorf("%d readers wait, %v, want the one who got the first", n, err)
	}
}

// Only what may have reached a reader lately keeps another issue from them, when it
// is made and when it is claimed. What waits has the date of when it goes.
func TestStore_KeepQuiet_whatCounts(t *testing.T) {
	for _, c := range []struct {
		first newsletter.DeliveryState
		later time.Duration
		waits bool
	}{
		{newsletter.Attempting, 0, true},
		{newsletter.Sent, 0, true},
		{newsletter.Unknown, 0, true},
		{newsletter.Failed, 0, false},
		{newsletter.Attempting, gap + time.Hour, false},
	} {
		t.Run(string(c.first)+" "+c.later.String(), func(t *testing.T) {
			s := mustOpen(t)
			epoch := mustBegin(t, s)
			mustReaders(t, s, 1)
			d := claim(t, s, epoch, only(t, s, mustPublishQuietly(t, s, "first")))
			if c.first != newsletter.Attempting {
				record(c.first)(t, s, epoch, d)
			}
			now := time.Now().Add(c.later)
			s.now = func() time.Time { return now }
			second := only(t, s, mustPublishQuietly(t, s, "second"))
			if waits := second.DueAt.After(now); waits != c.waits || !second.CreatedAt.Equal(second.DueAt) {
				t.Errorf("due at %s with the date %s, now %s; it waits: %t", second.DueAt, second.CreatedAt, now, c.waits)
			}
			if err := s.Claim(t.Context(), second, epoch, nil); errors.Is(err, ErrNotClaimed) != c.waits {
				t.Errorf("claim: %v; it waits: %t", err, c.waits)
			}
		})
	}
}

// A mail that asks to confirm is no issue: whoever just signed up waits for none.
func TestStore_KeepQuiet_notices(t *testing.T) {
	s := mustOpen(t)
	mustConfirm(t, s, "harbor", mustSubscribe(t, s, "ann@example.org", "harbor"))
	i := mustPublishQuietly(t, s, "first")
	if n, _, err := s.Later(t.Context(), i.ID, time.Now()); n != 0 || err != nil {
		t.Errorf("%d wait for a notice, %v", n, err)
	}
}

// Of two issues that are due at the same instant, the one that was made first goes.
func TestStore_KeepQuiet_atOnce(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	now := time.Now()
	s.now = func() time.Time { return now }
	first, second := mustPublishQuietly(t, s, "first"), mustPublishQuietly(t, s, "second")
	if wait := only(t, s, second).DueAt.Sub(only(t, s, first).DueAt); wait != gap {
		t.Errorf("the second comes %s after the first, want %s", wait, gap)
	}
}
