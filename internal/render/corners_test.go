package render

import (
	"strings"
	"testing"
)

// Corners of Markdown that no sample has, as a reader meets them. "HTML" and
// "text" are what has to be found in the parts, "not" what must not be in either.
func TestMail_corners(t *testing.T) {
	tests := map[string]struct{ body, html, text, not string }{
		"button in a cell":         {"| Do |\n|---|\n| [Press](https://example.org/p){.button} |", ">Press</a></td>", "  Press [1]\n", "{.button}"},
		"button in a heading":      {"## [Press](https://example.org/p){.button} now", ">Press</a> now</h2>", "\nPress [1] now\n", "{.button}"},
		"strong button":            {"**[Press](https://example.org/p){.button}** now", ">Press</a></strong> now", "\nPress [1] now\n", "{.button}"},
		"width in a cell":          {"| A |\n|---|\n| ![A star](images/star.png){width=20} |", `width="20"`, "[Picture: A star]", "{width"},
		"heading in a quotation":   {"> ## Said\n>\n> so", ">Said</h2>", "\n\n> Said\n> ----\n>\n> so\n", "\n>\n> Said"},
		"heading in a list":        {"- ## Said\n", ">Said</h2>", "\n- Said\n  ----\n", "\n-\n"},
		"style in a line":          {"a<style>p{color:red}</style>b <script>alert(1)</script>c", "ab c</p>", "\nab c\n", "alert"},
		"no code at all":           {"a\n\n```\n\n```\n\nb", "</p>\n<p", "\na\n\nb\n", "<pre"},
		"source after two dashes":  {"> 急がば回れ。\n>\n> ——誰か", ">— 誰か</p>", "\n> — 誰か\n", "—誰"},
		"two paragraphs pulled":    {"> [!QUOTE]\n> One.\n>\n> Two.", `margin:0 0 12px;font:italic 24px`, "> One.\n>\n> Two.", ""},
		"table without heads":      {"<table><tr><td>a</td><td>b</td></tr></table>", `<table role="presentation" border`, "  a  b\n", ""},
		"table with blank heads":   {"| | |\n|---|---|\n| a | b |", `<table role="presentation" border`, "  a  b\n", `scope=`},
		"heads of rows":            {"<table><tr><th>a</th><td>b</td></tr><tr><th>c</th><td>d</td></tr></table>", `<tbody style="vertical-align:top"><tr><th scope="row"`, "  a  b\n  c  d\n", `scope="col"`},
		"cells over two columns":   {"<table><tr><th>A</th><th>B</th><th>C</th></tr><tr><td colspan=2>a</td><td>c</td></tr></table>", ">a</td><td", "  A  B  C\n  -  -  -\n  a     c\n", ""},
		"cells over two rows":      {"<table><tr><th>A</th><th>B</th></tr><tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td></tr></table>", ">c</td></tr>", "  A  B\n  -  -\n  a  b\n     c\n", ""},
		"cells over a million":     {"<table><tr><td colspan=1000000 rowspan=1000000>a</td></tr><tr><td>c</td></tr></table>", ">c</td>", "c", ""},
		"tags in a table":          {"| A | B |\n|---|---|\n| {{ subscriber.first_name }} | b |\n| a | c |", "Ada</td>", "\nA: Ada\nB: b\n\nA: a\nB: c\n", ""},
		"tags in a last column":    {"| A | B |\n|---|---|\n| b | {{ subscriber.first_name }} |", "Ada</td>", "\n  b  Ada\n", ""},
		"quotation in a quotation": {"> a\n>\n> > b", `style="margin:0;padding:2px 0`, "> a\n>\n> > b", ""},
		"struck words":             {"On ~~Tuesday~~ <s>Friday</s> ~~*both*~~ [~~no~~](https://example.org/p) Wednesday.", "<del>Tuesday</del>", "\nOn ~~Tuesday~~ ~~Friday~~ ~~*both*~~ ~~no~~ [1] Wednesday.\n", ""},
		"nothing struck":           {"a<del></del> b", "a<del></del> b", "\na b\n", "~"},
		"callout in a quotation":   {"> a\n>\n> > [!NOTE]\n> > b", `style="width:100%;margin:0"`, "> | b", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := mustMail(t, tt.body)
			html, text := mustFill(t, m.HTML, ada), mustFill(t, m.Text, ada)
			if !strings.Contains(html, tt.html) {
				_, article, _ := strings.Cut(html, "</h1>")
				t.Errorf("no %q in\n%s", tt.html, article)
			}
			if !strings.Contains(text, tt.text) {
				t.Errorf("no %q in\n%s", tt.text, text)
			}
			if tt.not != "" && strings.Contains(html+text, tt.not) {
				t.Errorf("%q in\n%s", tt.not, text)
			}
		})
	}
}

