package render

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

// TestMail_problems: what is wrong is named with its place in the file; the body
// of issueOf begins on line 8.
func TestMail_problems(t *testing.T) {
	tests := []struct {
		name, body   string
		line, column int
		message      string
	}{
		{"unknown name", "Hello\n\nDear {{ subscriber.nam }}", 10, 9, `unknown name "subscriber.nam"`},
		{"in a link", "[x](https://example.org/{{ subscriber.nam }})", 8, 28, "unknown name"},
		{"in a picture's title", `![a](https://example.org/a.png "{{ nope }}")`, 8, 36, "unknown name"},
		{"in a heading", "# A\n\n## {{ nope }}", 10, 7, "unknown name"},
		{"in a table", "| a |\n|---|\n| {{ nope }} |", 10, 6, "unknown name"},
		{"in a footnote", "a[^1]\n\n[^1]: {{ nope }}", 10, 10, "unknown name"},
		{"in raw HTML", "<p>{{ nope }}</p>", 8, 7, "unknown name"},
		{"block over two paragraphs", "a {% if subscriber.city %}b\n\nc{% endif %}", 8, 3, "is not closed"},
		{"block over two list items", "- a {% if subscriber.city %}b\n- c{% endif %}", 8, 5, "is not closed"},
		{"not closed", "a {{ unknown", 8, 3, "is not closed"},
		{"missing picture", "\n![x](images/none.png)", 9, 1, "images/none.png: there is no such file"},
		{"picture above the site", "![x](../../../etc/passwd)", 8, 1, "not in the site folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mustRenderer(t).Mail(harbor(), issueOf(tt.body), Options{BaseURL: "https://news.example.org", Files: gallery{}})
			problems, ok := errors.AsType[newsletter.Problems](err)
			if !ok {
				t.Fatalf("got %v, want newsletter.Problems", err)
			}
			p := problems[0]
			if p.Line != tt.line || p.Column != tt.column || !strings.Contains(p.Message, tt.message) || p.File == "" {
				t.Errorf("got %s, want %d:%d %s", p, tt.line, tt.column, tt.message)
			}
		})
	}
}

