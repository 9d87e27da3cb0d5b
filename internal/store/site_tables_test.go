package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// tables are the files of an export in memory.
type tables map[string]*bytes.Buffer

func (f tables) create(name string) (io.Writer, error) {
	f[name] = &bytes.Buffer{}
	return f[name], nil
}

func (f tables) open(name string) (io.ReadCloser, error) {
	if f[name] == nil {
		return nil, fmt.Errorf("%s: %w", name, newsletter.ErrNotFound)
	}
	return io.NopCloser(bytes.NewReader(f[name].Bytes())), nil
}

func mustWriteTables(t *testing.T, s *Store) tables {
	t.Helper()
	files := tables{}
	if _, err := s.WriteTables(t.Context(), files.create, func(int) {}); err != nil {
		t.Fatal(err)
	}
	return files
}

// siteFiles are files as ReadTables takes them, with nothing else to do.
func (f tables) siteFiles() SiteFiles {
	return SiteFiles{Open: f.open, Progress: func(int) {}, Finish: func() error { return nil }}
}

// Every table either moves with the site or stays for a reason that somebody
// thought of.
func TestSiteTables_complete(t *testing.T) {
	s := mustOpen(t)
	stay := []string{"goose_db_version", "health", "instance"} // they are about the database and the process that sends
	rows, err := s.read.QueryContext(t.Context(), `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(stay, name) == slices.Contains(siteTables(), name) {
			t.Errorf("table %s: does it move with the site, or stay?", name)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// What one site wrote fills another, which then writes the same.
func TestStore_WriteTables_roundTrip(t *testing.T) {
	s := mustMixedSite(t)
	im := importOf(time.Now())
	for _, rows := range mixed() {
		mustFates(t, s, im, rows...)
	}
	mustReaders(t, s, 200)
	last, err := s.SubscriberByKey(t.Context(), "reader199@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(t.Context(), last.ID, "page"); err != nil { // its number must not come back
		t.Fatal(err)
	}
	files := mustWriteTables(t, s)
	other := mustOpen(t)
	n, err := other.ReadTables(t.Context(), files.siteFiles())
	if err != nil || n != strings.Count(files["subscriber"].String(), "\n")-1 {
		t.Fatalf("ReadTables = %d, %v", n, err)
	}
	for name, file := range mustWriteTables(t, other) {
		want, got := files[name].String(), file.String()
		if name == "sqlite_sequence" {
			want, got = line(want, "subscriber"), line(got, "subscriber")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if mustDump(t, s) != mustDump(t, other) {
		t.Error("the databases differ")
	}
	ann, err := other.SubscriberByKey(t.Context(), "new@example.org")
	if err != nil {
		t.Fatal(err)
	}
	if all, err := other.Consents(t.Context(), ann.ID); err != nil || len(all) != 1 || !all[0].Intact {
		t.Errorf("receipts %+v, %v", all, err)
	}
	fates := mustFates(t, other, importOf(time.Now()), subscribed("reader199@example.org"), subscribed("next@example.org"))
	if !slices.Equal(fates, []Imported{ImportKeptOut, ImportAdded}) {
		t.Errorf("fates %v: who was erased stays away", fates)
	}
	if next, err := other.SubscriberByKey(t.Context(), "next@example.org"); err != nil || next.ID != last.ID+1 {
		t.Errorf("the next reader is %d, %v; want %d", next.ID, err, last.ID+1)
	}
	if _, err := other.ReadTables(t.Context(), files.siteFiles()); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("into a site with readers: %v", err)
	}
}

// line is the line of a text that holds a word.
func line(text, word string) string {
	for l := range strings.Lines(text) {
		if strings.Contains(l, word) {
			return l
		}
	}
	return ""
}

// Files that are not right change nothing.
func TestStore_ReadTables_wrong(t *testing.T) {
	good := mustWriteTables(t, mustMixedSite(t))
	for name, spoil := range map[string]func(tables){
		"missing":      func(f tables) { delete(f, "consent") },
		"no keys":      func(f tables) { f["token_key"] = bytes.NewBufferString(`["id","secret","created_at"]` + "\n") },
		"newer":        func(f tables) { f["subscriber"] = bytes.NewBufferString(`["id","shoe_size"]` + "\n[1,42]\n") },
		"short row":    func(f tables) { f["consent"].WriteString("[1]\n") },
		"no JSON":      func(f tables) { f["suppression"].WriteString("x\n") },
		"object":       func(f tables) { f["suppression"].WriteString("{}\n") },
		"long":         func(f tables) { f["suppression"].WriteString(strings.Repeat("x", 2<<20)) },
		"not a number": func(f tables) { f["subscriber"].WriteString("[1.5]\n") },
	} {
		t.Run(name, func(t *testing.T) {
			files := tables{}
			for name, file := range good {
				files[name] = bytes.NewBuffer(bytes.Clone(file.Bytes()))
			}
			spoil(files)
			s := mustOpen(t)
			before := mustWriteTables(t, s)
			if _, err := s.ReadTables(t.Context(), files.siteFiles()); err == nil {
				t.Fatal("it was taken")
			}
			if diff := cmp.Diff(before["token_key"].String(), mustWriteTables(t, s)["token_key"].String()); diff != "" {
				t.Errorf("keys changed:\n%s", diff)
			}
		})
	}
}

// What was sent and queued moves too: nothing is sent twice, and nothing at all
// before somebody says that the other site has stopped.
func TestStore_WriteTables_sent(t *testing.T) {
	s := mustOpen(t)
	mustReaders(t, s, 200)
	mustSend(t, s, "past", "Past", "An article.")
	epoch := mustBegin(t, s)
	_, due := mustPublish(t, s, "now")
	record(newsletter.Sent)(t, s, epoch, claim(t, s, epoch, due[0]))
	record(newsletter.Failed)(t, s, epoch, due[1])
	claim(t, s, epoch, due[2]) // and no answer yet
	mustQueue(t, s, "next")
	long := sampleMail("long")
	long.Embedded = []newsletter.Media{{Name: "a.png", Data: bytes.Repeat([]byte("picture"), 300_000)}}
	if _, err := s.Publish(t.Context(), Publication{Slug: "long", Mail: long}); err != nil {
		t.Fatal(err)
	}
	files := mustWriteTables(t, s)

	other := mustOpen(t)
	mustQueue(t, other, "sample") // that a new site found by itself
	if _, err := other.ReadTables(t.Context(), files.siteFiles()); err != nil {
		t.Fatal(err)
	}
	for name, file := range mustWriteTables(t, other) {
		want := files[name].String()
		if name == "delivery" {
			claimed := fmt.Sprintf(`"attempting",1,%d,`, due[2].DueAt.UnixMicro())
			want = strings.Replace(want, claimed+strconv.FormatInt(epoch, 10), claimed+"0", 1)
		}
		if diff := cmp.Diff(want, file.String()); diff != "" && name != "sqlite_sequence" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	lock := mustLock(t)
	if err := other.Home(t.Context(), lock); !errors.Is(err, ErrNotAdopted) {
		t.Errorf("before it is adopted: %v", err)
	}
	if paused, err := other.Adopt(t.Context(), lock); err != nil || paused != 3 {
		t.Errorf("Adopt = %d, %v", paused, err)
	}
	if _, unknown := mustBeginWith(t, other, lock); unknown != 1 {
		t.Errorf("%d are unknown", unknown)
	}
	checkTally(t, other, "now", newsletter.Tally{Audience: 200, Queued: 197, Sent: 1, Failed: 1, Unknown: 1})
	if _, err := other.Publish(t.Context(), Publication{Slug: "past", Mail: sampleMail("past")}); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("the past issue again: %v", err)
	}
}

// Where something else that moves with the tables fails, nothing is taken.
func TestStore_ReadTables_finish(t *testing.T) {
	files := mustWriteTables(t, mustMixedSite(t)).siteFiles()
	full := errors.New("the disk is full")
	files.Finish = func() error { return full }
	s := mustOpen(t)
	if _, err := s.ReadTables(t.Context(), files); !errors.Is(err, full) {
		t.Fatalf("%v", err)
	}
	files.Finish = func() error { return nil }
	if _, err := s.ReadTables(t.Context(), files); err != nil {
		t.Errorf("again, with room: %v", err)
	}
}

func FuzzReadTables(f *testing.F) {
	f.Add(`["id","email","email_key","created_at","updated_at"]`+"\n"+`[1,"a","a",1,1]`, `["subscriber_id","n"]`)
	f.Add(`["id"`, `[{"base64":"eA=="}]`)
	s, err := Open(f.Context(), f.TempDir()+"/tidings.db")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	keys := tables{}
	if _, err := s.WriteTables(f.Context(), keys.create, func(int) {}); err != nil {
		f.Fatal(err)
	}
	undo := errors.New("undo")
	f.Fuzz(func(t *testing.T, subscribers, consents string) {
		files := tables{"subscriber": bytes.NewBufferString(subscribers), "consent": bytes.NewBufferString(consents)}
		for name, file := range keys {
			if files[name] == nil {
				files[name] = file
			}
		}
		_ = s.update(t.Context(), func(t *tx) error {
			_, _ = t.readTables(context.Background(), files.siteFiles())
			return undo
		})
	})
}