// A warning is told from a note by its color, too, in both schemes.
func TestMail_warning(t *testing.T) {
	m := mustMail(t, "> [!NOTE]\n> a\n\n> [!WARNING]\n> b\n\n> [!CAUTION]\n> c")
	html := m.HTML.String()
	for want, count := range map[string]int{
		`<td class="k q" style="padding:18px 20px;background-color:#e3efea;border-left:4px solid #1a5b4e`: 1,
		`<p class="l" style="margin:0 0 6px`: 1,
		`<td class="u" style="padding:18px 20px;background-color:#f2ece0;border-left:4px solid #7a4f00`: 2,
		`<p class="z" style="margin:0 0 6px`: 2,
		`}.z{color:#e6bb6a!important}`:       1,
	} {
		if got := strings.Count(html, want); got != count {
			t.Errorf("%d times %s, want %d, in\n%s", got, want, count, html)
		}
	}
	if note := mustMail(t, "> [!NOTE]\n> a").HTML.String(); strings.Contains(note, ".z{") {
		t.Error("a mail without warnings has their colors")
	}
}

// In a letter from right to left, code still reads from left to right.
func TestMail_codeFromRightToLeft(t *testing.T) {
	i := issueOf("مع `code()` داخله\n\n    call(a)")
	i.Language = "ar"
	m, err := mustRenderer(t).Mail(harbor(), i, Options{BaseURL: "https://news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if html := m.HTML.String(); !strings.Contains(html, `dir="ltr">code()</code>`) {
		t.Error(html)
	}
	if !strings.Contains(m.Web, `<pre dir="ltr"><code>call(a)</code></pre>`) || !strings.Contains(m.Web, `<code dir="ltr">code()</code>`) {
		t.Error(m.Web)
	}
}

// Below a title without a standfirst the article keeps its distance.
func TestMail_titleAlone(t *testing.T) {
	i := issueOf("> [!NOTE]\n> White.")
	i.Description, i.Places, i.Author = "", nil, ""
	m, err := mustRenderer(t).Mail(harbor(), i, Options{BaseURL: "https://news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	if html := m.HTML.String(); !strings.Contains(html, `<h1 style="margin:8px 0 24px;`) {
		t.Error(html)
	}
}

// The box of a task stands in the line of its first words, and takes the place
// of a bullet only where all items have one.
func TestMail_tasks(t *testing.T) {
	m := mustMail(t, "- [ ] loose\n\n- [x] second\n\n  more\n\nThen.\n\n- [ ] mixed\n- plain\n\nThen.\n\n1. [ ] counted\n2. [x] done\n")
	html, text := m.HTML.String(), m.Text.String()
	for _, want := range []string{
		`text-indent:-28px"><span role="img" aria-label="To do" style="display:inline-block;width:22px;text-indent:0">☐</span> loose</p>`,
		`<ul style="margin:0 0 20px;padding:0;padding-left:28px"><li style="margin:0 0 8px"><span role="img" aria-label="To do">☐</span> mixed</li>`,
		`<ol style="margin:0 0 20px;padding:0;padding-left:28px"><li`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("want %s in\n%s", want, html)
		}
	}
	for _, want := range []string{"[ ] loose\n\n[x] second\n\n    more", "- [ ] mixed\n- plain", "1. [ ] counted\n2. [x] done"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
}
