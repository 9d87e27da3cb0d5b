package settings

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// harbor reads a small settings file in every way there is.
type harbor struct {
	Name    string
	Tags    []string
	Open    bool
	Berths  int
	Tide    time.Duration
	Flag    string
	Boats   []string
	Waivers []string
}

func read(t *Table) harbor {
	h := harbor{
		Name: t.Text("name", "none", func(s string) error {
			if strings.Contains(s, "!") {
				return errors.New("must be calm")
			}
			return nil
		}),
		Tags:   t.Texts("tags"),
		Open:   t.Bool("open", true),
		Berths: t.Int("berths", 3, 1, 99),
		Tide:   t.Duration("tide", 6*time.Hour),
		Flag:   Word(t, "flag", "white", "white", "blue", "yellow"),
	}
	for _, boat := range t.Tables("boat") {
		h.Boats = append(h.Boats, boat.Text("name", ""))
		boat.Require("name")
	}
	waive := t.Table("waive")
	for _, key := range waive.Keys() {
		h.Waivers = append(h.Waivers, key+"="+waive.Text(key, ""))
	}
	return h
}

func TestTOML(t *testing.T) {
	table := mustRead(t, TOML, `name = "Old quay"
tags = ["a", "b"]
open = false
berths = 12
tide = "1d6h"
flag = "blue"
waive.images = "drawn later"
[[boat]]
name = "Ida"
[[boat]]
name = 2026-11-24
`)
	want := harbor{"Old quay", []string{"a", "b"}, false, 12, 30 * time.Hour, "blue", []string{"Ida", "2026-11-24"}, []string{"images=drawn later"}}
	if diff := cmp.Diff(want, read(table)); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if p := table.Problems(); len(p) > 0 {
		t.Error(p)
	}
}

func TestYAML(t *testing.T) {
	table := mustRead(t, YAML, `
name: Old quay
tags: [a, b]
open: false
berths: 12
tide: 1d6h
flag: "blue"
waive:
  images: >
    drawn
    later
boat:
  - name: Ida
  - {name: 2026-11-24}
`)
	want := harbor{"Old quay", []string{"a", "b"}, false, 12, 30 * time.Hour, "blue", []string{"Ida", "2026-11-24"}, []string{"images=drawn later"}}
	if diff := cmp.Diff(want, read(table)); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if p := table.Problems(); len(p) > 0 {
		t.Error(p)
	}
}

func TestDefaults(t *testing.T) {
	want := harbor{Name: "none", Open: true, Berths: 3, Tide: 6 * time.Hour, Flag: "white"}
	for name, table := range map[string]*Table{
		"TOML":  mustRead(t, TOML, ""),
		"YAML":  mustRead(t, YAML, "# nothing\n"),
		"Empty": Empty("f"),
	} {
		if diff := cmp.Diff(want, read(table)); diff != "" {
			t.Errorf("%s defaults (-want +got):\n%s", name, diff)
		}
	}
}

