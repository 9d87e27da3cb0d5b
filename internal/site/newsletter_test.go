package site

import (
	"errors"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
)

const (
	baseURL = "base_url = \"http://localhost:8080\"\n"
	river   = "title = \"River News\"\nfrom = \"River News <news@example.org>\"\npostal_address = \"2 Bank, Anytown\"\ntimezone = \"UTC\"\n"
)

func TestNewsletter_everyKey(t *testing.T) {
	f := mustOpen(t, map[string]string{
		"tidings.toml":                    baseURL,
		"newsletters/harbor/img/logo.png": "png",
		"newsletters/harbor/newsletter.toml": `
title = "Harbor Letters"
description = "From the quay."
from = "Harbor Letters <letters@example.org>"
reply_to = "ida@example.org"
postal_address = "1 Quay Street, Anytown"
language = "pt-BR"
timezone = "America/Los_Angeles"
schedule = ["0 9 * * TUE", "@monthly"]
catch_up = "all"
max_lateness = "2d"
approval = "required"
undo = "5m"
local_time = true
double_opt_in = false
layout = "digest"
images = "embedded"
archive = "readers"

form_tags = ["spring-fair", "friends"]
form_returns = "https://www.example.org/thanks"
remind_after = "3d"
unconfirmed_days = 14

[[field]]
name = "city"
label = "Your city"
[[field]]
name = "rhythm"
type = "choice"
choices = ["weekly", "Once a month"]
required = true
[[field]]
name = "talks"
type = "checkbox"
[[field]]
name = "number"
ask = false

[retention]
left_days = 365
deliveries_days = 730

[discreet]
words = ["grief", "clinic"]

[theme]
accent = "#a03020"
text_font = "Charter, Georgia, serif"
logo = "img/logo.png"
width = 600
`,
	})
	got := mustNewsletter(t, f, "harbor")
	want := &newsletter.Newsletter{
		ID: "harbor", Title: "Harbor Letters", Description: "From the quay.",
		From:          mail.Address{Name: "Harbor Letters", Address: "letters@example.org"},
		ReplyTo:       &mail.Address{Address: "ida@example.org"},
		PostalAddress: "1 Quay Street, Anytown", Language: "pt-BR", Zone: mustZone(t, "America/Los_Angeles"),
		Schedule: []string{"0 9 * * TUE", "@monthly"}, CatchUp: newsletter.CatchUpAll, MaxLateness: 48 * time.Hour,
		Approval: newsletter.ApprovalRequired, Undo: 5 * time.Minute, LocalTime: true, Layout: newsletter.LayoutDigest, Images: newsletter.ImagesEmbedded,
		Archive:     newsletter.ArchiveReaders,
		RemindAfter: 72 * time.Hour, Unconfirmed: 14 * 24 * time.Hour,
		FormTags: []string{"spring-fair", "friends"}, FormReturns: []string{"https://www.example.org/thanks"},
		Retention: newsletter.Retention{Left: 365 * 24 * time.Hour, Deliveries: 730 * 24 * time.Hour},
		Fields: []newsletter.Field{
			{Name: "city", Label: "Your city", Type: newsletter.FieldText},
			{Name: "rhythm", Type: newsletter.FieldChoice, Choices: []string{"weekly", "Once a month"}, Required: true},
			{Name: "talks", Type: newsletter.FieldCheckbox},
			{Name: "number", Type: newsletter.FieldText, Unasked: true},
		},
		Discreet: &newsletter.Discreet{Words: []string{"grief", "clinic"}},
		Theme:    newsletter.Theme{Accent: "#a03020", TextFont: "Charter, Georgia, serif", Logo: "img/logo.png", Width: 600},
	}
	if diff := cmp.Diff(want, got, zoneByName()); diff != "" {
		t.Errorf("newsletter (-want +got):\n%s", diff)
	}
}

