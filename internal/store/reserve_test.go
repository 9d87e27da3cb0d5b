package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

// limitPages lets the database grow by so many pages and no more: SQLITE_FULL,
// as on a full disk.
func limitPages(t *testing.T, s *Store, more int) {
	t.Helper()
	err := s.update(t.Context(), func(t *tx) error {
		var pages, limit int
		if err := t.row("PRAGMA page_count", nil, &pages); err != nil {
			return err
		}
		return t.row(fmt.Sprintf("PRAGMA max_page_count = %d", pages+more), nil, &limit)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fill writes until the database is full and returns the error.
func fill(t *testing.T, s *Store) error {
	t.Helper()
	for range 1000 {
		err := s.update(t.Context(), func(t *tx) error {
			_, err := t.exec("INSERT INTO clock (newsletter, until) VALUES (hex(randomblob(500)), 1)")
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func TestUpdate_FullDiskChangesNothing(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 5)
	mustPublish(t, s, "frost")
	limitPages(t, s, 2)
	if err := fill(t, s); !errors.Is(err, newsletter.ErrUnavailable) {
		t.Fatalf("a full disk: %v, want unavailable", err)
	}
	large := sampleMail(strings.Repeat("large ", 10_000))
	if _, err := s.Publish(t.Context(), Publication{Slug: "second", Mail: large}); !errors.Is(err, newsletter.ErrUnavailable) {
		t.Errorf("published on a full disk: %v", err)
	}
	if _, err := s.FindIssue(t.Context(), "harbor", "second"); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("half an issue was kept: %v", err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 5, Queued: 5})
	limitPages(t, s, 10_000) // there is room again
	if _, err := s.Publish(t.Context(), Publication{Slug: "second", Mail: sampleMail("second")}); err != nil {
		t.Errorf("after room was made: %v", err)
	}
}

// When the disk is full the reserve is given back, and nothing new is claimed
// until there is room for it again (rule R11).
func TestKeepReserve_StopsClaims(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 3)
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "frost")
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "reserve")
	if err := os.WriteFile(path, []byte("what a crash left of one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.KeepReserve(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != reserveSize {
		t.Fatalf("reserve: %v, %v", info, err)
	}
	flying := claim(t, s, epoch, due[0])
	limitPages(t, s, 2)
	if err := fill(t, s); !errors.Is(err, newsletter.ErrUnavailable) {
		t.Fatalf("a full disk: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the reserve was not given back: %v", err)
	}
	now := time.Now()
	s.now = func() time.Time { return now }
	if err := os.Rename(dir, dir+"-gone"); err != nil { // no room for another yet
		t.Fatal(err)
	}
	if err := s.Claim(t.Context(), due[1], epoch, nil); !errors.Is(err, newsletter.ErrUnavailable) {
		t.Errorf("claimed without a reserve: %v", err)
	}
	limitPages(t, s, 10_000)
	record(newsletter.Sent)(t, s, epoch, flying) // what was sent is written down all the same
	if err := os.Rename(dir+"-gone", dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Claim(t.Context(), due[1], epoch, nil); !errors.Is(err, newsletter.ErrUnavailable) {
		t.Errorf("tried again too soon: %v", err)
	}
	now = now.Add(reserveAgain)
	for _, d := range due[1:] {
		if err := s.Claim(t.Context(), d, epoch, nil); err != nil {
			t.Errorf("there is room again: %v", err)
		}
	}
}

// After the disk reported an error the connection is replaced, with all its
// settings, and the next write is written (rule R11).
func TestWriter_Reopens(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 1)
	if err := s.writer.reopen(); err != nil { // nothing waits: its goroutine is idle
		t.Fatal(err)
	}
	mustPublish(t, s, "frost")
	var synchronous int
	err := s.update(t.Context(), func(t *tx) error { return t.row("PRAGMA synchronous", nil, &synchronous) })
	if err != nil || synchronous != 2 {
		t.Errorf("synchronous is %d on the new connection, %v", synchronous, err)
	}
}

// A database that could not be opened again at once is opened as soon as that works.
func TestWriter_ReopensLater(t *testing.T) {
	s := mustOpen(t)
	folder := filepath.Dir(s.path)
	if err := os.Rename(folder, folder+".away"); err != nil {
		t.Fatal(err)
	}
	if err := s.writer.reopen(); err == nil { // nothing waits: its goroutine is idle
		t.Fatal("the database was opened, although it is not there")
	}
	if err := s.update(t.Context(), func(*tx) error { return nil }); !errors.Is(err, newsletter.ErrUnavailable) {
		t.Errorf("written to a database that is not there: %v", err)
	}
	if err := os.Rename(folder+".away", folder); err != nil {
		t.Fatal(err)
	}
	mustReaders(t, s, 1)
}

// The log may be larger than what is missing: a full disk writes it back, so that
// sending goes on by itself where that makes room enough.
func TestUpdate_FullDiskWritesTheLogBack(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 50)
	mustPublish(t, s, "frost")
	if err := s.KeepReserve(filepath.Join(t.TempDir(), "reserve")); err != nil {
		t.Fatal(err)
	}
	log := func() int64 {
		info, err := os.Stat(s.path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	limitPages(t, s, 2)
	before := log()
	if err := fill(t, s); !errors.Is(err, newsletter.ErrUnavailable) {
		t.Fatalf("a full disk: %v", err)
	}
	if after := log(); before == 0 || after > before/4 {
		t.Errorf("the log has %d bytes, and had %d before the disk was full", after, before)
	}
}