// TestProblems wants every mistake of a file, in its order, with its place.
func TestProblems(t *testing.T) {
	tests := []struct {
		name   string
		format format
		src    string
		want   string
	}{
		{
			"every mistake in TOML at once", TOML, `nam = "x"
tags = ["a", 5]
open = "yes"
  berths = 100
tide = "soon"
flag = "bleu"
wave = {images = "x"}
[[boat]]
shape = "red"
flag = "blue"
[waive]
"über" = 5
`, `f:1:1: unknown key "nam" (did you mean "name"?)
f:2:14: tags is a number, expected text or a list of texts
f:3:1: open is text, expected true or false
f:4:3: berths: 100 is out of range, expected 1 to 99
f:5:1: tide: "soon" is not a duration (such as "30m", "6h" or "2d")
f:6:1: flag: "bleu" is not known, expected "white", "blue" or "yellow" (did you mean "blue"?)
f:7:1: unknown key "wave" (did you mean "waive"?)
f:8:3: key "boat.name" is missing (it has no default)
f:9:1: unknown key "boat.shape" (known here: name)
f:10:1: unknown key "boat.flag" (flag belongs to the file as a whole: move it up, above the first [table])
f:12:1: waive.über is a number, expected text (put it in quotes)`,
		},
		{
			"every mistake in YAML at once", YAML, `nam: x
tags: 5
open: "yes"
berths: 1.5
tide: 5
flag:
name: Storm!
boat: Ida
waive: [a]
`, `f:1:1: unknown key "nam" (did you mean "name"?)
f:2:1: tags is a number, expected text or a list of texts
f:3:1: open is text, expected true or false
f:4:1: berths is a number with a fraction, expected a whole number
f:5:1: tide is a number, expected a duration such as "30m", "6h" or "2d"
f:6:1: key "flag" has no value (write one or remove the line)
f:7:1: name: must be calm
f:8:1: boat is text, expected a list of tables, each begun with [[boat]]
f:9:1: waive is a list, expected a table`,
		},
		{"TOML that is none", TOML, "ü = 1\n", "f:1:1: is not TOML: invalid character at start of key: U+00C3 'Ã'"},
		{"TOML without quotes", TOML, "a = 1\nname = \"ü\"\nb = two\n", "f:3:5: is not TOML: expected keyword \"true\" (put text in quotes)"},
		{"TOML key twice", TOML, "name = 'a'\nname = 'b'\n", "f:2:1: is not TOML: key name is already defined"},
		{"TOML not UTF-8", TOML, "a = \"\xff\"\n", "f: is not UTF-8 (save it as UTF-8)"},
		{"YAML not UTF-8", YAML, "a: \xff\n", "f: is not UTF-8 (save it as UTF-8)"},
		{"YAML too long", YAML, strings.Repeat("# on and on\n", 2000), "f: settings are longer than 16 KiB"},
		{"YAML with a colon", YAML, "\nname: It's: a storm\n", "f:2:7: is not YAML: mapping value is not allowed in this context (put text that holds a colon or begins with a sign in quotes)"},
		{"YAML key twice", YAML, "name: a\nname: b\n", "f:2:1: a key is given twice (keep one of them)"},
		{"YAML list", YAML, "- a\n- b\n", "f:1:1: is not a list of keys and values (write one \"key: value\" a line)"},
		{"YAML alias", YAML, "name: &a x\n", "f:1:1: anchors, aliases and tags are not used here (write the value itself)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table, err := tt.format("f", []byte(tt.src))
			if err == nil {
				read(table)
				err = table.Problems()
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseDuration(t *testing.T) {
	good := map[string]time.Duration{
		"30m": 30 * time.Minute, "2d": 48 * time.Hour, "1d12h": 36 * time.Hour, "1h30m": 90 * time.Minute,
	}
	for text, want := range good {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "5", "soon", "-1h", "0s", "-2d", "2d-3d", "9999d", "3650d1s", "1d\n"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", text, got)
		}
	}
}

func FuzzTOML(f *testing.F) {
	f.Add([]byte("name = 1\n[[boat]]\nname='x'\n[boat.sub]\na={b=[1,{c=2}]}\n"))
	f.Add([]byte("a.b.c = [[1],[2]]\n\"\" = 1\n[x.\"y z\"]\n"))
	f.Fuzz(func(t *testing.T, src []byte) { places(t, src, TOML) })
}

func FuzzYAML(f *testing.F) {
	f.Add([]byte("name: x\nboat:\n  - name: y\n  - {name: z}\nwaive: {a: b}\n"))
	f.Add([]byte("a: |\n  b\n--- \n? c\n: *d\n"))
	f.Fuzz(func(t *testing.T, src []byte) { places(t, src, YAML) })
}

// format is TOML or YAML.
type format func(file string, src []byte) (*Table, error)

// places wants each problem to lie in the file.
func places(t *testing.T, src []byte, format format) {
	t.Helper()
	table, err := format("f", src)
	problems, _ := errors.AsType[newsletter.Problems](err)
	if err == nil {
		read(table)
		problems = table.Problems()
	}
	lines := strings.Count(string(src), "\n") + strings.Count(string(src), "\r")
	for _, p := range problems {
		if p.Line < 0 || p.Line > 2+lines || p.Column < 0 || p.Column > 1+len(src) {
			t.Errorf("%v lies outside of the file", p)
		}
		if p.Message == "" {
			t.Errorf("%v says nothing", p)
		}
	}
}

func mustRead(t *testing.T, format format, src string) *Table {
	t.Helper()
	table, err := format("harbor", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return table
}
