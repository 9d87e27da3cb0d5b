package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const letter = "From: Harbor Letters <letters@example.org>\r\n" +
	"To: =?utf-8?q?Ren=C3=A9?= <rene@example.org>\r\n" +
	"Subject: First frost\r\n" +
	"\r\n" +
	"Dear Rene,\r\n.\r\nA dot stood alone above.\r\n"

func TestMailbox_keepsAndReadsBack(t *testing.T) {
	dir := t.TempDir()
	box := mustOpen(t, dir, DefaultMax)
	addr := mustServe(t, box)
	changed := box.Changed()
	mustSend(t, addr, "bounce+1@example.org", "rene@example.org", letter)
	<-changed

	entries, total := box.List("", 0, 10)
	want := []Entry{{From: "Harbor Letters <letters@example.org>", To: "René <rene@example.org>", Subject: "First frost"}}
	if diff := cmp.Diff(want, entries, cmpopts.IgnoreFields(Entry{}, "ID", "At", "Size")); diff != "" {
		t.Fatalf("entries (-want +got):\n%s", diff)
	}
	if total != 1 {
		t.Errorf("total = %d, want 1", total)
	}
	msg, err := box.Message(entries[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("Dear Rene,\r\n.\r\nA dot stood alone above.\r\n", msg.Text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	wantTrace := []Field{{"Return-Path", "<bounce+1@example.org>"}, {"Delivered-To", "rene@example.org"}}
	if diff := cmp.Diff(wantTrace, msg.Header[:2]); diff != "" {
		t.Errorf("trace fields (-want +got):\n%s", diff)
	}
	if !strings.HasSuffix(string(msg.Source), letter) {
		t.Errorf("source does not end with the bytes sent:\n%q", msg.Source)
	}
}

func TestMailbox_reopened(t *testing.T) {
	dir := t.TempDir()
	first := mustOpen(t, dir, DefaultMax)
	for i := range 5 {
		mustKeep(t, first, fmt.Sprintf("Subject: number %d\r\n\r\n", i))
	}
	before, _ := first.List("", 0, 10)
	mustWrite(t, filepath.Join(dir, tempPrefix+"9"), "half a mess")
	mustWrite(t, filepath.Join(dir, "notes.txt"), "not ours")

	again := mustOpen(t, dir, 3)
	after, total := again.List("", 0, 10)
	if diff := cmp.Diff(before[:3], after, cmpopts.EquateApproxTime(0)); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if total != 3 {
		t.Errorf("total = %d, want 3", total)
	}
	if got := len(mustReadDir(t, dir)); got != 4 { // three messages and notes.txt
		t.Errorf("the folder holds %d files, want 4", got)
	}
	mustKeep(t, again, "Subject: newest\r\n\r\n")
	if got, _ := again.List("", 0, 1); got[0].Subject != "newest" || got[0].ID <= before[0].ID {
		t.Errorf("newest entry is %+v, want one after %s", got[0], before[0].ID)
	}
}

func TestMailbox_List(t *testing.T) {
	box := mustOpen(t, t.TempDir(), DefaultMax)
	for i := range 7 {
		mustKeep(t, box, fmt.Sprintf("From: f%d@example.org\r\nTo: Reader %d <r%d@example.net>\r\nSubject: Letter %d\r\n\r\n", i, i%2, i, i))
	}
	tests := []struct {
		name, query   string
		offset, limit int
		want          []string
		total         int
	}{
		{"newest first", "", 0, 2, []string{"Letter 6", "Letter 5"}, 7},
		{"second page", "", 2, 2, []string{"Letter 4", "Letter 3"}, 7},
		{"past the end", "", 9, 2, nil, 7},
		{"by subject, whatever its case", "LETTER 3", 0, 5, []string{"Letter 3"}, 1},
		{"by sender", "f4@", 0, 5, []string{"Letter 4"}, 1},
		{"by recipient, a page of it", "reader 1", 1, 1, []string{"Letter 3"}, 3},
		{"nothing", "zebra", 0, 5, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entries, total := box.List(tt.query, tt.offset, tt.limit)
			var got []string
			for _, e := range entries {
				got = append(got, e.Subject)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || total != tt.total {
				t.Errorf("total %d, want %d; subjects (-want +got):\n%s", total, tt.total, diff)
			}
		})
	}
}

func TestMailbox_limitAndClear(t *testing.T) {
	dir := t.TempDir()
	box := mustOpen(t, dir, 10)
	for i := range 25 {
		mustKeep(t, box, fmt.Sprintf("Subject: %d\r\n\r\n", i))
	}
	entries, total := box.List("", 0, 100)
	if total != 10 || entries[0].Subject != "24" || entries[9].Subject != "15" {
		t.Errorf("kept %d, from %q to %q, want the newest ten", total, entries[0].Subject, entries[9].Subject)
	}
	if n, err := box.Clear(); n != 10 || err != nil {
		t.Errorf("Clear() = %d, %v, want 10", n, err)
	}
	if files := mustReadDir(t, dir); len(files) != 0 {
		t.Errorf("the folder still holds %d files", len(files))
	}
	if _, err := box.Message(entries[0].ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Message of a deleted one: %v, want fs.ErrNotExist", err)
	}
}

func TestMailbox_Message_badID(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, filepath.Join(dir, "secret.eml"), "Subject: secret\r\n\r\n")
	box := mustOpen(t, filepath.Join(dir, "box"), DefaultMax)
	for _, id := range []string{
		"", ".", "../secret", "..%2fsecret", "/etc/passwd", "1", strings.Repeat("9", idDigits),
		strings.Repeat("1", idDigits), strings.Repeat("1", idDigits-1) + "/", "00000000000000000\x0011",
	} {
		if _, err := box.Message(id); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Message(%q): %v, want fs.ErrNotExist", id, err)
		}
	}
}

func TestServe_onlyLoopback(t *testing.T) {
	if ln, err := Listen(t.Context(), "0.0.0.0:0"); err == nil {
		_ = ln.Close()
		t.Error("Listen on every address: no error")
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := mustOpen(t, t.TempDir(), 1).Serve(t.Context(), ln); err == nil {
		t.Error("Serve on every address: no error")
	}
}

// TestServe_refusals uses a smaller limit than the real one, for speed.
func TestServe_refusals(t *testing.T) {
	dir := t.TempDir()
	server := mustOpen(t, dir, DefaultMax).server()
	server.MaxMessageBytes = 10_000
	ln, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(ln) //nolint:errcheck // it ends when it is closed
	t.Cleanup(func() { _ = server.Shutdown(context.Background()) })
	tests := []struct {
		name, message, want string
	}{
		{"a line of a megabyte", "Subject: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", ""},
		{"over the size limit", "Subject: big\r\n\r\n" + strings.Repeat(strings.Repeat("x", 98)+"\r\n", 100), "552"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := smtp.SendMail(ln.Addr().String(), nil, "a@example.org", []string{"b@example.org"}, []byte(tt.message))
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Fatalf("the mailbox says %v, want %s", err, tt.want)
			}
			if files := mustReadDir(t, dir); len(files) != 0 {
				t.Errorf("%d files are left, want none", len(files))
			}
		})
	}
	mustSend(t, ln.Addr().String(), "a@example.org", "b@example.org", letter) // it still serves
}

