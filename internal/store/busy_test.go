package store

import (
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

// holdOutside is another program that is in the middle of a write.
func holdOutside(t *testing.T, s *Store) *sql.DB {
	t.Helper()
	other, err := sql.Open("sqlite", dsn(s.path, ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	other.SetMaxOpenConns(1)
	if _, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return other
}

// Another program holds the database for a while: writes wait for it, and none
// is lost or answered before it is written.
func TestUpdate_WaitsForOtherPrograms(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 2)
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	other := holdOutside(t, s)
	held := make(chan struct{})
	time.AfterFunc(300*time.Millisecond, func() {
		close(held)
		_, _ = other.ExecContext(t.Context(), "COMMIT")
	})
	claim(t, s, epoch, due[0])
	if _, err := s.Unsubscribe(t.Context(), "harbor", ids[1], newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-held:
	default:
		t.Error("written while another program held the database")
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 2, Attempting: 1, Skipped: 1})
}

// Another program holds the database for good: whoever writes hears of it after
// one wait, or a second one that began before, however many they are.
func TestUpdate_HeldForGood(t *testing.T) {
	s := mustOpen(t)
	ids := mustReaders(t, s, 60)
	const patience = 300 * time.Millisecond
	s.WaitAtMost(patience)
	holdOutside(t, s)
	began := time.Now()
	var leaving sync.WaitGroup
	for _, id := range ids {
		leaving.Go(func() {
			if _, err := s.Unsubscribe(t.Context(), "harbor", id, newsletter.Proof{}); !errors.Is(err, newsletter.ErrUnavailable) {
				t.Errorf("leaving: %v, want ErrUnavailable", err)
			}
		})
	}
	leaving.Wait()
	if took := time.Since(began); took > time.Duration(len(ids)/3)*patience {
		t.Errorf("the last of %d was answered after %s, though each waits for %s", len(ids), took, patience)
	}
}
