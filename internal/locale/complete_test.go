package locale

import (
	"embed"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"

	"tidings/templates"
)

// Each built-in language says all that English says and nothing else, with the
// same placeholders, in all the plural forms it has. A kind of a language, such
// as en-US, may leave out what it shares.
func TestBuiltinLanguages(t *testing.T) {
	all := collection{}
	if err := all.read(templates.FS, embed.FS{}); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"en", "es", "de", "fr", "pt", "nl", "ar", "it"} {
		words := all[language.MustParse(tag)]
		if words == nil {
			t.Errorf("there is no %s.toml", tag)
			continue
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(all[language.English])), slices.Sorted(maps.Keys(words))); diff != "" {
			t.Errorf("%s.toml, messages (-English +%s):\n%s", tag, tag, diff)
		}
		for id, m := range words {
			wantForms := map[string]string{"other": ""}
			if len(forms(all[language.English][id])) > 1 {
				wantForms["one"] = ""
				if tag == "ar" {
					wantForms = map[string]string{"zero": "", "one": "", "two": "", "few": "", "many": "", "other": ""}
				}
			}
			if diff := cmp.Diff(slices.Sorted(maps.Keys(wantForms)), slices.Sorted(maps.Keys(forms(m)))); diff != "" {
				t.Errorf("%s.toml, forms of %s (-want +got):\n%s", tag, id, diff)
			}
			want, err := placeholders(all[language.English][id].Other)
			if err != nil {
				t.Fatal(err)
			}
			for form, text := range forms(m) {
				got, err := placeholders(text)
				if err != nil {
					t.Fatal(err)
				}
				if tag == "ar" && form != "other" {
					got = append(got, count) // written as a word, or not at all
					slices.Sort(got)
					got = slices.Compact(got)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s.toml, placeholders of %s (-English +%s):\n%s", tag, id, tag, diff)
				}
			}
		}
		if n := len(strings.Fields(words["date.months"].Other)); n != 12 {
			t.Errorf("%s.toml has %d months", tag, n)
		}
		if n := len(strings.Fields(words["date.short_months"].Other)); n != 12 {
			t.Errorf("%s.toml has %d short months", tag, n)
		}
		if n := len(strings.Fields(words["date.weekdays"].Other)); n != 7 {
			t.Errorf("%s.toml has %d days of the week", tag, n)
		}
	}
}

// What looks wrong to a reader of the language, whatever it says.
func TestBuiltinLanguages_Typography(t *testing.T) {
	names, err := fs.Glob(templates.FS, "locale/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		src, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(src)) {
			n++
			_, text, said := strings.Cut(line, "= \"")
			if !said {
				continue
			}
			if text, _, _ = strings.Cut(strings.TrimSpace(text), `" #`); strings.ContainsAny(strings.TrimSuffix(text, `"`), `'!"`) || strings.Contains(text, "...") || strings.Contains(text, "  ") {
				t.Errorf("%s:%d: %q has typewriter marks, two blanks or an exclamation mark", name, n, text)
			}
			for _, bad := range []string{" ?", " ;", " :", "« ", " »"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s:%d: %q could break at %q", name, n, text, bad)
				}
			}
		}
	}
}
