package newsletter

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	tests := []struct{ give, email, key string }{
		{"ann@example.org", "ann@example.org", "ann@example.org"},
		{" Ann@EXAMPLE.org\t", "Ann@example.org", "ann@example.org"},
		{"ann+tag@example.org", "ann+tag@example.org", "ann+tag@example.org"},
		{"o'brien@sub.example.co.uk", "o'brien@sub.example.co.uk", "o'brien@sub.example.co.uk"},
		{"ann@bücher.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
		{"ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
		{"ann@example.org.", "ann@example.org", "ann@example.org"},
		{"use\u0301r@example.org", "us\u00e9r@example.org", "us\u00e9r@example.org"},
		{"用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s", "用户@xn--fsqu00a.xn--fiqs8s"},
		{"ann@r3---sn.example", "ann@r3---sn.example", "ann@r3---sn.example"},
	}
	for _, test := range tests {
		email, key, err := ParseAddress(test.give)
		if err != nil || email != test.email || key != test.key {
			t.Errorf("ParseAddress(%q) = %q, %q, %v; want %q, %q", test.give, email, key, err, test.email, test.key)
		}
	}
}

func TestParseAddress_refuses(t *testing.T) {
	tests := []struct{ give, reason string }{
		{"", "empty"},
		{"ann", `no "@"`},
		{"@example.org", "nothing before"},
		{"ann@", "nothing after"},
		{"ann@localhost", "no dot"},
		{"ann@[192.0.2.1]", "IP address"},
		{"ann@192.0.2.1", "ends in a number"},
		{`"ann b"@example.org`, "blank"},
		{`"ann"@example.org`, "quoted"},
		{".ann@example.org", "a dot before"},
		{"a..n@example.org", "a dot before"},
		{"ann@exa mple.org", "blank"},
		{"ann@-example.org", "no domain name"},
		{"ann@example-.org", "no domain name"},
		{"ann@example..org", "no domain name"},
		{"ann@b_d.org", "no domain name"},
		{"a(n)n@example.org", "may not stand"},
		{"a@n@example.org", "may not stand"},
		{"Ann <ann@example.org>", "bare address"},
		{"ann@example.org, bob@example.org", "several"},
		{"mailto:ann@example.org", "mailto:"},
		{"ann@example.org\r\n", "control"},
		{"ann@example.org\r\nBcc: x@y", "control"},
		{"ann\x00@example.org", "control"},
		{"ann@example.org\u200b", "invisible"},
		{"\xffann@example.org", "UTF-8"},
		{strings.Repeat("a", 65) + "@example.org", "longer than 64"},
		{"a@" + strings.Repeat("b", 64) + ".org", "no domain name"},
		{strings.Repeat("a", 60) + "@" + strings.Repeat(strings.Repeat("b", 60)+".", 4) + "org", "longer than 254"},
		{strings.Repeat("a", 1<<20), "longer than 254"},
	}
	for _, test := range tests {
		_, _, err := ParseAddress(test.give)
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("ParseAddress(%.60q) = %v; want %q", test.give, err, test.reason)
		}
	}
}

// TestParseAddress_intake reads the address cases of the test corpora. What
// they leave to policy is refused here, but for what needs SMTPUTF8.
func TestParseAddress_intake(t *testing.T) {
	keys := map[string]string{}
	for _, row := range mustCorpus(t, "own/email_intake.tsv") {
		email, key, err := ParseAddress(row[0])
		switch expected := row[1]; {
		case strings.HasPrefix(expected, "accept"), expected == "same-as-NFC", expected == "normalise-or-reject":
			if err != nil {
				t.Errorf("%q: %v", row[0], err)
			}
		case expected == "policy" && email == row[0]: // a role address is somebody's
		default:
			if err == nil {
				t.Errorf("%q is taken as %q, but is expected to %s", row[0], email, expected)
			}
		}
		keys[row[0]] = key
	}
	if keys["User@EXAMPLE.org"] != keys["user@example.org"] || keys["usér@example.org"] != keys["use\u0301r@example.org"] {
		t.Error("spellings of one address have different keys")
	}
}

// TestParseAddress_isemail holds ParseAddress against a public collection: what
// it calls valid is taken, and what needs more than RFC 5321's plain form never
// passes as it is.
func TestParseAddress_isemail(t *testing.T) {
	for _, row := range mustCorpus(t, "isemail/tests.tsv") {
		email, _, err := ParseAddress(row[1])
		plain := row[2] == "ISEMAIL_VALID_CATEGORY" || row[2] == "ISEMAIL_DNSWARN"
		single := !strings.Contains(row[1][strings.LastIndex(row[1], "@")+1:], ".")
		if plain && !single && err != nil {
			t.Errorf("%s: %q is valid, but: %v", row[0], row[1], err)
		}
		if !plain && err == nil && email == row[1] {
			t.Errorf("%s: %q is taken in spite of %s", row[0], row[1], row[3])
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"ann@example.org", " Ann@BÜCHER.example. ", "a\u0301@例子.中国", "ß@faß.de", "İ@x.y", `"q"@[::1]`, "a@b\r\n.c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		email, key, err := ParseAddress(s)
		if err != nil {
			return
		}
		if len(email) > 254 || strings.ContainsAny(email, "\r\n \t<>\"\x00") || strings.Count(email, "@") != 1 {
			t.Fatalf("ParseAddress(%q) let %q pass", s, email)
		}
		again, key2, err := ParseAddress(email)
		if err != nil || again != email || key2 != key {
			t.Fatalf("ParseAddress(%q) = %q, %q; again %q, %q, %v", s, email, key, again, key2, err)
		}
	})
}

// mustCorpus reads a table of the test corpora without its header, with \-
// escapes undone.
func mustCorpus(t *testing.T, name string) [][]string {
	t.Helper()
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		cells := strings.Split(sc.Text(), "\t")
		for i, c := range cells {
			if u, err := strconv.Unquote(`"` + strings.ReplaceAll(c, `"`, `\"`) + `"`); err == nil {
				cells[i] = u
			}
		}
		rows = append(rows, cells)
	}
	if len(rows) < 2 {
		t.Fatalf("%s is empty", name)
	}
	return rows[1:]
}
