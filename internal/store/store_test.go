package store

import (
	"database/sql"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/store/storetest"
)

// empty is a database as each test begins with.
var empty = storetest.New(Open)

// mustOpen opens a store in a temporary folder.
func mustOpen(t testing.TB) *Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data", "tidings.db")
	empty.Copy(t, path)
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// mustReaders makes confirmed readers of the newsletter "harbor" and returns
// their ids.
func mustReaders(t testing.TB, s *Store, n int) []int64 {
	t.Helper()
	ids := make([]int64, n)
	err := s.update(t.Context(), func(t *tx) error {
		for i := range ids {
			email := fmt.Sprintf("reader%d@example.org", i)
			if err := t.row(`INSERT INTO subscriber (email, email_key, first_name, tags, fields, created_at, updated_at)
				VALUES ($1, $1, 'Ada', ',clients,', '{"city":"Tacoma"}', 1, 1) RETURNING id`, []any{email}, &ids[i]); err != nil {
				return err
			}
			if _, err := t.exec(`INSERT INTO subscription (newsletter, subscriber_id, state, source, created_at, confirmed_at)
				VALUES ('harbor', $1, 'confirmed', 'test', 1, 1)`, ids[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func sampleMail(title string) *newsletter.Mail {
	return &newsletter.Mail{
		Newsletter: "harbor", Kind: newsletter.KindIssue, Title: title, From: mail.Address{Address: "letters@example.org"},
		Subject: newsletter.Literal(title), Text: newsletter.Literal("text"), HTML: newsletter.Literal("<p>text</p>"),
	}
}

// mustPublish publishes an issue to all readers and returns it with its due
// deliveries.
func mustPublish(t testing.TB, s *Store, slug string) (*Issue, []newsletter.Delivery) {
	t.Helper()
	if _, err := s.Publish(t.Context(), Publication{Slug: slug, Mail: sampleMail(slug)}); err != nil {
		t.Fatal(err)
	}
	i := mustFind(t, s, slug)
	due, _, err := s.Due(t.Context(), i.ID, time.Now(), Cursor{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return i, due
}

func mustFind(t testing.TB, s *Store, slug string) *Issue {
	t.Helper()
	i, err := s.FindIssue(t.Context(), "harbor", slug)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func mustBegin(t testing.TB, s *Store) int64 {
	t.Helper()
	epoch, _ := mustBeginWith(t, s, mustLock(t))
	return epoch
}

func mustLock(t testing.TB) *Lock {
	t.Helper()
	l, err := AcquireLock(filepath.Join(t.TempDir(), "data.lock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Release() })
	return l
}

func mustBeginWith(t testing.TB, s *Store, l *Lock) (epoch int64, unknown int) {
	t.Helper()
	epoch, unknown, err := s.Begin(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return epoch, unknown
}

// checkTally holds the numbers in the issue's row against its deliveries.
func checkTally(t testing.TB, s *Store, slug string, want newsletter.Tally) {
	t.Helper()
	i := mustFind(t, s, slug)
	if diff := cmp.Diff(want, i.Tally); diff != "" {
		t.Errorf("tally of %s (-want +got):\n%s", slug, diff)
	}
	counted, err := s.Recount(t.Context(), i.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(counted, i.Tally); diff != "" {
		t.Errorf("the issue's row is not what its deliveries are (-deliveries +row):\n%s", diff)
	}
	if !i.Closes() {
		t.Errorf("the equation of %s does not close: %+v", slug, i.Tally)
	}
}

func TestOpen_SetsPragmas(t *testing.T) {
	s := mustOpen(t)
	for _, c := range []struct{ pragma, want string }{
		{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}, {"secure_delete", "1"},
	} {
		for name, db := range map[string]*sql.DB{"reader": s.read} {
			var got string
			if err := db.QueryRowContext(t.Context(), "PRAGMA "+c.pragma).Scan(&got); err != nil || got != c.want {
				t.Errorf("%s: %s is %q, %v; want %q", name, c.pragma, got, err, c.want)
			}
		}
		err := s.update(t.Context(), func(t *tx) error {
			var got string
			if err := t.row("PRAGMA "+c.pragma, nil, &got); err != nil || got != c.want {
				return fmt.Errorf("writer: %s is %q, %w", c.pragma, got, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if _, err := s.read.ExecContext(t.Context(), "DELETE FROM subscriber"); err == nil {
		t.Error("a reading connection can write")
	}
}

// Whoever else has an account on the machine reads neither the database nor its log.
func TestOpen_Protects(t *testing.T) {
	s := mustOpen(t)
	mustSubscribe(t, s, "ann@example.org", "harbor")
	for _, file := range []string{s.path, s.path + "-wal", s.path + "-shm"} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s is %v", file, got)
		}
	}
}

func TestOpen_RefusesNewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tidings.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.update(t.Context(), func(t *tx) error {
		_, err := t.exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), path); !errors.Is(err, errNewerSchema) {
		t.Errorf("opened: %v", err)
		_ = s.Close()
	}
}

// A new program that looks at the site of an old one, which runs, does not change
// the tables under it.
func TestOpen_OlderProgramRuns(t *testing.T) {
	dir := t.TempDir()
	path, lockPath := filepath.Join(dir, "tidings.db"), filepath.Join(dir, "data.lock")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	err = s.update(t.Context(), func(t *tx) error {
		_, err := t.exec("DELETE FROM goose_db_version WHERE version_id > 1")
		return err
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	lock, err := AcquireLock(lockPath)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := OpenBeside(t.Context(), path, lockPath); !errors.Is(err, newsletter.ErrLocked) {
		t.Errorf("opened beside the process that sends: %v, %v", s, err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	// What is there twice fails now: this time the migrations ran.
	if s, err := OpenBeside(t.Context(), path, lockPath); err == nil || errors.Is(err, newsletter.ErrLocked) {
		t.Errorf("no migration ran where nobody sends: %v, %v", s, err)
	}
}

func TestUpdate_OnesErrorCostsOthersNothing(t *testing.T) {
	s := mustOpen(t)
	bad := errors.New("bad")
	release := make(chan struct{})
	go func() { // holds the writer so that the others gather in one batch
		_ = s.update(t.Context(), func(*tx) error { <-release; return nil })
	}()
	var writes sync.WaitGroup
	results := make([]error, 50)
	for i := range results {
		writes.Go(func() {
			results[i] = s.update(t.Context(), func(t *tx) error {
				_, err := t.exec("INSERT INTO clock (newsletter, until) VALUES ($1, 1)", strconv.Itoa(i))
				if i%10 == 3 {
					return errors.Join(err, bad)
				}
				return err
			})
		})
	}
	close(release)
	writes.Wait()
	kept := 0
	if err := s.read.QueryRowContext(t.Context(), "SELECT count(*) FROM clock").Scan(&kept); err != nil {
		t.Fatal(err)
	}
	if kept != 45 {
		t.Errorf("%d writes are kept, want 45", kept)
	}
	for i, err := range results {
		if (i%10 == 3) != errors.Is(err, bad) {
			t.Errorf("write %d: %v", i, err)
		}
	}
}

// Writes that come in while one is written share the next commit (rule R5).
func TestUpdate_SharesCommits(t *testing.T) {
	s := mustOpen(t)
	const writes = 100
	begun, hold := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() { _ = s.update(t.Context(), func(*tx) error { close(begun); <-hold; return nil }) })
	<-begun
	transactions := map[*tx]int{}
	for range writes {
		all.Go(func() {
			_ = s.update(t.Context(), func(t *tx) error { transactions[t]++; return nil }) // only the writer runs these
		})
	}
	for len(s.writer.queue) < writes {
		time.Sleep(time.Millisecond)
	}
	close(hold)
	all.Wait()
	if len(transactions) != 1 {
		t.Errorf("%d writes that waited took %d transactions, want 1", writes, len(transactions))
	}
}