// TestServe_end checks that an idle client cannot hold the mailbox open.
func TestServe_end(t *testing.T) {
	box := mustOpen(t, t.TempDir(), DefaultMax)
	ln, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- box.Serve(ctx, ln) }()
	client, err := smtp.Dial(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := client.Noop(); err == nil {
		t.Error("the connection outlived Serve")
	}
}

func mustOpen(t testing.TB, dir string, limit int) *Mailbox {
	t.Helper()
	box, err := Open(dir, limit, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	return box
}

// mustServe serves box until the test ends and returns its address.
func mustServe(t testing.TB, box *Mailbox) string {
	t.Helper()
	ln, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- box.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return ln.Addr().String()
}

func mustSend(t testing.TB, addr, from, to, message string) {
	t.Helper()
	if err := smtp.SendMail(addr, nil, from, []string{to}, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

func mustKeep(t testing.TB, box *Mailbox, message string) {
	t.Helper()
	env := envelope{helo: "test", from: "a@example.org", to: []string{"b@example.org"}}
	if err := box.keep(env, io.LimitReader(strings.NewReader(message), int64(len(message)))); err != nil {
		t.Fatal(err)
	}
}

func mustWrite(t testing.TB, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mustReadDir(t testing.TB, dir string) []os.DirEntry {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// BenchmarkMailbox sends mails over one connection, as a demo does.
func BenchmarkMailbox(b *testing.B) {
	addr := mustServe(b, mustOpen(b, b.TempDir(), DefaultMax))
	client, err := smtp.Dial(addr)
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	message := []byte(letter + strings.Repeat("A line of an essay, of about seventy characters, as letters have.\r\n", 400))
	b.SetBytes(int64(len(message)))
	start := time.Now()
	for b.Loop() {
		send(b, client, message)
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "mails/s")
}

func send(b *testing.B, client *smtp.Client, message []byte) {
	b.Helper()
	w, err := func() (io.WriteCloser, error) {
		if err := client.Mail("a@example.org"); err != nil {
			return nil, err
		}
		if err := client.Rcpt("b@example.org"); err != nil {
			return nil, err
		}
		return client.Data()
	}()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.Write(message); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}
