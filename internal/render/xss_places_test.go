package render

import (
	"errors"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"tidings/internal/newsletter"
)

// hostilePlaces are where an issue can hold what somebody else has written: PAYLOAD in
// its body, on one line, or what set puts elsewhere.
var hostilePlaces = []struct {
	name, body string
	set        func(i *newsletter.Issue, reader *newsletter.Subscriber, payload string)
}{
	{name: "link destination", body: "[x](<PAYLOAD>) and [y](PAYLOAD){.button}"},
	{name: "link title", body: `[x](https://example.org/ "PAYLOAD")`},
	{name: "picture", body: "![a](https://example.org/PAYLOAD) <img src=\"PAYLOAD\" alt=\"b\">"},
	{name: "words of a picture", body: "![PAYLOAD](https://example.org/a.png 'PAYLOAD')"},
	{name: "raw block", body: "<div title=\"PAYLOAD\">\nPAYLOAD\n</div>"},
	{name: "raw inline", body: "a <b>PAYLOAD</b> <a href=\"PAYLOAD\" title='PAYLOAD'>c</a> d"},
	{name: "heading", body: "## PAYLOAD\n\nSee [it](#PAYLOAD)."},
	{name: "table", body: "| a | PAYLOAD |\n|---|---|\n| PAYLOAD | b |"},
	{name: "code", body: "`PAYLOAD`\n\n    PAYLOAD"},
	{
		name: "front matter", body: "a",
		set: func(i *newsletter.Issue, _ *newsletter.Subscriber, payload string) {
			i.Title, i.Description, i.Author = payload, payload, payload
		},
	},
	{
		name: "merge value",
		body: `{{ subscriber.name }} [x]({{ subscriber.name }}) [y](https://example.org/?q={{ subscriber.name }} "{{ subscriber.name }}") <b title="{{ subscriber.name }}">c</b>`,
		set:  func(_ *newsletter.Issue, reader *newsletter.Subscriber, payload string) { reader.Name = payload },
	},
}

// batch is how many payloads stand in one issue, each in blocks of its own, so
// that none can hide another.
const batch = 12

// TestMail_hostilePlaces puts each payload into each place where an issue can
// hold one, more than 7,000 together with the corpora, and expects that nothing
// of it runs.
func TestMail_hostilePlaces(t *testing.T) {
	r, all := mustRenderer(t), payloads(t)
	var rendered atomic.Int64
	t.Run("places", func(t *testing.T) {
		for _, place := range hostilePlaces {
			t.Run(place.name, func(t *testing.T) {
				t.Parallel()
				n := batch
				if place.set != nil || place.name == "picture" { // of pictures, many are refused
					n = 1
				}
				for some := range slices.Chunk(all, n) {
					rendered.Add(int64(mustHold(t, r, place.body, some, place.set)))
				}
			})
		}
	})
	pushed := int64(len(all) * len(hostilePlaces))
	t.Logf("%d payloads in %d places: %d rendered, %d refused", len(all), len(hostilePlaces), rendered.Load(), pushed-rendered.Load())
	if want := int64(7000); os.Getenv("TIDINGS_CORPORA") != "" && rendered.Load() < want {
		t.Errorf("%d payloads were rendered, want at least %d", rendered.Load(), want)
	}
}

// mustHold renders payloads in one place, together or, when an issue with all of
// them is refused, each alone, and reports what of them could run. It returns
// how many got into a mail.
func mustHold(t *testing.T, r *Renderer, body string, some []string, set func(*newsletter.Issue, *newsletter.Subscriber, string)) int {
	t.Helper()
	var b strings.Builder
	for _, payload := range some {
		b.WriteString(strings.ReplaceAll(body, "PAYLOAD", escapeTags(oneLine(payload))) + "\n\n")
	}
	i, reader := issueOf(b.String()), ada
	if set != nil {
		set(i, &reader, some[0])
		i.Title, i.Description = escapeTags(i.Title), escapeTags(i.Description)
	}
	m, err := r.Mail(harbor(), i, Options{BaseURL: "https://news.example.org"})
	_, refused := errors.AsType[newsletter.Problems](err)
	switch {
	case refused && len(some) > 1:
		n := 0
		for alone := range slices.Chunk(some, 1) {
			n += mustHold(t, r, body, alone, set)
		}
		return n
	case refused:
		return 0
	case err != nil:
		t.Fatalf("%q: %v", some, err)
	}
	for part, got := range map[string]string{"mail": mustFill(t, m.HTML, reader), "web": m.Web} {
		if bad := dangerous(got, part == "mail"); bad != "" {
			t.Errorf("%s of %q: %s", part, some, bad)
		}
	}
	return len(some)
}
