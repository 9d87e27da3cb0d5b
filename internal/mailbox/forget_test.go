package mailbox

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// All mails to a person go, whichever field names them, and no others; in the
// process that holds the folder and in one beside it.
func TestForget(t *testing.T) {
	for name, forget := range map[string]func(m *Mailbox, dir string) (int, error){
		"held": func(m *Mailbox, _ string) (int, error) {
			return m.Forget([]string{"Ada@example.org", "old@example.org"})
		},
		"beside": func(_ *Mailbox, dir string) (int, error) {
			return Forget(dir, []string{"ada@example.org", "old@example.org"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			m, err := Open(dir, DefaultMax, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = m.Close() }()
			for _, mail := range []struct{ to, field string }{
				{"ada@example.org", "<ada@example.org>"},
				{"old@example.org", "<old@example.org>"},
				{"bo@example.org", "<bo@example.org>"},
				{"xada@example.org", "<xada@example.org>"},
				{"ada@example.org", "undisclosed"},
			} {
				body := "Subject: Frost\r\nTo: " + mail.field + "\r\n\r\nHello " + mail.to + "\r\n"
				if err := m.keep(envelope{helo: "localhost", from: "letters@example.org", to: []string{mail.to}}, strings.NewReader(body)); err != nil {
					t.Fatal(err)
				}
			}
			if n, err := forget(m, dir); err != nil || n != 3 {
				t.Errorf("%d mails are gone, %v; want 3", n, err)
			}
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil || len(files) != 2 {
				t.Errorf("left are %v, %v", files, err)
			}
			for _, file := range files {
				if data, err := os.ReadFile(file); err != nil || strings.Contains(string(data), " ada@") || strings.Contains(string(data), "old@") {
					t.Errorf("%s: %s, %v", file, data, err)
				}
			}
			if _, total := m.List("", 0, 10); total != 2 {
				t.Errorf("the list has %d", total)
			}
		})
	}
	if n, err := Forget(filepath.Join(t.TempDir(), "none"), []string{"ada@example.org"}); n != 0 || err != nil {
		t.Errorf("no mailbox: %d, %v", n, err)
	}
}
