package check_test

import (
	"bytes"
	"image"
	"image/png"
	"math/rand/v2"
	"net/mail"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tidings/internal/check"
	"tidings/internal/issue"
	"tidings/internal/newsletter"
	"tidings/internal/render"
	"tidings/templates"
)

const file = "newsletters/harbor/2026-11-24-first-frost.md"

// front is a sound front matter of four lines, begin the first three of them.
const (
	described = "description: What the cold is good for, and a walk to see it.\n"
	begin     = "---\ntitle: First frost\n" + described
	front     = begin + "---\n"
)

// prose is long enough to show its language.
const prose = "The harbor is white this morning, and the boats that are not needed have been brought in. It is the first frost of the year. " +
	"You can see the breath of the gulls, and for once nobody is in a hurry to be anywhere that they are not.\n"

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// whole is a file with front matter.
func whole(src string) string {
	if strings.HasPrefix(src, "---\n") {
		return src
	}
	return front + src
}

func harbor() *newsletter.Newsletter {
	return &newsletter.Newsletter{
		ID: "harbor", Title: "Harbor Letters", Description: "A letter from the quay.", From: mail.Address{Name: "Harbor Letters", Address: "letters@example.org"},
		PostalAddress: "1 Quay Street, Anytown", Language: "en", Zone: time.UTC, Fields: []newsletter.Field{{Name: "city"}},
	}
}

// pictures is a site folder with a picture.
func pictures(t *testing.T) fstest.MapFS {
	t.Helper()
	return fstest.MapFS{"newsletters/harbor/quay.png": {Data: mustPNG(t, 4, false)}}
}

func mustPNG(t *testing.T, side int, noise bool) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = 0xff
		if noise {
			m.Pix[i] = byte(random.Uint32())
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustRenderer(t testing.TB) *render.Renderer {
	t.Helper()
	r := render.New(templates.FS)
	return r
}

func mustRead(t testing.TB, n *newsletter.Newsletter, src string) *newsletter.Issue {
	t.Helper()
	i, err := issue.Read(fstest.MapFS{file: {Data: []byte(whole(src))}}, file, n)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func mustCheck(t *testing.T, files fstest.MapFS, src string) newsletter.Problems {
	t.Helper()
	return mustCheckOf(t, harbor(), mustRenderer(t), files, src)
}

func mustCheckOf(t *testing.T, n *newsletter.Newsletter, r *render.Renderer, files fstest.MapFS, src string) newsletter.Problems {
	t.Helper()
	opt := check.Options{Render: render.Options{BaseURL: "https://news.example.org", Files: files}, Now: now}
	m, problems, err := check.Issue(r, n, mustRead(t, n, src), opt)
	if err != nil {
		t.Fatal(err)
	}
	if m == nil && len(problems.Errors()) == 0 {
		t.Fatal("no mail, and nothing that is wrong")
	}
	return problems
}

func mustRules(t testing.TB) []check.Rule {
	t.Helper()
	rules, err := check.Rules()
	if err != nil {
		t.Fatal(err)
	}
	return rules
}
