package render

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tidings/internal/newsletter"
)

// evil are inputs on which careless parsers need square time or deep stacks, by
// how often they repeat themselves.
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
	"single marks":  func(n int) string { return strings.Repeat("'a ", n) + strings.Repeat("s' b '84 ", n) },
	"line breaks":   func(n int) string { return strings.Repeat("a  \n", n) },
	"soft breaks":   func(n int) string { return strings.Repeat("a\n", n) },
	"rows":          func(n int) string { return "| a | b |\n|---|---|\n" + strings.Repeat("| c | d |\n", n) },
	"URLs":          func(n int) string { return strings.Repeat("https://example.org/a ", n) },
	"distinct URLs": distinct,
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
	for name, of := range evil {
		t.Run(name, func(t *testing.T) {
			small, large := count(of(400)), count(of(1600))
			if large > 6*small+10_000 {
				t.Errorf("%.0f allocations for 400, %.0f for 1600", small, large)
			}
		})
	}
}

// letter is an issue of 800 words with all that a letter usually has.
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

// TestMail_cutOff: a mail that Gmail would cut off ends before a heading, with the
// way to the rest and the way out still in it.
func TestMail_cutOff(t *testing.T) {
	var b strings.Builder
	b.WriteString("Begin.[^1]\n\n")
	for i := range 60 {
		fmt.Fprintf(&b, "## Part %d\n\n%s[^2]\n\n", i, strings.Repeat("Some words that are said again and again. ", 60))
	}
	m := mustMail(t, b.String()+"\n[^1]: First.\n[^2]: Second.\n")
	html, text := mustFill(t, m.HTML, ada), mustFill(t, m.Text, ada)
	if len(html) > newsletter.MostHTML || len(html) < newsletter.MostHTML/2 {
		t.Errorf("the mail has %d bytes", len(html))
	}
	for _, want := range []string{"Continue reading", "/u/abc123", "First.", "1 Quay Street"} {
		if !strings.Contains(html, want) || !strings.Contains(text, want) {
			t.Errorf("%q is not in the mail", want)
		}
	}
	if strings.Contains(html, "Part 59") || !strings.Contains(m.Web, "Part 59") {
		t.Error("the last part belongs on the archive page only")
	}
	if m.CutAt.Line == 0 || m.CutAt.Line%4 != 2 {
		t.Errorf("cut at line %d, want that of a heading", m.CutAt.Line)
	}
	if m := mustMail(t, "Short."); m.CutAt.Line != 0 {
		t.Errorf("a short mail is cut at %v", m.CutAt)
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
	for name, of := range evil {
		b.Run(name, func(b *testing.B) {
			i := issueOf(of(9_000))
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
	for _, of := range evil {
		f.Add(of(5))
	}
	r := mustRenderer(f)
	f.Fuzz(func(t *testing.T, body string) {
		m, err := r.Mail(harbor(), issueOf(body), Options{BaseURL: "https://news.example.org"})
		if err != nil {
			if _, ok := errors.AsType[newsletter.Problems](err); !ok {
				t.Fatal(err)
			}
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
