package render

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file of testdata, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got), renew with -update when it is right:\n%s", file, diff)
	}
}

// TestMail_golden renders each article of testdata as one reader gets it. With
// TIDINGS_OUT set, the parts are also written there, for those who want to look.
func TestMail_golden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no articles: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			n, i := harbor(), issueOf(string(src))
			dressed(n, i, name)
			m, err := mustRenderer(t).Mail(n, i, Options{BaseURL: "https://news.example.org", Files: gallery{}})
			if err != nil {
				t.Fatal(err)
			}
			for part, got := range map[string]string{
				"html": mustFill(t, m.HTML, ada), "txt": mustFill(t, m.Text, ada), "web.html": m.Web,
			} {
				golden(t, name+"."+part, got)
				show(t, name+"."+part, got)
			}
		})
	}
}

// dressed gives an article of testdata the newsletter that it is for.
func dressed(n *newsletter.Newsletter, i *newsletter.Issue, name string) {
	switch name {
	case "digest":
		i.Layout, i.Title, i.Author = newsletter.LayoutDigest, "Five small things for December", ""
		n.Theme.Preset = "slate"
	case "announcement":
		i.Layout, i.Title, i.Author = newsletter.LayoutAnnouncement, "A walk on the shortest day", ""
		n.Theme.Preset = "rust"
	case "arabic":
		i.Language, i.Title, i.Description, i.Author = "ar", "أول صقيع", "رسالة قصيرة عن المرفأ في الشتاء، وعن عقدة لم تنفك.", "مريم"
		n.Theme.Preset = "plum"
	case "german":
		i.Language, i.Title, i.Description = "de", "Der erste Frost", "Über einen Knoten, der nicht aufging, und ein Buch voll kalter Morgen."
	}
}