func TestNewsletter_defaults(t *testing.T) {
	f := mustOpen(t, map[string]string{"tidings.toml": baseURL, "newsletters/river/newsletter.toml": river})
	want := &newsletter.Newsletter{
		ID: "river", Title: "River News", From: mail.Address{Name: "River News", Address: "news@example.org"},
		PostalAddress: "2 Bank, Anytown", Language: "en", Unspoken: true, Zone: time.UTC,
		CatchUp: newsletter.CatchUpLatest, MaxLateness: 6 * time.Hour,
		Approval: newsletter.ApprovalNone, DoubleOptIn: true, Unconfirmed: 30 * 24 * time.Hour, Layout: newsletter.LayoutLetter, Images: newsletter.ImagesHosted,
		Archive: newsletter.ArchivePublic,
	}
	if diff := cmp.Diff(want, mustNewsletter(t, f, "river"), zoneByName()); diff != "" {
		t.Errorf("newsletter (-want +got):\n%s", diff)
	}
}

func TestNewsletters_problems(t *testing.T) {
	f := mustOpen(t, map[string]string{
		"tidings.toml": baseURL,
		"newsletters/harbor/newsletter.toml": `
titel = "Harbor"
from = "letters@example.org"
reply_to = "nobody"
language = "english_british"
timezone = "Berlin"
schedule = ["0 9 * * TUE", "0 9 31 2 *"]
catch_up = "some"
max_lateness = 6
approval = true

[[field]]
name = "first_name"
[[field]]
name = "Home Town"
[[field]]
name = "city"
[[field]]
name = "city"

[theme]
preset = "gaudy"
logo = "../../tidings.toml"
`,
		"newsletters/river/newsletter.toml":  river + "[theme]\naccent = \"#ffff00\"\nink = \"red\"\nwidth = 5\n",
		"newsletters/pale/newsletter.toml":   river + "[theme]\naccent = \"#ffff00\"\n",
		"newsletters/good/newsletter.toml":   river,
		"newsletters/empty/notes.md":         "",
		"newsletters/admin/newsletter.toml":  river,
		"newsletters/Harbor/newsletter.toml": river,
		"newsletters/_old/newsletter.toml":   "nonsense",
		"newsletters/.git/config":            "nonsense",
		"newsletters/README.md":              "How we work.",
	})
	_, err := f.Newsletters()
	problems, ok := errors.AsType[newsletter.Problems](err)
	if !ok {
		t.Fatalf("error %v, want problems", err)
	}
	got := strings.ReplaceAll(problems.Error(), "newsletters/", "")
	got = regexp.MustCompile(`(theme\.(?:preset|accent|ink|width): ).*`).ReplaceAllString(got, "$1…")
	if diff := cmp.Diff(wantProblems, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// wantProblems leaves what theme.Resolve says to that package.
const wantProblems = `Harbor: the folder's name cannot be a newsletter's, expected a-z, 0-9 and hyphens (rename it, or begin it with "_" to pass it over)
admin: the folder's name is that of a page of Tidings (rename it)
empty/newsletter.toml: is missing (write it, or begin the folder's name with "_")
harbor/newsletter.toml: key "title" is missing (it has no default)
harbor/newsletter.toml: key "postal_address" is missing (it has no default)
harbor/newsletter.toml:2:1: unknown key "titel" (did you mean "title"?)
harbor/newsletter.toml:3:1: from: has no display name (such as "Harbor Letters <letters@example.org>")
harbor/newsletter.toml:4:1: reply_to: "nobody" is not an address (such as "Harbor Letters <letters@example.org>")
harbor/newsletter.toml:5:1: language: "english_british" is not a language tag (BCP 47) (such as "en" or "pt-BR")
harbor/newsletter.toml:6:1: timezone: unknown time zone "Berlin" (did you mean "Europe/Berlin"?)
harbor/newsletter.toml:7:1: schedule: cron line "0 9 31 2 *": no date matches it, ever (does that month have that day?)
harbor/newsletter.toml:8:1: catch_up: "some" is not known, expected "latest", "all" or "none" (did you mean "none"?)
harbor/newsletter.toml:9:1: max_lateness is a number, expected a duration such as "30m", "6h" or "2d"
harbor/newsletter.toml:10:1: approval is a boolean, expected "none" or "required"
harbor/newsletter.toml:13:1: field.name: "first_name" is there without being declared (remove this field)
harbor/newsletter.toml:15:1: field.name: "Home Town" is not a field name, expected a-z, 0-9 and _, at most 40 (such as "city")
harbor/newsletter.toml:19:1: field.name: there are two fields "city"
harbor/newsletter.toml:22:1: theme.preset: …
harbor/newsletter.toml:23:1: theme.logo: leads out of the newsletter's folder
pale/newsletter.toml:6:1: theme.accent: …
river/newsletter.toml:7:1: theme.ink: …
river/newsletter.toml:8:1: theme.width: …`

func TestNewsletters(t *testing.T) {
	f := mustOpen(t, map[string]string{
		"tidings.toml":                       baseURL,
		"newsletters/river/newsletter.toml":  river,
		"newsletters/harbor/newsletter.toml": river,
	})
	all, err := f.Newsletters()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range all {
		got = append(got, n.ID)
	}
	if diff := cmp.Diff([]string{"harbor", "river"}, got); diff != "" {
		t.Errorf("newsletters (-want +got):\n%s", diff)
	}
}

// An edit that went wrong, or is under way, takes nothing from readers: their
// pages know the newsletter as it was.
func TestLasting(t *testing.T) {
	f := mustOpen(t, map[string]string{
		"tidings.toml":                       baseURL,
		"newsletters/river/newsletter.toml":  river,
		"newsletters/harbor/newsletter.toml": river,
	})
	want := func(when string, want ...string) {
		t.Helper()
		all, err := f.Lasting()
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, n := range all {
			got = append(got, n.ID+" "+n.Title)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	settings := filepath.Join(f.Dir(), "newsletters", "river", "newsletter.toml")
	want("whole", "harbor River News", "river River News")
	for when, text := range map[string]string{"empty": "", "broken": "title = ", "a bad value": strings.Replace(river, "UTC", "Nope", 1)} {
		if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		want(when, "harbor River News", "river River News")
	}
	if err := os.RemoveAll(filepath.Dir(settings)); err != nil {
		t.Fatal(err)
	}
	want("gone", "harbor River News")
}

func TestNewsletters_noFolder(t *testing.T) {
	f := mustOpen(t, map[string]string{"tidings.toml": baseURL})
	if all, err := f.Newsletters(); err != nil || len(all) != 0 {
		t.Errorf("got %v, %v, want none", all, err)
	}
}

func TestNewsletter_unknown(t *testing.T) {
	f := mustOpen(t, map[string]string{
		"tidings.toml":                      baseURL,
		"newsletters/river/newsletter.toml": river,
	})
	for id, want := range map[string]string{"rivr": `did you mean "river"?`, "sea": "the site has river", "../river": "river", "": "river"} {
		_, err := f.Newsletter(id)
		hinted, ok := errors.AsType[*newsletter.Hinted](err)
		if !ok || !errors.Is(err, newsletter.ErrNotFound) || !strings.Contains(hinted.Hint, want) {
			t.Errorf("%q: error %v, want not found with a hint that says %s", id, err, want)
		}
	}
}

func FuzzNewsletter(f *testing.F) {
	f.Add([]byte(river + "schedule = \"0 9 * * *\"\n[[field]]\nname = \"city\"\n[theme]\naccent = \"#a03020\"\nlogo = \"/etc/passwd\"\n"))
	f.Add([]byte("from = \"a <b@c.d>\"\nfield = 5\ntheme = []\n"))
	folder := mustOpen(f, map[string]string{"tidings.toml": baseURL})
	f.Fuzz(func(t *testing.T, src []byte) {
		n, err := folder.parseNewsletter("harbor", src)
		if err != nil {
			if !errors.Is(err, newsletter.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		if n.Title == "" || n.From.Address == "" || n.From.Name == "" || n.PostalAddress == "" || n.Zone == nil || n.Language == "" {
			t.Errorf("newsletter lacks a part: %+v", n)
		}
	})
}

// zoneByName compares time zones, which cmp cannot look into.
func zoneByName() cmp.Option {
	return cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
}

func mustZone(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := schedule.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func mustNewsletter(t *testing.T, f *Folder, id string) *newsletter.Newsletter {
	t.Helper()
	n, err := f.Newsletter(id)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
