package issue

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
)

const frost = "newsletters/harbor/2026-11-24-first-frost.md"

const frostYAML = `---
title: First frost
subject: "First frost, {{ subscriber.first_name }}"
description: What the cold is good for.
author: Ida Quay
date: 2026-11-25
slug: frost
image: images/frost.jpg
canonical_url: https://example.org/frost
status: ready
send_at: 2026-12-01 09:00
send_by: 2026-12-01T18:00:00Z
audience: tag:winter
language: pt-BR
layout: digest
waive:
      image-alt: drawn without meaning
---
The harbor is white.
`

const frostTOML = `+++
title = "First frost"
subject = "First frost, {{ subscriber.first_name }}"
description = "What the cold is good for."
author = "Ida Quay"
date = 2026-11-25
slug = "frost"
image = "images/frost.jpg"
canonical_url = "https://example.org/frost"
status = "ready"
send_at = 2026-12-01T09:00:00
send_by = 2026-12-01T18:00:00Z
audience = "tag:winter"
language = "pt-BR"
layout = "digest"

waive.image-alt = "drawn without meaning"
+++
The harbor is white.
`

// withoutHash leaves out what differs between spellings of one issue.
var withoutHash = cmpopts.IgnoreFields(newsletter.Issue{}, "SHA256")

