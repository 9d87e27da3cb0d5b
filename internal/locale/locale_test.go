package locale_test

import (
	"html/template"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tidings/internal/locale"
	"tidings/templates"
)

func mustLoad(t testing.TB) *locale.Bundle {
	t.Helper()
	b, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBundle_Choose(t *testing.T) {
	b := mustLoad(t)
	tests := []struct {
		preferences []string
		want        string
	}{
		{nil, "en"},
		{[]string{"", "", ""}, "en"},
		{[]string{"de", "fr", "es"}, "de"},
		{[]string{"", "fr-CA,fr;q=0.9,en;q=0.8", "es"}, "fr"},
		{[]string{"", "en-GB,en;q=0.9", "de"}, "en"},
		{[]string{"", "en-US,en;q=0.5", "de"}, "en-US"},
		{[]string{"", "en", "de"}, "en"},
		{[]string{"", "de-AT", "en"}, "de"},
		{[]string{"", "pt-PT", "en"}, "pt"},
		{[]string{"", "ar-EG", "en"}, "ar"},
		{[]string{"", "ja,de;q=0.7", "en"}, "de"},
		{[]string{"", "en;q=0.1,nl;q=0.9", "fr"}, "nl"},
		{[]string{"", "de;q=0", "nl"}, "nl"},
		{[]string{"", "ja,zh;q=0.9", "es"}, "es"},
		{[]string{"", "*", "es"}, "es"},
		{[]string{"tlh", "ja", "ko"}, "en"},
		{[]string{"", "zz,ar;q=0.9", "en"}, "ar"}, // what is no language hides none that is
		{[]string{"", "fr;q=0.5, en_!, de ; q=0.8", "en"}, "de"},
		{[]string{"no tag at all", ";;q=x", "it"}, "it"},
		{[]string{strings.Repeat("de,", 1000), "fr"}, "fr"},
	}
	for _, tt := range tests {
		if got := b.Choose(tt.preferences...).Tag(); got != tt.want {
			t.Errorf("Choose(%.80q) = %s, expected %s", tt.preferences, got, tt.want)
		}
	}
}

// Whatever a browser sends, it gets one of our languages.
// The same thing has the same words on every page.
func TestLocale_Say_sameWords(t *testing.T) {
	b := mustLoad(t)
	for _, c := range b.Choose("en").Languages() {
		l := b.Choose(c.Tag)
		if a, b := l.Say("sent.inbox"), l.Say("mailed.title"); a != b {
			t.Errorf("%s says %q and %q", c.Tag, a, b)
		}
	}
}

func FuzzBundle_Choose(f *testing.F) {
	b := mustLoad(f)
	for _, s := range []string{"de-AT,de;q=0.9,*;q=0.1", "", "x-klingon", "en-u-nu-arab", "zh-Hant-TW;q=1.000", "de;q=nan"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		l := b.Choose("", header, "it")
		if l.Say("page.subscribe") == "page.subscribe" || b.For(header).Say("mail.by") == "" {
			t.Errorf("%q leads to %s, which says nothing", header, l.Tag())
		}
	})
}

func TestLocale_Direction(t *testing.T) {
	b := mustLoad(t)
	if got := b.Choose("ar").Direction(); got != "rtl" {
		t.Errorf("Arabic goes %s", got)
	}
	tests := map[string]string{
		"en": "ltr", "ar": "rtl", "he-IL": "rtl", "fa": "rtl", "az-Arab": "rtl", "az": "ltr", "": "ltr", "not a tag": "ltr",
	}
	for tag, want := range tests {
		if got := locale.Direction(tag); got != want {
			t.Errorf("Direction(%q) = %q, expected %q", tag, got, want)
		}
	}
}

func TestLocale_Say(t *testing.T) {
	b := mustLoad(t)
	tests := []struct{ got, want string }{
		{b.Choose("en").Say("left.title"), "You have unsubscribed"},
		{b.Choose("de").Say("left.title"), "Sie sind abgemeldet"},
		{b.Choose("en-US").Say("left.title"), "You have unsubscribed"},
		{b.Choose("es").Say("mail.why", "Newsletter", "Cartas"), "Recibes esta carta porque te suscribiste a Cartas."},
		{b.Choose("en-US").Say("mail.why", "Newsletter", "{{.X}} & <b>"), "You get this letter because you signed up for {{.X}} & <b>."},
		{b.Choose("de").Say("no.such"), "no.such"},
		{b.Choose("de").Say("mail.why"), "mail.why"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, expected %q", tt.got, tt.want)
		}
	}
}

