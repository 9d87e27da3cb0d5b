package store

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

// inShort does work and fails t where one transaction of it changed more deliveries
// than a step has.
func inShort(t *testing.T, s *Store, what string, work func() error) {
	t.Helper()
	before, now := mustDeliveries(t, s), s.now
	look := func() {
		after, changed := mustDeliveries(t, s), 0
		for who, is := range after {
			if before[who] != is {
				changed++
			}
		}
		if before = after; changed > s.chunk {
			t.Errorf("%s: one transaction changed %d deliveries, want %d at most", what, changed, s.chunk)
		}
	}
	s.now = func() time.Time { // each transaction begins with it
		look()
		return now()
	}
	err := work()
	s.now = now
	if look(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// mustDeliveries is how all deliveries stand.
func mustDeliveries(t *testing.T, s *Store) map[string]string {
	t.Helper()
	rows, err := s.read.QueryContext(t.Context(), `SELECT issue_id || '/' || subscriber_id, state || due_at FROM delivery`)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var who, is string
		err := r.Scan(&who, &is)
		all[who] = is
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// However many readers an issue has, nobody who signs up or leaves waits for more
// than a step of what is done with it.
func TestMoves_InShortTransactions(t *testing.T) {
	s := mustOpen(t)
	s.chunk = 4
	mustReaders(t, s, 22)
	epoch := mustBegin(t, s)
	inShort(t, s, "publish", func() error {
		_, err := s.Publish(t.Context(), Publication{Slug: "frost", Mail: sampleMail("frost")})
		return err
	})
	i := mustFind(t, s, "frost")
	due, _, err := s.Due(t.Context(), i.ID, time.Now(), Cursor{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for n, d := range due[:20] {
		state := []newsletter.DeliveryState{newsletter.Failed, newsletter.Unknown}[n%2]
		err := s.Record(t.Context(), claim(t, s, epoch, d), epoch, newsletter.Outcome{State: state},
			newsletter.Receipt{Code: 550, Enhanced: "5.7.26", Text: "not authenticated"})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Pause(t.Context(), i.ID); err != nil {
		t.Fatal(err)
	}
	inShort(t, s, "resume", func() error { return s.Resume(t.Context(), i.ID) })
	checkTally(t, s, "frost", newsletter.Tally{Audience: 22, Queued: 12, Unknown: 10})
	inShort(t, s, "resend", func() error {
		n, err := s.ResendUnknown(t.Context(), i.ID, time.Now())
		if n != 10 {
			t.Errorf("%d resent, want 10", n)
		}
		return err
	})
	checkTally(t, s, "frost", newsletter.Tally{Audience: 22, Queued: 22})
	inShort(t, s, "cancel", func() error { return s.Cancel(t.Context(), i.ID) })
	checkTally(t, s, "frost", newsletter.Tally{Audience: 22, Skipped: 22})
}

// Readers' own time and a quiet gap are given to deliveries step by step.
func TestSetDue_InShortTransactions(t *testing.T) {
	s := mustOpen(t)
	s.chunk = 4
	ids := mustReaders(t, s, 22)
	mustBegin(t, s)
	for _, id := range ids[:9] {
		if err := s.SetPerson(t.Context(), newsletter.Subscriber{ID: id, Timezone: "Asia/Tokyo"}, newsletter.Proof{}); err != nil {
			t.Fatal(err)
		}
	}
	wall := time.Now().Add(time.Hour).Truncate(time.Second)
	inShort(t, s, "publish", func() error {
		_, err := s.Publish(t.Context(), Publication{Slug: "frost", Mail: sampleMail("frost"), Wall: wall, QuietGap: gap})
		return err
	})
	i := mustFind(t, s, "frost")
	inShort(t, s, "readers' own time", func() error {
		return s.SetDue(t.Context(), i.ID, map[string]time.Time{"Asia/Tokyo": wall.Add(-time.Minute)}, wall)
	})
	zoned := map[time.Time]int{}
	due, _, err := s.Due(t.Context(), i.ID, wall, Cursor{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		zoned[d.DueAt.UTC()]++
	}
	if zoned[wall.Add(-time.Minute).UTC()] != 9 || zoned[wall.UTC()] != 13 {
		t.Errorf("readers by time: %v", zoned)
	}
	if _, err := s.Publish(t.Context(), Publication{Slug: "second", Mail: sampleMail("second")}); err != nil { // without a gap, at once
		t.Fatal(err)
	}
	inShort(t, s, "quiet gap", func() error {
		n, err := s.KeepQuiet(t.Context())
		if n != 22 {
			t.Errorf("%d wait, want 22", n)
		}
		return err
	})
}

// Readers whom an audience leaves out are no reason to keep others waiting: a step
// is so many subscriptions, whoever is in it.
func TestPublish_FewOfMany(t *testing.T) {
	s := mustOpen(t)
	s.chunk = 4
	ids := mustReaders(t, s, 30)
	err := s.update(t.Context(), func(t *tx) error {
		_, err := t.exec(`UPDATE subscriber SET tags = ',team,' WHERE id IN ($1, $2)`, ids[11], ids[29])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	began, now := 0, s.now
	s.now = func() time.Time { began++; return now() }
	n, err := s.Publish(t.Context(), Publication{Slug: "frost", Mail: sampleMail("frost"), Audience: mustAudience(t, "tag:team")})
	if n != 2 || err != nil {
		t.Fatalf("published to %d, %v; want 2", n, err)
	}
	if began < 5 { // 19 subscriptions from the first reader on, 4 at a time
		t.Errorf("made in %d transactions", began)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Queued: 2})
	if got := mustFind(t, s, "frost").State; got != newsletter.IssueSending {
		t.Errorf("the issue is %s", got)
	}
	_, err = s.Publish(t.Context(), Publication{Slug: "nobody", Mail: sampleMail("nobody"), Audience: mustAudience(t, "tag:nobody")})
	if !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("published to nobody: %v", err)
	}
	if _, err := s.FindIssue(t.Context(), "harbor", "nobody"); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("what was refused left something behind: %v", err)
	}
}

// What is cancelled while its deliveries are made is not made further, and not sent.
func TestPublish_CancelledMeanwhile(t *testing.T) {
	s := mustOpen(t)
	s.chunk = 4
	mustReaders(t, s, 10)
	i, _ := mustPublish(t, s, "frost")
	err := s.update(t.Context(), func(t *tx) error { // as after the first step
		if _, err := t.exec(`DELETE FROM delivery WHERE subscriber_id > 4`); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE issue SET state = 'expanding', expanded = 4, audience = 4, queued = 4`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	release, answers := make(chan struct{}), make(chan error, 3)
	waiting := func(n int) {
		for len(s.writer.queue) < n {
			time.Sleep(time.Millisecond)
		}
	}
	busy := make(chan struct{})
	go func() {
		answers <- s.update(t.Context(), func(*tx) error {
			close(busy)
			<-release
			return nil
		})
	}()
	<-busy
	go func() { answers <- s.Cancel(t.Context(), i.ID) }()
	waiting(1)
	go func() { answers <- s.Expand(t.Context()) }() // it found the issue expanding
	waiting(2)
	close(release)
	for range 3 {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	if got := mustFind(t, s, "frost").State; got != newsletter.IssueCancelled {
		t.Errorf("the issue is %s", got)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 4, Skipped: 4})
}

// A process that ends while it cancels leaves an issue of which nothing is sent, and
// the next one, or the same command again, skips the rest.
func TestSettle(t *testing.T) {
	for name, again := range map[string]func(*Store, int64) error{
		"the next process": func(s *Store, _ int64) error { return s.Settle(context.Background()) },
		"cancelled again":  func(s *Store, id int64) error { return s.Cancel(context.Background(), id) },
	} {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t)
			s.chunk = 4
			mustReaders(t, s, 10)
			i, due := mustPublish(t, s, "frost")
			epoch := mustBegin(t, s)
			ctx, stop := context.WithCancel(t.Context())
			began, now := 0, s.now
			s.now = func() time.Time {
				if began++; began == 3 { // after the first step
					stop()
				}
				return now()
			}
			if err := s.Cancel(ctx, i.ID); !errors.Is(err, context.Canceled) {
				t.Fatalf("stopped: %v", err)
			}
			s.now = now
			if got := mustFind(t, s, "frost"); got.State != newsletter.IssueCancelled || got.Skipped == 10 {
				t.Fatalf("%s, %d skipped", got.State, got.Skipped)
			}
			if err := s.Claim(t.Context(), due[9], epoch, nil); !errors.Is(err, ErrNotClaimed) {
				t.Errorf("claimed of a cancelled issue: %v", err)
			}
			told := func() int {
				finished, err := s.Finished(t.Context(), "harbor", time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				return len(finished)
			}
			if told() != 0 {
				t.Error("it is said to be finished before all is skipped")
			}
			if err := again(s, i.ID); err != nil {
				t.Fatal(err)
			}
			if told() != 1 {
				t.Error("it is not said to be finished")
			}
			checkTally(t, s, "frost", newsletter.Tally{Audience: 10, Skipped: 10})
			if err := s.Cancel(t.Context(), i.ID); !errors.Is(err, newsletter.ErrConflict) {
				t.Errorf("cancelled once more: %v", err)
			}
		})
	}
}
