package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"tidings/internal/newsletter"
)

// image is a database with its write-ahead log, as files.
type image struct{ db, wal []byte }

func mustImage(t *testing.T, s *Store) image {
	t.Helper()
	db, err := os.ReadFile(s.path)
	wal, err2 := os.ReadFile(s.path + "-wal")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return image{db, wal}
}

// open opens the image as the next start would.
func (i image) open(t *testing.T) (*Store, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tidings.db")
	if err := errors.Join(os.WriteFile(path, i.db, 0o600), os.WriteFile(path+"-wal", i.wal, 0o600)); err != nil {
		t.Fatal(err)
	}
	return Open(t.Context(), path)
}

// consistent says what is wrong with a database that opened.
func consistent(t *testing.T, s *Store) error {
	t.Helper()
	var verdict string
	if err := s.read.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		return fmt.Errorf("integrity check: %s, %w", verdict, err)
	}
	i, err := s.FindIssue(t.Context(), "harbor", "frost")
	if errors.Is(err, newsletter.ErrNotFound) {
		return nil // from before it was published
	}
	if err != nil {
		return err
	}
	counted, err := s.Recount(t.Context(), i.ID)
	if err == nil && counted != i.Tally {
		err = fmt.Errorf("the issue says %+v, its deliveries %+v", i.Tally, counted)
	}
	return err
}

// Whatever was answered is in the files at that moment: a machine that stops
// right then, and keeps only what was there, remembers it (rule R3).
func TestCrashImage_KeepsWhatWasAnswered(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 20)
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	for n, d := range due {
		d = claim(t, s, epoch, d)
		claimed := mustImage(t, s)
		record(newsletter.Sent)(t, s, epoch, d)
		for want, im := range map[newsletter.Tally]image{
			{Audience: 20, Sent: n, Attempting: 1, Queued: 19 - n}: claimed,
			{Audience: 20, Sent: n + 1, Queued: 19 - n}:            mustImage(t, s),
		} {
			after, err := im.open(t)
			if err != nil {
				t.Fatal(err)
			}
			checkTally(t, after, "frost", want)
			if err := after.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A log that was cut short or damaged gives an older state that is whole, or
// does not open; never something in between.
func TestCrashImage_DamagedLog(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 20)
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	for _, d := range due {
		record(newsletter.Sent)(t, s, epoch, claim(t, s, epoch, d))
	}
	whole := mustImage(t, s)
	if len(whole.wal) < 50_000 {
		t.Fatalf("the log has only %d bytes: nothing to damage", len(whole.wal))
	}
	seed := rand.Uint64()
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	opened := 0
	for n := range 60 {
		im := image{db: whole.db, wal: append([]byte{}, whole.wal...)}
		at := random.IntN(len(im.wal))
		if n%2 == 0 {
			im.wal = im.wal[:at]
		} else {
			im.wal[at] ^= byte(1 + random.IntN(255))
		}
		after, err := im.open(t)
		if err != nil {
			continue
		}
		opened++
		if err := consistent(t, after); err != nil {
			t.Errorf("damage at %d: %v", at, err)
		}
		if err := after.Close(); err != nil {
			t.Error(err)
		}
	}
	if opened == 0 {
		t.Error("no damaged log opened: the test shows nothing")
	}
}