// Arabic has six forms (CLDR).
func TestLocale_Plural(t *testing.T) {
	b := mustLoad(t)
	tests := []struct {
		tag  string
		n    int
		want string
	}{
		{"en", 1, "1 issue holds “x”"},
		{"en", 0, "0 issues hold “x”"},
		{"en", 1204, "1,204 issues hold “x”"},
		{"de", 1204, "1.204 Ausgaben mit „x“"},
		{"fr", 0, "0 numéro contient «\u00a0x\u00a0»"},
		{"es", 1_000_000, "1.000.000 números contienen «x»"},
		{"ar", 0, "لا أعداد فيها «x»"},
		{"ar", 1, "عدد واحد فيه «x»"},
		{"ar", 2, "عددان فيهما «x»"},
		{"ar", 3, "3 أعداد فيها «x»"},
		{"ar", 11, "11 عددًا فيها «x»"},
		{"ar", 100, "100 عدد فيها «x»"},
		{"ar", 103, "103 أعداد فيها «x»"},
	}
	for _, tt := range tests {
		if got := b.Choose(tt.tag).Plural("archive.found", tt.n, "Query", "x"); got != tt.want {
			t.Errorf("%s, %d: %q, expected %q", tt.tag, tt.n, got, tt.want)
		}
	}
}

func TestLocale_Rich(t *testing.T) {
	l := mustLoad(t).Choose("ar")
	got := l.Rich("left.said", "Newsletter", `A & <b>`, "Address", template.HTML(`<b>a…@example.org</b>`))
	for _, part := range []string{"<bdi>A &amp; &lt;b&gt;</bdi>", "<b>a…@example.org</b>"} {
		if !strings.Contains(string(got), part) {
			t.Errorf("%s lacks %s", got, part)
		}
	}
	if got := l.RichPlural("archive.found", 2, "Query", "<i>"); !strings.Contains(string(got), "<bdi>&lt;i&gt;</bdi>") {
		t.Errorf("plural is %s", got)
	}
	if got := mustLoad(t).Choose("es").Rich("address.at"); got != "A esta dirección le falta la «@». Revísala, por favor." {
		t.Errorf("without values it is %s", got)
	}
}

func TestLocale_Date(t *testing.T) {
	b := mustLoad(t)
	day := time.Date(2026, 12, 8, 9, 0, 0, 0, time.UTC)
	first := time.Date(2026, 5, 1, 17, 30, 0, 0, time.UTC)
	tests := map[string][3]string{ // day, first of a month, time of a day
		"en":    {"8 December 2026", "1 May 2026", "Tue 8 Dec, 09:00"},
		"en-US": {"December 8, 2026", "May 1, 2026", "Tue, Dec 8, 09:00"},
		"en-GB": {"8 December 2026", "1 May 2026", "Tue 8 Dec, 09:00"},
		"de":    {"8. Dezember 2026", "1. Mai 2026", "Di, 8. Dez., 09:00 Uhr"},
		"fr":    {"8 décembre 2026", "1er mai 2026", "mar. 8 déc., 09:00"},
		"es-MX": {"8 de diciembre de 2026", "1 de mayo de 2026", "mar, 8 dic, 09:00"},
		"ar":    {"8 ديسمبر 2026", "1 مايو 2026", "الثلاثاء 8 ديسمبر، 09:00"},
		"ja":    {"2026年12月8日", "2026年5月1日", "Tue 8 Dec, 09:00"},
		"pl":    {"2026-12-08", "2026-05-01", "Tue 8 Dec, 09:00"},
		"x bad": {"8 December 2026", "1 May 2026", "Tue 8 Dec, 09:00"},
	}
	for tag, want := range tests {
		l := b.For(tag)
		if got := [3]string{l.Date(day), l.Date(first), l.DayTime(day)}; got != want {
			t.Errorf("%s: %q, expected %q", tag, got, want)
		}
	}
	if got := b.For("en").Date(time.Time{}); got != "" {
		t.Errorf("no date is %q", got)
	}
}

