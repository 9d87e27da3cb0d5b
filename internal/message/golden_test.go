package message_test

import (
	"flag"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/issue"
	"tidings/internal/render"
	"tidings/internal/site"
	"tidings/newsletters"
	"tidings/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCompose_golden makes every issue of the sample newsletters, and the
// article that uses everything, as Ada gets it: the message, the two bodies that
// a mail program reads out of it, and the article of its archive page.
func TestCompose_golden(t *testing.T) {
	folder := mustSamples(t)
	renderer := render.New(templates.FS)
	all, err := folder.Newsletters()
	if err != nil {
		t.Fatal(err)
	}
	opt := render.Options{BaseURL: folder.Config.BaseURL, Files: folder.FS()}
	for _, n := range all {
		issues, problems := issue.List(folder.FS(), &n)
		if len(problems) > 0 || len(issues) == 0 {
			t.Fatalf("%s: %d issues, %v", n.ID, len(issues), problems)
		}
		for _, i := range issues {
			name := path.Join(n.ID, strings.TrimSuffix(path.Base(i.File), ".md"))
			t.Run(name, func(t *testing.T) {
				m, err := renderer.Mail(&n, i, opt)
				if err != nil {
					t.Fatal(err)
				}
				raw := mustCompose(t, m, sampleDelivery()).Bytes
				checkWire(t, raw)
				_, text, html := parts(t, raw)
				golden(t, name+".eml", string(raw))
				golden(t, name+".txt", text)
				golden(t, name+".html", html)
				golden(t, name+".web.html", m.Web)
			})
		}
	}
}

// mustSamples opens a site with the sample newsletters, and one more whose one
// issue is the article that package render tests itself with.
func mustSamples(t *testing.T) *site.Folder {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "newsletters"), newsletters.FS); err != nil {
		t.Fatal(err)
	}
	torture, err := os.ReadFile(filepath.Join("..", "render", "testdata", "torture.md"))
	if err != nil {
		t.Fatal(err)
	}
	add := func(name string, write func(io.Writer) error) {
		t.Helper()
		var b strings.Builder
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	gray := func(w, h int) image.Image { return image.NewGray(image.Rect(0, 0, w, h)) }
	add("tidings.toml", text("base_url = \"https://news.example.org\"\n"))
	add("newsletters/torture/newsletter.toml", text(tortureSettings))
	add("newsletters/torture/2026-11-24-torture.md", text(tortureFront+string(torture)))
	add("newsletters/torture/images/quay.png", func(w io.Writer) error { return png.Encode(w, gray(1400, 700)) })
	add("newsletters/torture/images/boat.jpg", func(w io.Writer) error { return jpeg.Encode(w, gray(400, 300), nil) })
	add("newsletters/torture/images/star.png", func(w io.Writer) error { return png.Encode(w, gray(40, 40)) })
	folder, err := site.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	})
	return folder
}

const tortureSettings = `title = "Harbor Letters"
from = "Harbor Letters <letters@example.org>"
postal_address = "1 Quay Street, Anytown 12345"
language = "en"
timezone = "America/Los_Angeles"

[[field]]
name = "city"
`

const tortureFront = `---
title: First Frost
description: On a knot that would not open, and a ledger of cold mornings.
author: Marian Oakes
date: 2026-11-24
---
`

// golden compares got with a file of testdata/golden, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
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
