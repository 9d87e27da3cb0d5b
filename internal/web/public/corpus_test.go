package public_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"tidings/internal/newsletter"
)

// corpus is the lines of a file of the corpora, without empty ones; none where
// there are no corpora.
func corpus(t *testing.T, name string) []string {
	t.Helper()
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' || r == '\r' })
}

// cell is one cell of a row, with its escapes read.
func cell(row string, n int) string {
	cells := strings.Split(row, "\t")
	if n >= len(cells) {
		return ""
	}
	if text, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(cells[n], `\"`, `"`), `"`, `\"`) + `"`); err == nil {
		return text
	}
	return cells[n]
}

// hostile are texts that somebody may type where a name is asked for.
func hostile(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, row := range corpus(t, "own/header_injection.tsv") {
		all = append(all, cell(row, 1))
	}
	for _, row := range corpus(t, "own/template_injection.tsv") {
		all = append(all, cell(row, 1))
	}
	if dir := os.Getenv("TIDINGS_CORPORA"); dir != "" {
		text, err := os.ReadFile(filepath.Join(dir, "blns", "blns.json"))
		if err != nil {
			t.Fatal(err)
		}
		var naughty []string
		if err := json.Unmarshal(text, &naughty); err != nil {
			t.Fatal(err)
		}
		all = append(all, naughty...)
	}
	return all
}

// Whatever is typed, through every door and in every field: no page breaks, what is
// kept is one line of text, and the confirmation says nothing of it.
func TestDoors_HostileTexts(t *testing.T) {
	texts := hostile(t)
	if len(texts) == 0 {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	s := mustSite(t)
	var nets networks
	var all sync.WaitGroup
	busy := make(chan bool, 60)
	for _, d := range doors() {
		for i, text := range texts {
			all.Go(func() {
				busy <- true
				defer func() { <-busy }()
				form := url.Values{"email": {fmt.Sprintf("r%d-%s@example.org", i, strings.ToLower(d.name))}}
				for _, name := range []string{"name", "first_name", "city", "tag", "timezone", "language", "redirect", "newsletter"} {
					form.Set(name, text)
				}
				r := d.send(t, "/harbor/subscribe", form)
				r.RemoteAddr = nets.next()
				r.Header.Set("User-Agent", strings.Map(printable, text))
				a := s.through(r)
				if a.StatusCode != http.StatusOK && a.StatusCode != http.StatusUnprocessableEntity {
					t.Errorf("%s, %q: %s", d.name, text, a.Status)
				}
				if a.Header.Get("Location") != "" || strings.Contains(strings.ToLower(a.body), "<script") {
					t.Errorf("%s, %q comes back as\n%s", d.name, text, a.body)
				}
			})
		}
	}
	all.Wait()
	mails, n := s.confirmations()
	if n == 0 {
		t.Error("nobody was asked")
	}
	for _, text := range texts {
		if len(text) > 12 && strings.Contains(mails, text) {
			t.Errorf("a confirmation holds %q", text)
		}
	}
	for _, v := range s.kept(`SELECT name || first_name || fields || tags || timezone || language FROM subscriber`) {
		if strings.ContainsFunc(v, unicode.IsControl) || strings.ContainsAny(v, "\u2028\u2029\u202e") {
			t.Errorf("kept %q", v)
		}
	}
	for _, v := range s.kept(`SELECT DISTINCT tags || timezone FROM subscriber`) {
		if v != "" {
			t.Errorf("a form gave %q", v)
		}
	}
}

func printable(r rune) rune {
	if r < ' ' || r > '~' {
		return -1
	}
	return r
}

// Addresses as people type them: each door takes what ParseAddress takes.
func TestDoors_Addresses(t *testing.T) {
	var addresses []string
	for _, row := range corpus(t, "isemail/tests.tsv") {
		addresses = append(addresses, cell(row, 1))
	}
	for _, row := range corpus(t, "own/email_intake.tsv") {
		addresses = append(addresses, strings.Split(row, "\t")[0])
	}
	if len(addresses) == 0 {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	s := mustSite(t)
	var nets networks
	var all sync.WaitGroup
	for _, d := range doors() {
		for _, email := range addresses {
			all.Go(func() {
				r := d.send(t, "/harbor/subscribe", url.Values{"email": {email}})
				r.RemoteAddr = nets.next()
				want := http.StatusOK
				if _, _, err := newsletter.ParseAddress(strings.TrimSpace(email)); err != nil {
					want = http.StatusUnprocessableEntity
				}
				if a := s.through(r); a.StatusCode != want {
					t.Errorf("%s, %q: %s, want %d", d.name, email, a.Status, want)
				}
			})
		}
	}
	all.Wait()
}