func TestRead_everyKey(t *testing.T) {
	n := harbor(t)
	want := &newsletter.Issue{
		Kind:       newsletter.KindIssue,
		Newsletter: "harbor", File: frost, Dir: "newsletters/harbor",
		Slug: "frost", Title: "First frost", Subject: "First frost, {{ subscriber.first_name }}",
		Description: "What the cold is good for.", Author: "Ida Quay",
		Date:  time.Date(2026, 11, 25, 0, 0, 0, 0, n.Zone),
		Image: "images/frost.jpg", CanonicalURL: "https://example.org/frost",
		Status:   newsletter.IssueReady,
		SendAt:   time.Date(2026, 12, 1, 9, 0, 0, 0, n.Zone),
		SendBy:   time.Date(2026, 12, 1, 10, 0, 0, 0, n.Zone),
		Audience: "tag:winter", Language: "pt-BR", Layout: newsletter.LayoutDigest,
		Waive:    map[string]string{"image-alt": "drawn without meaning"},
		Markdown: []byte("The harbor is white.\n"), BodyLine: 19,
		Places: map[string]newsletter.Place{
			"title": {Line: 2, Column: 1}, "subject": {Line: 3, Column: 1}, "description": {Line: 4, Column: 1}, "audience": {Line: 13, Column: 1},
			"language": {Line: 14, Column: 1}, "send_at": {Line: 11, Column: 1}, "send_by": {Line: 12, Column: 1},
			"waive.image-alt": {Line: 17, Column: 7},
		},
	}
	files := map[string]string{
		"YAML":                       frostYAML,
		"TOML":                       frostTOML,
		"YAML from Windows":          "\ufeff" + strings.ReplaceAll(frostYAML, "\n", "\r\n"),
		"TOML from Windows":          "\ufeff" + strings.ReplaceAll(frostTOML, "\n", "\r\n"),
		"blanks behind the fences":   strings.ReplaceAll(frostYAML, "---\n", "--- \t\n"),
		"line ends of long-gone Mac": strings.ReplaceAll(frostTOML, "\n", "\r"),
	}
	for name, src := range files {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, mustRead(t, frost, src), withoutHash); diff != "" {
				t.Errorf("issue (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRead_defaults(t *testing.T) {
	src := "# First *frost*\n\nDear friends,\n\nThe harbor is **white**. We stay in.\n"
	n := harbor(t)
	want := &newsletter.Issue{
		Kind:       newsletter.KindIssue,
		Newsletter: "harbor", File: frost, Dir: "newsletters/harbor",
		Slug: "first-frost", Title: "First frost", Subject: "First frost", Description: "The harbor is white.",
		Date:     time.Date(2026, 11, 24, 0, 0, 0, 0, n.Zone),
		Status:   newsletter.IssueDraft,
		Language: "en", Layout: newsletter.LayoutLetter,
		Markdown: []byte("\n\nDear friends,\n\nThe harbor is **white**. We stay in.\n"), BodyLine: 1,
		Places: map[string]newsletter.Place{"title": {Line: 1, Column: 1}},
	}
	if diff := cmp.Diff(want, mustRead(t, frost, src), withoutHash); diff != "" {
		t.Errorf("issue (-want +got):\n%s", diff)
	}
}

// TestRead_problems wants every mistake of a file, each on its line.
func TestRead_problems(t *testing.T) {
	const short = "newsletters/harbor/2026-11-24-x.md"
	tests := []struct{ name, file, src, want string }{
		{"every key wrong", short, `---
titel: First frost
subject: 5
date: 24.11.2026
slug: First Frost
image: ../../../etc/passwd
canonical_url: example.org
status: redy
send_at: tomorrow
send_by: 2026-13-01 09:00
language: english_british
layout: novel
author:
waive:
  image-alt: ""
---
Text.
`, `2: unknown key "titel" (did you mean "title"?)
3: subject is a number, expected text (put it in quotes)
4: date: "24.11.2026" is not a date, expected year-month-day (such as 2026-11-24)
5: slug: "First Frost" is not a slug, expected a-z, 0-9 and single hyphens between them, at most 100 (such as "first-frost")
6: image: "../../../etc/passwd" is not a path inside the site (such as "images/frost.jpg")
7: canonical_url: is not a web address (such as "https://news.example.org")
8: status: "redy" is not known, expected "draft" or "ready" (did you mean "ready"?)
9: send_at: "tomorrow" is not a time, expected a local one or RFC 3339 (such as "2026-11-24 09:00" or "2026-11-24T09:00:00-08:00")
10: send_by: "2026-13-01 09:00" is not a time, expected a local one or RFC 3339 (such as "2026-11-24 09:00" or "2026-11-24T09:00:00-08:00")
11: language: "english_british" is not a language tag (BCP 47) (such as "en" or "pt-BR")
12: layout: "novel" is not known, expected "letter", "digest" or "announcement"
13: key "author" has no value (write one or remove the line)
15: waive.image-alt: needs a reason (say why the rule does not apply here)
0: has no title, expected the key title or a line "# Title" (write one of them)`},
		{"audience", short, "---\ntitle: a\naudience: tag:clients and\n---\nText.\n", `3: audience: column 16: expected a test such as tag:clients or field.city = "Tacoma", found the end`},
		{"send_by before send_at", short, "---\ntitle: a\nsend_at: 2026-12-01 09:00\nsend_by: 2026-12-01 08:59\n---\nText.\n", "4: send_by: lies before send_at"},
		{"subject of two lines", short, "+++\ntitle = \"a\"\nsubject = \"a\\r\\nBcc: everybody\"\n+++\nText.\n", "3: subject: has a line break or another control character, expected one line"},
		{"title empty", short, "---\ntitle: ' '\n---\nText.\n", "2: title: is empty (write a text or remove the line)"},
		{"front matter not closed", short, "---\ntitle: a\n\nText.\n", `1: front matter is not closed (end it with a line of "---")`},
		{"only the opening fence", short, "---", `1: front matter is not closed (end it with a line of "---")`},
		{"YAML syntax", short, "---\ntitle: It's: frost\n---\nText.\n", "2: is not YAML: mapping value is not allowed in this context (put text that holds a colon or begins with a sign in quotes)"},
		{"TOML syntax", short, "+++\ntitle = First frost\n+++\nText.\n", "2: is not TOML: unexpected character U+0046 'F' at start of value (put text in quotes)"},
		{"not UTF-8", short, "# Frost\n\nT\xe9moin.\n", "3: is not UTF-8 (save the file as UTF-8)"},
		{"UTF-16", short, "\xff\xfe#\x00 \x00", "1: is not UTF-8 (save the file as UTF-8)"},
		{"NUL", short, "# Frost\n\nText\x00.\n", "3: holds a NUL byte (is it a text file?)"},
		{"empty file", short, "", "0: has no title, expected the key title or a line \"# Title\" (write one of them)\n1: has no text (write something to send)"},
		{"empty body", short, "---\ntitle: a\n---\n\n \n", "4: has no text (write something to send)"},
		{"nothing but a heading", short, "# Frost\n", "1: has no text (write something to send)"},
		{"no date", "newsletters/harbor/frost.md", "# Frost\n\nText.\n", "0: has no date, expected the key date or a file name such as 2026-11-24-first-frost.md (write date: year-month-day in the front matter)"},
		{"no such day", "newsletters/harbor/2026-02-30-frost.md", "# Frost\n\nText.\n", "0: file name begins with 2026-02-30, which is no date (year-month-day, such as 2026-11-24)"},
		{"name without slug", "newsletters/harbor/2026-11-24-First Frost.md", "# Frost\n\nText.\n", `0: file name gives no slug: "First Frost" is not a slug, expected a-z, 0-9 and single hyphens between them, at most 100 (rename the file, or write the key slug)`},
		{"too large", short, "# Frost\n\n" + strings.Repeat("x", MaxSize), "0: is larger than 4 MiB (pictures belong beside the file, not in it)"},
		{"endless heading", short, "# " + strings.Repeat("x", 1001) + "\n\nText.\n", "1: title: is longer than 1000 characters (this heading is the title)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(fstest.MapFS{tt.file: {Data: []byte(tt.src)}}, tt.file, harbor(t))
			problems, ok := errors.AsType[newsletter.Problems](err)
			if !ok {
				t.Fatalf("error %v, want problems", err)
			}
			var got []string
			for _, p := range problems {
				if p.File != tt.file || p.Rule == "" || p.Level != newsletter.LevelError {
					t.Errorf("problem %+v lacks a part", p)
				}
				p.File, p.Column = "", 0
				got = append(got, strings.TrimPrefix(lineFirst(p), ":"))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// lineFirst writes a problem with its line even if that is 0.
func lineFirst(p newsletter.Problem) string {
	if p.Line == 0 {
		return "0" + p.String()
	}
	return p.String()
}

func TestRead_files(t *testing.T) {
	tests := []struct {
		name string
		mode fs.FileMode
		want error
	}{
		{"a folder", fs.ModeDir, newsletter.ErrInvalid},
		{"a pipe", fs.ModeNamedPipe, newsletter.ErrInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Read(fstest.MapFS{frost: {Mode: tt.mode}}, frost, harbor(t)); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
	if _, err := Read(fstest.MapFS{}, frost, harbor(t)); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("error %v, want not found", err)
	}
}

// TestRead_sendAt reads times on days on which the zone's clocks jump.
func TestRead_sendAt(t *testing.T) {
	tests := []struct{ name, given, want string }{
		{"local", "2026-11-24 09:00", "2026-11-24T17:00:00Z"},
		{"local with T and seconds", "2026-11-24T09:00:30", "2026-11-24T17:00:30Z"},
		{"with its own offset", "2026-11-24T09:00:00+01:00", "2026-11-24T08:00:00Z"},
		{"in the gap: the first instant after", "2026-03-08 02:30", "2026-03-08T10:00:00Z"},
		{"twice: the first", "2026-11-01 01:30", "2026-11-01T08:30:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := mustRead(t, frost, "---\ntitle: Frost\nsend_at: "+tt.given+"\n---\nText.\n")
			if got := i.SendAt.UTC().Format(time.RFC3339); got != tt.want {
				t.Errorf("send at %s, want %s", got, tt.want)
			}
		})
	}
}

// FuzzRead wants that no file panics, and that an issue that is read has all
// that the rest of the road relies on.
func FuzzRead(f *testing.F) {
	for _, src := range []string{frostYAML, frostTOML, "# a\n\n```\n# b\n", "---\n---\n", "+++\nwaive.a=1\n+++\n", "# *a\n\n_b_ [c](d"} {
		f.Add([]byte(src))
	}
	n := harbor(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		i, err := Read(fstest.MapFS{frost: {Data: src}}, frost, n)
		if err != nil {
			if !errors.Is(err, newsletter.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		if i.Title == "" || i.Subject == "" || i.Slug == "" || i.Date.IsZero() || i.Language == "" || len(i.Markdown) == 0 {
			t.Errorf("issue lacks a part: %+v", i)
		}
		if strings.ContainsAny(i.Subject+i.Title+i.Description, "\r\n\x00") {
			t.Errorf("more than a line: %q %q %q", i.Subject, i.Title, i.Description)
		}
	})
}

func mustRead(t *testing.T, file, src string) *newsletter.Issue {
	t.Helper()
	i, err := Read(fstest.MapFS{file: {Data: []byte(src)}}, file, harbor(t))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func harbor(t testing.TB) *newsletter.Newsletter {
	t.Helper()
	zone, err := schedule.Zone("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	return &newsletter.Newsletter{ID: "harbor", Zone: zone, Language: "en"}
}