func TestLocale_Languages(t *testing.T) {
	var got []string
	for _, c := range mustLoad(t).Choose("de").Languages() {
		got = append(got, c.Tag+" "+c.Name)
	}
	want := "de Deutsch, en English, en-US English (United States), es Español, fr Français, it Italiano, nl Nederlands, pt Português, ar العربية"
	if strings.Join(got, ", ") != want {
		t.Errorf("languages are %s, expected %s", strings.Join(got, ", "), want)
	}
}

// A site adds a language, or changes some words of one, with one file.
func TestLoad_SitesOwn(t *testing.T) {
	b, err := locale.Load(fstest.MapFS{
		"locale/sv.toml":    {Data: []byte("language = \"Svenska\"\n[left]\ntitle = \"Du är avanmäld\"\n")},
		"locale/pt-PT.toml": {Data: []byte("language = \"Português (Portugal)\"\n[page]\nsubscribe = \"Subscrever\"\n")},
		"locale/de.toml":    {Data: []byte("[left]\ntitle = \"Du bist abgemeldet\"\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ tag, id, want string }{
		{"sv", "left.title", "Du är avanmäld"},
		{"sv", "left.again", "Subscribe again"},
		{"sv-SE", "left.title", "Du är avanmäld"},
		{"de", "left.title", "Du bist abgemeldet"},
		{"de", "left.again", "Wieder abonnieren"},
		{"pt-PT", "page.subscribe", "Subscrever"},
		{"pt-PT", "left.title", "Inscrição cancelada"},
		{"pt-BR", "page.subscribe", "Inscrever-se"},
	}
	for _, tt := range tests {
		if got := b.Choose(tt.tag).Say(tt.id); got != tt.want {
			t.Errorf("%s says %s as %q, expected %q", tt.tag, tt.id, got, tt.want)
		}
	}
	if got := b.Choose("sv").Plural("archive.found", 2, "Query", "x"); got != "2 issues hold “x”" {
		t.Errorf("a plural that is missing is %q", got)
	}
}

func TestLoad_BrokenFiles(t *testing.T) {
	tests := map[string]struct{ name, text, want string }{
		"no TOML":         {"sv.toml", "[left]\ntitle = Hej\n", "templates/locale/sv.toml:2:9: is not TOML"},
		"no language":     {"words_and_more.toml", "", "templates/locale/words_and_more.toml: is not named after a language"},
		"unknown message": {"sv.toml", "\n[left]\ntitel = \"Hej\"\n", `templates/locale/sv.toml:3: no message is called "left.titel" (did you mean "left.title"?)`},
		"unknown hole":    {"sv.toml", "[mail]\nwhy = \"{{.Newsleter}}\"\n", "templates/locale/sv.toml:2: mail.why (other): nothing is filled into {{.Newsleter}}"},
		"unknown form":    {"ar.toml", "[archive.found]\nfew = \"{{.N}}\"\nother = \"x\"\n", "templates/locale/ar.toml:1: archive.found (few): nothing is filled into {{.N}}"},
		"a program":       {"sv.toml", "[mail]\nwhy = \"{{if .Newsletter}}x{{end}}\"\n", "templates/locale/sv.toml:2: mail.why: {{if .Newsletter}}x{{end}} is no placeholder"},
		"a call":          {"sv.toml", "[mail]\nwhy = \"{{.Newsletter | len}}\"\n", `function "len" not defined`},
		"never closed":    {"sv.toml", "[mail]\nwhy = \"{{.Newsletter\"\n", "templates/locale/sv.toml:2: mail.why: "},
		"a number":        {"sv.toml", "[mail]\nby = 3\n", "neither a text nor a table of texts"},
		"too large":       {"sv.toml", "# " + strings.Repeat("x", 600<<10), "is larger than 512 KB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := locale.Load(fstest.MapFS{"locale/" + tt.name: {Data: []byte(tt.text)}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, expected %q in it", err, tt.want)
			}
		})
	}
}

func BenchmarkLocale_Say(b *testing.B) {
	l := mustLoad(b).Choose("de")
	for b.Loop() {
		l.Say("left.title")
		l.Say("left.said", "Newsletter", "Hafenbriefe", "Address", "a…@example.org")
	}
}