func show(t *testing.T, name, s string) {
	t.Helper()
	dir := os.Getenv("TIDINGS_OUT")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestConfirm_golden(t *testing.T) {
	m, err := mustRenderer(t).Confirm(newsletter.Question{Newsletters: []newsletter.Newsletter{*harbor()}}, Options{BaseURL: "https://news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if m.Kind != newsletter.KindConfirm || m.Subject.Personal() {
		t.Errorf("got kind %q and subject %v", m.Kind, m.Subject)
	}
	golden(t, "confirm.html", mustFill(t, m.HTML, ada))
	golden(t, "confirm.txt", mustFill(t, m.Text, ada))
	show(t, "confirm.html", mustFill(t, m.HTML, ada))
	show(t, "confirm.txt", mustFill(t, m.Text, ada))
}

// Mails to one person about themselves, in every language: each has its button
// where it has one, no list to leave, and nothing that somebody typed.
func TestPersonal(t *testing.T) {
	links := map[newsletter.Kind]string{
		newsletter.KindAccess: "https://news.example.org/preferences/abc123", newsletter.KindAddress: "https://news.example.org/address/abc123",
		newsletter.KindMoved: "", newsletter.KindTaken: "",
	}
	for kind, link := range links {
		for _, lang := range []string{"", "de", "fr", "es", "nl", "pt-BR", "it", "ar", "ja"} {
			m, err := mustRenderer(t).Personal(harbor(), kind, lang, Options{BaseURL: "https://news.example.org"})
			if err != nil {
				t.Fatalf("%s in %s: %v", kind, lang, err)
			}
			html, text := mustFill(t, m.HTML, ada), mustFill(t, m.Text, ada)
			if m.Kind != kind || m.Kind.Listed() || m.Subject.Personal() {
				t.Errorf("%s: kind %s, subject %v", kind, m.Kind, m.Subject)
			}
			for _, part := range []string{html, text} {
				if link != "" && !strings.Contains(part, link) || strings.Contains(part, "/u/") || strings.Contains(part, "_mail.") || strings.Contains(part, "{{") || strings.Contains(part, "Ada") {
					t.Errorf("%s in %s: %s", kind, lang, part)
				}
			}
			if lang == "" || lang == "ar" {
				golden(t, string(kind)+lang+".txt", text)
				show(t, string(kind)+lang+".html", html)
			}
		}
	}
}

// TestConfirm_languages renders the confirmation in every language we speak.
func TestConfirm_languages(t *testing.T) {
	for _, lang := range []string{"en", "de", "fr", "es", "nl", "pt-BR", "it", "ar", "ja", "xx-invalid-tag-that-is-none"} {
		n := harbor()
		n.Language = lang
		m, err := mustRenderer(t).Confirm(newsletter.Question{Newsletters: []newsletter.Newsletter{*n}}, Options{BaseURL: "https://news.example.org"})
		if err != nil {
			t.Fatalf("%s: %v", lang, err)
		}
		text := mustFill(t, m.Text, ada)
		if !strings.Contains(text, "https://news.example.org/confirm/abc123") || strings.Contains(text, "%!") {
			t.Errorf("%s: %s", lang, text)
		}
	}
}

// A confirmation names all newsletters that it is for, in the reader's language,
// and says so when it is the last one.
func TestConfirm_several(t *testing.T) {
	walks, notes := *harbor(), *harbor()
	walks.ID, walks.Title, notes.ID, notes.Title = "walks", "Harbor Walks", "notes", "Harbor Notes"
	all := []newsletter.Newsletter{*harbor(), walks, notes}
	tests := map[string]struct {
		q     newsletter.Question
		words []string
	}{
		"German": {newsletter.Question{Newsletters: all, Language: "de"}, []string{"Bitte bestätigen: Harbor Letters, Harbor Walks und Harbor Notes", "Jemand, wahrscheinlich"}},
		"Arabic": {newsletter.Question{Newsletters: all[:2], Language: "ar"}, []string{"Harbor Letters وHarbor Walks", `dir="rtl"`}},
		"again":  {newsletter.Question{Newsletters: all[:2], Again: true}, []string{"Once more: Harbor Letters and Harbor Walks", "we will not ask again"}},
	}
	for name, test := range tests {
		m, err := mustRenderer(t).Confirm(test.q, Options{BaseURL: "https://news.example.org"})
		if err != nil {
			t.Fatal(err)
		}
		whole := m.Subject.String() + m.HTML.String() + strings.Join(strings.Fields(m.Text.String()), " ")
		for _, w := range test.words {
			if !strings.Contains(whole, w) {
				t.Errorf("%s: %q is missing in\n%s", name, w, whole)
			}
		}
		if m.Newsletter != "harbor" || m.Subject.Personal() {
			t.Errorf("%s: the mail is %s's, subject %v", name, m.Newsletter, m.Subject)
		}
	}
}

// TestNew_overlay: a site can put a template of its own in the place of ours, and
// hears at the start when one is broken.
func TestNew_overlay(t *testing.T) {
	site := fstest.MapFS{}
	for _, name := range layouts {
		for _, suffix := range []string{".html.tmpl", ".txt.tmpl"} {
			for _, file := range []string{"mail/base" + suffix, "mail/" + name + suffix} {
				data, err := fs.ReadFile(templates.FS, file)
				if err != nil {
					t.Fatal(err)
				}
				site[file] = &fstest.MapFile{Data: data}
			}
		}
	}
	site["mail/letter.html.tmpl"] = &fstest.MapFile{Data: []byte(`{{define "opening"}}<h1>Ours: {{text .Title}}</h1>{{end}}{{template "base" .}}`)}
	r := New(site)
	m, err := r.Mail(harbor(), issueOf("Hello."), Options{BaseURL: "https://news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.HTML.String(); !strings.Contains(got, "<h1>Ours: First Frost</h1>") {
		t.Errorf("got %s", got)
	}
	for broken, want := range map[string]string{
		`{{define "opening"}}{{end`: "templates/mail/letter.html.tmpl:1: ",
		`{{text .Titel}}`:           "templates/mail/letter.html.tmpl:1:7: ",
	} {
		site["mail/letter.html.tmpl"] = &fstest.MapFile{Data: []byte(broken)} // while it runs
		_, err = r.Mail(harbor(), issueOf("Hello."), Options{BaseURL: "https://news.example.org"})
		if problems, ok := errors.AsType[newsletter.Problems](err); !ok || !strings.HasPrefix(problems.Error(), want) {
			t.Errorf("a broken template: got %v", err)
		}
	}
	site["mail/letter.html.tmpl"] = &fstest.MapFile{Data: []byte(`{{define "opening"}}{{end`)}
	site["mail/base.txt.tmpl"] = &fstest.MapFile{Data: []byte(`{{end}}`)}
	problems, ok := errors.AsType[newsletter.Problems](New(site).Check())
	if want := "templates/mail/letter.html.tmpl:1: "; !ok || len(problems) != 2 || !strings.Contains(problems.Error(), want) {
		t.Errorf("broken templates at the start: got %v", problems)
	}
	if err := New(templates.FS).Check(); err != nil {
		t.Errorf("our own: %v", err)
	}
}
