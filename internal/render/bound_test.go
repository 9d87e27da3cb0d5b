package render

import (
	"fmt"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// evil are inputs on which careless parsers need square time or deep stacks;
// %d is how often.
var evil = map[string]func(n int) string{
	"quotes":        func(n int) string { return strings.Repeat("> ", n) + "a" },
	"lists":         func(n int) string { return strings.Repeat("- ", n) + "a" },
	"emphasis":      func(n int) string { return strings.Repeat("*a **a ", n) },
	"stars":         func(n int) string { return strings.Repeat("*", n) + "a" + strings.Repeat("*", n) },
	"brackets":      func(n int) string { return strings.Repeat("[", n) + "a" + strings.Repeat("]", n) },
	"open links":    func(n int) string { return strings.Repeat("[a](", n) },
	"pictures":      func(n int) string { return strings.Repeat("![", n) },
	"back quotes":   func(n int) string { return strings.Repeat("`a``b", n) },
	"entities":      func(n int) string { return strings.Repeat("&", n) },
	"HTML":          func(n int) string { return strings.Repeat("<b>", n) },
	"HTML blocks":   func(n int) string { return strings.Repeat("<div>", n) },
	"closed HTML":   func(n int) string { return strings.Repeat("a</b>", n) },
	"tags":          func(n int) string { return strings.Repeat("{{", n) },
	"block tags":    func(n int) string { return strings.Repeat("{% if subscriber.city %}", n) },
	"comments":      func(n int) string { return strings.Repeat("{% comment %}", n) },
	"table":         func(n int) string { return strings.Repeat("|", n) + "\n" + strings.Repeat("|-", n) },
	"footnotes":     func(n int) string { return strings.Repeat("[^a]", n) + "\n\n[^a]: b" },
	"one word":      func(n int) string { return strings.Repeat("a", n) },
	"one CJK word":  func(n int) string { return strings.Repeat("日", n) },
	"straight":      func(n int) string { return strings.Repeat(`"a' `, n) },
	"line breaks":   func(n int) string { return strings.Repeat("a  \n", n) },
	"soft breaks":   func(n int) string { return strings.Repeat("a\n", n) },
	"rows":          func(n int) string { return "| a | b |\n|---|---|\n" + strings.Repeat("| c | d |\n", n) },
	"URLs":          func(n int) string { return strings.Repeat("https://example.org/a ", n) },
	"distinct URLs": func(n int) string { return distinct(n) },
	"code":          func(n int) string { return "```go\n" + strings.Repeat("a := \"b\" // c\n", n) + "```" },
	"paragraphs":    func(n int) string { return strings.Repeat("Some words in a row.\n\n", n) },
}

func distinct(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "[a](https://example.org/%d) ", i)
	}
	return b.String()
}

// TestMail_bounded renders each evil input, and holds the work to what grows with
// its length: the allocations for four times the input may be at most six times
// as many. Counting is as good as a clock and never flickers.
func TestMail_bounded(t *testing.T) {
	r := mustRenderer(t)
	count := func(src string) float64 {
		return testing.AllocsPerRun(1, func() {
			_, _ = r.Mail(harbor(), issueOf(src), Options{BaseURL: "https://news.example.org"})
		})
	}
	for name, make := range evil {
		t.Run(name, func(t *testing.T) {
			small, large := count(make(1000)), count(make(4000))
			if large > 6*small+20_000 {
				t.Errorf("%.0f allocations for 1000, %.0f for 4000", small, large)
			}
		})
	}
}

// article of 800 words with all that a letter usually has.
func letter() *newsletter.Issue {
	var b strings.Builder
	b.WriteString("Dear {{ subscriber.first_name | default: \"friend\" }},\n\n")
	for i := range 8 {
		fmt.Fprintf(&b, "## Section %d\n\n", i)
		b.WriteString(strings.Repeat("On Thursday the boards of the quay were *white*, and \"nobody\" had been there before us. ", 6))
		b.WriteString("See [the timetable](https://example.org/ice).\n\n> You can hold a knot for a while.\n\n")
	}
	return issueOf(b.String())
}

func TestTangled(t *testing.T) {
	many := strings.Repeat("*", maxMarks+1)
	tests := []struct {
		name, src string
		want      int
	}{
		{"prose", "Some words.\n\nMore.", -1},
		{"one long paragraph", "a\n\n" + many, 3},
		{"two halves", many[:6000] + "\n\n" + many[:6000], -1},
		{"in code", "```\n" + many + "\n```\n", -1},
		{"in longer fences", "~~~~\n~~~\n" + many + "\n~~~~\n", -1},
		{"after code", "```\n```\n" + many, 0},
		{"after a fence in a list", "- a\n  ```\n\n" + many, 11},
		{"not a fence", "    ```\n" + many, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tangled(tt.src); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func BenchmarkMail(b *testing.B) {
	r, i := mustRenderer(b), letter()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Mail(harbor(), i, Options{BaseURL: "https://news.example.org"}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMail_evil(b *testing.B) {
	r := mustRenderer(b)
	for name, make := range evil {
		b.Run(name, func(b *testing.B) {
			i := issueOf(make(9_000))
			for b.Loop() {
				_, _ = r.Mail(harbor(), i, Options{BaseURL: "https://news.example.org"})
			}
		})
	}
}

func FuzzMail(f *testing.F) {
	for _, payload := range hostile {
		f.Add(payload)
	}
	for _, make := range evil {
		f.Add(make(5))
	}
	r := mustRenderer(f)
	f.Fuzz(func(t *testing.T, body string) {
		m, err := r.Mail(harbor(), issueOf(body), Options{BaseURL: "https://news.example.org"})
		if err != nil {
			return
		}
		for part, got := range map[string]string{"mail": mustFill(t, m.HTML, ada), "web": m.Web} {
			if bad := dangerous(got, part == "mail"); bad != "" {
				t.Errorf("%s: %s", part, bad)
			}
		}
		for line := range strings.SplitSeq(mustFill(t, m.Text, ada), "\n") {
			if strings.HasSuffix(line, " ") {
				t.Errorf("blanks at the end of %q", line)
			}
		}
	})
}