func TestMail_subjectAndDescription(t *testing.T) {
	i := issueOf("Hello.")
	i.Subject, i.Description = `{{ subscriber.first_name | default: "Friend" }}, the first frost`, "For {{ subscriber.city | default: \"you\" }} & all the others on the quay."
	m, err := mustRenderer(t).Mail(harbor(), i, Options{BaseURL: "https://news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	bo := newsletter.Subscriber{FirstName: "Bo\r\nBcc: x@example.org"}
	if got, want := mustFill(t, m.Subject, bo), "Bo  Bcc: x@example.org, the first frost"; got != want {
		t.Errorf("subject: got %q, want %q", got, want)
	}
	if got, want := m.Description, "For you & all the others on the quay."; got != want {
		t.Errorf("description: got %q, want %q", got, want)
	}
	if m.Standfirst != m.Description {
		t.Errorf("standfirst: got %q", m.Standfirst)
	}
	if got := mustFill(t, m.HTML, ada); !strings.Contains(got, "For Anytown &amp; all the others") {
		t.Errorf("the description is not merged in the mail: %s", got)
	}
}

// What is wrong with the lines of the front matter is said in their order.
func TestMail_wrongLinesInOrder(t *testing.T) {
	i := issueOf("Hello.")
	i.Subject, i.Description = "{{ subscriber.nmae }}", "{{ subscriber.ctiy }}"
	for range 20 {
		_, err := mustRenderer(t).Mail(harbor(), i, Options{BaseURL: "https://news.example.org"})
		if subject, description := strings.Index(err.Error(), "subject:"), strings.Index(err.Error(), "description:"); subject < 0 || description < subject {
			t.Fatalf("want the subject before the description:\n%v", err)
		}
	}
}

// TestMail_nothingPersonal: the archive page holds nothing of any reader, and
// the mail holds nothing of one reader for all.
func TestMail_nothingPersonal(t *testing.T) {
	m := mustMail(t, "Dear {{ subscriber.first_name | default: \"friend\" }}, [leave]({{ unsubscribe_url }}) {{ subscriber.email }}")
	if diff := cmp.Diff("<p>Dear friend, <a href=\"https://news.example.org/harbor\">leave</a> </p>\n", m.Web); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, p := range m.HTML {
		if strings.Contains(p.Literal, "/u/") {
			t.Errorf("a reader's link in %q", p.Literal)
		}
	}
}

// TestWeb is the small things that are easily lost: each line of Markdown and
// what stands on the archive page for it.
func TestWeb(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"quotes", `"a" and 'b' -- c`, "<p>“a” and ‘b’ – c</p>"},
		{"apostrophe after a tag", `{{ newsletter.title }}'s`, "<p>Harbor Letters’s</p>"},
		{"tag in code is text", "`{{ nope }}`", "<p><code>&#123;&#123; nope }}</code></p>"},
		{"tag in raw code is text", "<pre>{{ nope }}</pre>\n\na <code>{{ nope }}</code>", "<pre><code>&#123;&#123; nope }}</code></pre>\n<p>a <code>&#123;&#123; nope }}</code></p>"},
		{"title is not said twice", "# First Frost\n\nHello.", "<p>Hello.</p>"},
		{"headings below the title", "# A\n\n### B", "<h2>A</h2>\n<h3>B</h3>"},
		{"relative link", "[a](more)", `<p><a href="https://news.example.org/harbor/archive/more">a</a></p>`},
		{"link from the root", "[a](/harbor)", `<p><a href="https://news.example.org/harbor">a</a></p>`},
		{"anchor", "[a](#some-words)\n\n## Some words", "<p><a href=\"#s1\">a</a></p>\n<h2 id=\"s1\">Some words</h2>"},
		{"dead anchor", "[a](#nowhere)", "<p>a</p>"},
		{"link with a value as scheme", "[a]({{ subscriber.city }}://x)", "<p>a</p>"},
		{"button among words is a link", "Now [a](https://example.org){.button} b", `<p>Now <a href="https://example.org">a</a> b</p>`},
		{"button", "[a](https://example.org){.button}", `<p class="buttons"><a href="https://example.org" class="button">a</a></p>`},
		{"figure", "![a](https://example.org/a.png \"b\")", `<figure><img src="https://example.org/a.png" width="592" alt="a" loading="lazy"><figcaption>b</figcaption></figure>`},
		{"callout", "> [!TIP]\n> a", `<aside class="callout callout-tip"><p class="callout-title">Tip</p><p>a</p>` + "\n</aside>"},
		{"source", "> a\n>\n> -- b", "<blockquote><p>a</p>\n<p class=\"source\">— b</p>\n</blockquote>"},
		{"inline HTML", "a <b>b</b> <sub>c</sub> <span onclick=x>d</span> <i>e", "<p>a <strong>b</strong> <sub>c</sub> d e</p>"},
		{"HTML block", "<div><p>a<br>b</p></div>", "<p>a<br>\nb</p>"},
		{"empty list item", "- \n- a", "<ul><li></li>\n<li>a</li>\n</ul>"},
		{"line of tags makes no paragraph", "{% if subscriber.city %}\na\n{% endif %}\n\nb", "<p>b</p>"},
		{"list in a loop without turns", "{% for t in subscriber.tags %}\n- {{ t }}\n{% endfor %}", ""},
		{"trimmed tags", "a {{- newsletter.title -}} b", "<p>aHarbor Lettersb</p>"},
		{"Arabic in English", "مرحبا", `<p dir="rtl">مرحبا</p>`},
		{"Chinese over two lines", "你好\n世界", "<p>你好世界</p>"},
		{"control characters", "a\x01b\x7fc", "<p>abc</p>"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, strings.Trim(mustMail(t, tt.body).Web, "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestMail_french(t *testing.T) {
	i := issueOf(`Il dit : "Bonjour !" et part ; vraiment ?`)
	i.Language = "fr"
	m, err := mustRenderer(t).Mail(harbor(), i, Options{BaseURL: "https://news.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	want := "<p>Il dit\u00a0: «\u00a0Bonjour\u202f!\u00a0» et part\u202f; vraiment\u202f?</p>\n"
	if diff := cmp.Diff(want, m.Web); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestMail_unknownLayout(t *testing.T) {
	i := issueOf("a")
	i.Layout = "poster"
	if _, err := mustRenderer(t).Mail(harbor(), i, Options{}); !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("got %v, want %v", err, newsletter.ErrInvalid)
	}
}

func TestMail_tooLong(t *testing.T) {
	_, err := mustRenderer(t).Mail(harbor(), issueOf(strings.Repeat("a ", maxMarkdown)), Options{})
	if !errors.Is(err, newsletter.ErrInvalid) {
		t.Errorf("got %v, want %v", err, newsletter.ErrInvalid)
	}
}

func TestOutline(t *testing.T) {
	body := "# A title\n\nWords with [a link](https://example.org/{{ subscriber.city }} \"t\").\n\n### Deep\n\n" +
		"![alt](a.png \"cap\")\n\n[Go](https://example.org/go){.button}\n\n| a | b |\n|---|---|\n| 1 | long |\n\nBad {{ nope }}"
	o, err := mustRenderer(t).Outline(harbor(), issueOf(body))
	if err != nil {
		t.Fatal(err)
	}
	at := func(line, column int) newsletter.Place { return newsletter.Place{Line: line, Column: column} }
	want := &Outline{
		Title:    "First Frost",
		Headings: []Heading{{Place: at(8, 3), Level: 1, Text: "A title"}, {Place: at(12, 5), Level: 3, Text: "Deep"}},
		Links: []Link{
			{Place: at(10, 12), URL: "https://example.org/{{ subscriber.city }}", Text: "a link", Title: "t"},
			{Place: at(16, 1), URL: "https://example.org/go", Text: "Go", Button: true},
		},
		Images: []Image{{Place: at(14, 1), Src: "a.png", Alt: "alt", Title: "cap"}},
		Paragraphs: []Paragraph{
			{Place: at(10, 1), Text: "Words with a link.", Prose: "Words with a link."},
			{Place: at(16, 1), Text: "Go", Prose: "Go"},
			{Place: at(18, 3), Text: "a", Prose: "a", Cell: true},
			{Place: at(18, 7), Text: "b", Prose: "b", Cell: true},
			{Place: at(20, 3), Text: "1", Prose: "1", Cell: true},
			{Place: at(20, 7), Text: "long", Prose: "long", Cell: true},
			{Place: at(22, 1), Text: "Bad {{ nope }}", Prose: "Bad {{ nope }}"},
		},
		Tables: []Table{{Place: at(18, 3), Columns: 2, Widest: 5}},
	}
	problems := o.Problems
	o.Problems = nil
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(problems) != 1 || problems[0].Line != 22 || problems[0].Column != 8 {
		t.Errorf("got problems %v", problems)
	}
}
