package check_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"tidings/internal/check"
	"tidings/internal/issue"
	"tidings/internal/render"
)

// FuzzIssue wants every problem to have a known rule and a place in the file.
func FuzzIssue(f *testing.F) {
	for _, s := range slips {
		if len(s.bad) < 1000 {
			f.Add(s.bad)
		}
	}
	f.Add("{% for t in subscriber.tags %}[a]({{ t }}{% endfor %}\n\n> [!NOTE]\n> ](\n\n\u202e🌊TK[[x]]\r\n| a |\n|-|\n")
	r, n := mustRenderer(f), harbor()
	rules := map[string]bool{}
	for _, rule := range mustRules(f) {
		rules[rule.ID] = true
	}
	f.Fuzz(func(t *testing.T, src string) {
		files := fstest.MapFS{file: {Data: []byte(whole(src))}}
		i, err := issue.Read(files, file, n)
		if err != nil {
			return
		}
		_, problems, err := check.Issue(r, n, i, check.Options{Render: render.Options{BaseURL: "https://news.example.org", Files: files}, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		lines := 1 + strings.Count(src, "\n") + strings.Count(src, "\r") + strings.Count(front, "\n")
		for _, p := range problems {
			if !rules[p.Rule] || p.Message == "" || p.Line < 0 || p.Line > lines || p.Column < 0 || p.Column > len(src)+len(front)+1 {
				t.Errorf("%+v", p)
			}
		}
	})
}

// BenchmarkIssue shows that the time grows with the size of the issue.
func BenchmarkIssue(b *testing.B) {
	paragraph := "See [the quay {{ subscriber.first_name | default: \"x\" }}](https://example.org/quay) and ![](https://example.org/x.png) or *nothing at all* but TK frost {{ x }}.\n\n"
	r, n := mustRenderer(b), harbor()
	for _, times := range []int{60, 600, 6000} {
		var src strings.Builder
		for i := range times {
			fmt.Fprintf(&src, "%d %s", i, paragraph)
		}
		i := mustRead(b, n, src.String())
		b.Run(fmt.Sprintf("%d KB", src.Len()>>10), func(b *testing.B) {
			for b.Loop() {
				_, problems, err := check.Issue(r, n, i, check.Options{Now: now})
				if err != nil || len(problems) < times {
					b.Fatal(len(problems), err)
				}
			}
		})
	}
}
