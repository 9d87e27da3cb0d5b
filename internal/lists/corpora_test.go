package lists_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
)

// corpus is the rows of a collection, without its header.
func corpus(t *testing.T, name string) [][]string {
	t.Helper()
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(text)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows[1:]
}

var escapes = strings.NewReplacer(`\r`, "\r", `\n`, "\n", `\t`, "\t", `\0`, "\x00", `\\`, `\`)

// An address gets in by a list if and only if a form would take it.
func TestService_Import_addresses(t *testing.T) {
	for _, name := range []string{"own/email_intake.tsv", "isemail/tests.tsv"} {
		t.Run(name, func(t *testing.T) {
			s := mustSite(t)
			var file bytes.Buffer
			w := csv.NewWriter(&file)
			rows, want, keys := [][]string{{"email"}}, 0, map[string]bool{}
			for _, row := range corpus(t, name) {
				for _, cell := range row[:min(2, len(row))] {
					cell = escapes.Replace(cell)
					if strings.Contains(cell, "\r\n") || cell == "" {
						continue // the writer would change it
					}
					rows = append(rows, []string{cell})
					if _, key, err := newsletter.ParseAddress(cell); err == nil && !keys[key] {
						keys[key] = true
						want++
					}
				}
			}
			if err := w.WriteAll(rows); err != nil {
				t.Fatal(err)
			}
			count, _ := s.mustImport(t, file.String())
			if count.Added != want || count.Rows != count.Added+count.Doubles+count.Refused {
				t.Errorf("%+v, want %d added", count, want)
			}
			for email := range s.readers(t) {
				if _, _, err := newsletter.ParseAddress(email); err != nil {
					t.Errorf("%q is a reader: %v", email, err)
				}
			}
		})
	}
}

// What breaks out of headers or templates is data in every column and in both
// kinds of file: one line of text, or refused.
func TestService_Import_injections(t *testing.T) {
	for _, name := range []string{"own/header_injection.tsv", "own/template_injection.tsv"} {
		t.Run(name, func(t *testing.T) {
			s := mustSite(t)
			rows := [][]string{{"email", "name", "first_name", "note", "source text"}}
			for i, row := range corpus(t, name) {
				bad := escapes.Replace(row[1])
				rows = append(rows, []string{fmt.Sprintf("r%d@example.org", i), bad, bad, bad, bad}, []string{bad, "x", "", "", ""})
			}
			var file bytes.Buffer
			if err := csv.NewWriter(&file).WriteAll(rows); err != nil {
				t.Fatal(err)
			}
			count, _ := s.mustImport(t, file.String())
			if count.Added == 0 || count.Added+count.Refused+count.Doubles != count.Rows {
				t.Errorf("%+v", count)
			}
			for _, r := range s.readers(t) {
				for _, text := range []string{r.Email, r.Name, r.FirstName, r.Fields["note"], r.Fields["source_text"]} {
					if strings.ContainsFunc(text, unicode.IsControl) {
						t.Errorf("%q is kept", text)
					}
				}
			}
		})
	}
}

func FuzzParseMap(f *testing.F) {
	for _, s := range []string{"a=email", `"a, b=field.x",c=ignore`, "=", "a=b=name", "\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := lists.ParseMap([]string{text})
		for heading, as := range m {
			if err == nil && (strings.TrimSpace(heading) != heading || as == "") {
				t.Errorf("%q: %q = %q", text, heading, as)
			}
		}
	})
}

func FuzzImportSuppressions(f *testing.F) {
	for _, s := range []string{
		"ann@example.org\n", "email,reason,date\nann@example.org,bounced,2020-01-01\n", strings.Repeat("ab", 32), "\x1f\x8b", "value\nerased:" + strings.Repeat("0", 64),
	} {
		f.Add(s)
	}
	s := mustSite(f)
	f.Fuzz(func(t *testing.T, file string) {
		refused := 0
		o := lists.SuppressOptions{Refused: func(lists.Refusal) error { refused++; return nil }}
		c, err := s.ImportSuppressions(t.Context(), strings.NewReader(file), o)
		if err != nil {
			return
		}
		if c.Rows != c.Added+c.Known+c.Refused || c.Refused != refused {
			t.Fatalf("the count does not add up: %+v", c)
		}
		if again, err := s.ImportSuppressions(t.Context(), strings.NewReader(file), o); err != nil || again.Rows != c.Rows {
			t.Fatalf("again: %+v, %v", again, err)
		}
	})
}
