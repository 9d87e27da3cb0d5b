package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"tidings/internal/newsletter"
)

func TestAcquireLock_OneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "data.lock")
	lock, err := AcquireLock(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = AcquireLock(path)
	hint, ok := errors.AsType[*newsletter.Hinted](err)
	if held, err := Locked(path); err != nil || !held {
		t.Errorf("Locked = %v, %v; want true", held, err)
	}
	if !errors.Is(err, newsletter.ErrLocked) || !ok || !strings.Contains(hint.Hint, Holder()) {
		t.Errorf("second holder: %v (%+v); want refused, with who holds it", err, hint)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if held, err := Locked(path); err != nil || held {
		t.Errorf("released, Locked = %v, %v; want false", held, err)
	}
	again, err := AcquireLock(path)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
}

// copyDatabase copies a closed database, as a backup would.
func copyDatabase(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, data, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// A copied database, and one restored from an older backup, send nothing until
// a person says so (rule R10).
func TestHome_NoticesCopiesAndBackups(t *testing.T) {
	dir := t.TempDir()
	first, backup, elsewhere := filepath.Join(dir, "a", "t.db"), filepath.Join(dir, "backup.db"), filepath.Join(dir, "b", "t.db")
	lock := mustLock(t)
	use := func(path string, want error, work func(*Store)) {
		t.Helper()
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		if err := s.Home(t.Context(), lock); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
		if work != nil {
			work(s)
		}
	}
	begin := func(s *Store) { mustBeginWith(t, s, lock) }
	use(first, nil, func(s *Store) {
		begin(s)
		mustReaders(t, s, 2)
		mustPublish(t, s, "frost")
	})
	use(first, nil, nil)
	copyDatabase(t, first, backup)
	use(first, nil, begin)
	copyDatabase(t, backup, first) // restored in place: older than the lock remembers
	use(first, ErrNotAdopted, nil)
	copyDatabase(t, backup, elsewhere)
	use(elsewhere, ErrNotAdopted, func(s *Store) {
		if paused, err := s.Adopt(t.Context(), lock); err != nil || paused != 1 {
			t.Errorf("adopted: %d paused, %v; want 1", paused, err)
		}
		if i := mustFind(t, s, "frost"); i.State != newsletter.IssuePaused || i.Reason == "" {
			t.Errorf("the open issue is %s (%q)", i.State, i.Reason)
		}
		begin(s)
	})
	use(elsewhere, nil, nil)
}

// A copy that is as new as the original is noticed by its place, with a lock that
// remembers nothing; and an old one, once it is adopted, begins after all epochs that
// the lock knows.
func TestHome_CopyOfTheNewest(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "a", "t.db"), filepath.Join(dir, "b", "t.db")
	s, err := Open(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	mustBegin(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	copyDatabase(t, first, second)
	if s, err = Open(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	lock := mustLock(t)
	if err := s.Home(t.Context(), lock); !errors.Is(err, ErrNotAdopted) {
		t.Errorf("Home = %v, want %v", err, ErrNotAdopted)
	}
	lock.epoch = 40
	if _, err := s.Adopt(t.Context(), lock); err != nil {
		t.Fatal(err)
	}
	if epoch, _ := mustBeginWith(t, s, lock); epoch <= 40 {
		t.Errorf("begins epoch %d, want one after 40", epoch)
	}
}

// Who looks whether the lock is held never makes another's start fail.
func TestAcquireLock_whileOthersLook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.lock")
	looks := flock.New(path)
	if got, err := looks.TryRLock(); !got || err != nil {
		t.Fatalf("TryRLock = %v, %v", got, err)
	}
	time.AfterFunc(lookMost/10, func() { _ = looks.Unlock() })
	l, err := AcquireLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if held, err := Locked(path); !held || err != nil {
		t.Errorf("Locked = %v, %v, want true", held, err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if held, err := Locked(path); held || err != nil {
		t.Errorf("after its release, Locked = %v, %v", held, err)
	}
}

// What a longer text left behind, as after a crash between writing and cutting, does
// not hide the epoch; and the next holder cuts it off.
func TestAcquireLock_Remains(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.lock")
	if err := os.WriteFile(path, []byte("process 1 on here\nepoch 7\n"+strings.Repeat("rest of another\n", 9)), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := AcquireLock(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if want := Holder() + "\nepoch 7\n"; l.epoch != 7 || string(text) != want || err != nil {
		t.Errorf("epoch %d, file %q, %v; want 7 and %q", l.epoch, text, err, want)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}
