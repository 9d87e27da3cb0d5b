package merge

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

func harborNames() Names {
	return IssueNames(
		&newsletter.Newsletter{Title: "Harbor Letters", Fields: []newsletter.Field{{Name: "city"}, {Name: "site"}}},
		&newsletter.Issue{Title: `The "First" Frost`}, "https://news.example.org/harbor/archive/first-frost",
	)
}

// filled cuts, places and fills a source for one reader, as a mail does.
func filled(t *testing.T, src string, at Place, reader newsletter.Subscriber) string {
	t.Helper()
	c := Cut(src, harborNames())
	tmpl, err := c.Template(At(at, string(c.Source)))
	if err != nil {
		t.Fatal(err)
	}
	values := Values{"subscriber": SubscriberValues(reader), "unsubscribe_url": "https://news.example.org/u/abc"}
	var b strings.Builder
	for _, p := range tmpl {
		if p.Merge == "" {
			b.WriteString(p.Literal)
			continue
		}
		tag, err := Compile(p.Merge)
		if err != nil {
			t.Fatalf("%s: %v", p.Merge, err)
		}
		s, err := tag.Fill(values)
		if err != nil {
			t.Fatalf("%s: %v", p.Merge, err)
		}
		b.WriteString(s)
	}
	return b.String()
}

func TestTemplate(t *testing.T) {
	ada := newsletter.Subscriber{
		Email: "ada@example.net", FirstName: "Ada", Tags: []string{"local", "walks"},
		Fields: map[string]string{"city": "Anytown & Quay", "site": "https://example.org/?a=1&b=2"},
	}
	tests := []struct {
		name, src string
		at        Place
		want      string
	}{
		{"value", "Dear {{ subscriber.first_name }},", HTML, "Dear Ada,"},
		{"escaped for HTML", "{{ subscriber.city }}", HTML, "Anytown &amp; Quay"},
		{"left for text", "{{ subscriber.city }}", Text, "Anytown & Quay"},
		{"default", `{{ subscriber.name | default: "friend" }}`, Text, "friend"},
		{"default is escaped", `{{ subscriber.name | default: "a & b" }}`, HTML, "a &amp; b"},
		{"part of a URL", "https://example.org/?c={{ subscriber.city }}", HTMLURLPart, "https://example.org/?c=Anytown%20%26%20Quay"},
		{"whole URL", "{{ subscriber.site }}", HTMLURL, "https://example.org/?a=1&amp;b=2"},
		{"whole URL in text", "{{ subscriber.site }}", TextURL, "https://example.org/?a=1&b=2"},
		{"no URL at all", "{{ subscriber.city }}", HTMLURL, ""},
		{"list", "{{ subscriber.tags }}", Text, "local, walks"},
		{"join", `{{ subscriber.tags | join: " + " }}`, Text, "local + walks"},
		{"condition", `{% if subscriber.tags contains "local" %}near{% else %}far{% endif %}`, Text, "near"},
		{"unless", `{% unless subscriber.city %}?{% endunless %}.`, Text, "."},
		{"case", `{% case subscriber.first_name %}{% when "Ada" %}A{% when "Bo" %}B{% else %}C{% endcase %}`, Text, "A"},
		{"loop", "{% for tag in subscriber.tags %}<{{ tag }}>{% endfor %}", HTML, "<local><walks>"},
		{"literal in a block that looks like Liquid", `{% if subscriber.city %}\{{ a }} \{% b %}{% endif %}`, Text, `\{{ a }} \{% b %}`},
		{"constant", "{{ issue.title }} in {{ newsletter.title }}", HTML, "The &#34;First&#34; Frost in Harbor Letters"},
		{"constant in a condition", `{% if newsletter.title == "Harbor Letters" %}yes{% endif %}`, Text, "yes"},
		{"escaped tag", `\{{ subscriber.name }}`, Text, `\{{ subscriber.name }}`},
		{"comment", "a{% comment %} {{ nothing }} {% endcomment %}b", Text, "ab"},
		{"raw", "{% raw %}{{ subscriber.name }}{% endraw %}", Text, "{{ subscriber.name }}"},
		{"filters", "{{ subscriber.first_name | upcase | append: '!' }}", Text, "ADA!"},
		{"capital letter of a Greek name", "{{ 'ωμέγα' | capitalize }}", Text, "Ωμέγα"},
		{"truncate minds characters", "{{ 'äöüß' | truncate: 3 }}", Text, "äö…"},
		{"header on one line", "{{ subscriber.first_name }}", Header, "Ada"},
		{"line break in a tag", "{{ subscriber.first_name\n| upcase }}", Text, "ADA"},
		{"private characters of the writer", "a\U000F0000b", Text, "a\uFFFDb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, filled(t, tt.src, tt.at, ada)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestTemplate_pieces pins down where readers differ: the rest is encoded once
// for all of them.
func TestTemplate_pieces(t *testing.T) {
	c := Cut(`Dear {{ subscriber.first_name }}, {% if subscriber.city %}in {{ subscriber.city }}{% endif %} from {{ newsletter.title }}`, harborNames())
	got, err := c.Template(At(HTML, string(c.Source)))
	if err != nil {
		t.Fatal(err)
	}
	want := newsletter.Template{
		{Literal: "Dear "},
		{Merge: "{{ subscriber.first_name | to_html }}"},
		{Literal: ", "},
		{Merge: "{% if subscriber.city %}in {{ subscriber.city | to_html }}{% endif %}"},
		{Literal: " from Harbor Letters"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name, src    string
		line, column int
		message      string
		hint         string
	}{
		{"unknown name", "a\nb {{ subscriber.frist_name }}", 2, 6, `unknown name "subscriber.frist_name"`, "did you mean subscriber.first_name?"},
		{"unknown name after letters of two bytes", "äöü {{ nonsense_at_all_here }}", 1, 8, `unknown name "nonsense_at_all_here"`, "the names are archive_url,"},
		{"unknown filter", "{{ subscriber.name | upcaze }}", 1, 22, `unknown filter "upcaze"`, `did you mean "upcase"?`},
		{"escape is ours", "{{ subscriber.name | escape }}", 1, 22, `unknown filter "escape"`, "leave it out"},
		{"environment", `{{ env "HOME" }}`, 1, 4, `unknown name "env"`, ""},
		{"clock", `{{ "now" | date: "%Y" }}`, 1, 12, `unknown filter "date"`, ""},
		{"unknown tag", "{% include 'x' %}", 1, 1, `unknown tag "include"`, ""},
		{"assign", "{% assign a = 1 %}", 1, 1, `unknown tag "assign"`, ""},
		{"not closed", "a {{ unknown", 1, 3, `"{{" is not closed`, "backslash"},
		{"block not closed", "a\n\n{% if subscriber.city %}b", 3, 1, "{% if %} is not closed", "{% endif %}"},
		{"end without beginning", "a {% endif %}", 1, 3, "{% endif %} closes nothing", "{% if %}"},
		{"wrong order", "{% if subscriber.city %}{% for t in subscriber.tags %}{% endif %}{% endfor %}", 1, 55, "{% endif %} comes before {% endfor %}", ""},
		{"else outside", "{% else %}", 1, 1, "{% else %} stands outside of if", ""},
		{"range", "{% for i in (1..1000) %}x{% endfor %}", 1, 15, "a range of numbers is not allowed", "subscriber.tags"},
		{"deep loops", strings.Repeat("{% for t in subscriber.tags %}", 3) + strings.Repeat("{% endfor %}", 3), 1, 61, "loops are nested too deep", ""},
		{"open quotation mark", `{{ subscriber.name | default: "friend }}`, 1, 31, "the quotation mark \" is not closed", ""},
		{"number too long", "{{ subscriber.name | truncate: 99999999999999999999 }}", 1, 32, "the number is too long", ""},
		{"two names", "{{ subscriber.name subscriber.city }}", 1, 1, "cannot be read as Liquid", ""},
		{"empty", "{{ }}", 1, 1, "the tag is empty", ""},
		{"Go template", "{{ .Config }}", 1, 4, `"." cannot stand in a merge tag`, ""},
		{"assignment to a variable", "{{ range $i := until 1000000000 }}", 1, 10, `"$" cannot stand in a merge tag`, ""},
		{"loop variable outside", "{% for t in subscriber.tags %}{% endfor %}{{ t }}", 1, 46, `unknown name "t"`, ""},
		{"confirm_url is for confirmations", "{{ confirm_url }}", 1, 4, `unknown name "confirm_url"`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Cut(tt.src, harborNames())
			problems := c.Check(string(c.Source))
			if len(problems) == 0 {
				t.Fatal("nothing found")
			}
			p := problems[0]
			if p.Line != tt.line || p.Column != tt.column {
				t.Errorf("got place %d:%d, want %d:%d", p.Line, p.Column, tt.line, tt.column)
			}
			if !strings.Contains(p.Message, tt.message) || !strings.Contains(p.Hint, tt.hint) {
				t.Errorf("got %q, %q, want %q, %q", p.Message, p.Hint, tt.message, tt.hint)
			}
		})
	}
}

func TestCheck_good(t *testing.T) {
	for _, src := range []string{
		"plain text with { braces } and 50 %} of it",
		`{{ subscriber.first_name | default: "friend" | capitalize }}`,
		`{%- if subscriber.tags contains "a" and subscriber.city != "" -%} x {%- elsif subscriber.city == "b" -%} y {%- endif -%}`,
		"{% for tag in subscriber.tags limit:2 reversed %}{{ forloop.index }} {{ tag }}{% unless forloop.last %}, {% endunless %}{% endfor %}",
		"{% case subscriber.city %}{% when 'a', 'b' %}x{% endcase %}",
		"{{ subscriber.tags.size }} {{ subscriber.tags.first }} {{ subscriber.tags | sort | join: ', ' }}",
		"{{ unsubscribe_url }} {{ preferences_url }} {{ archive_url }} {{ newsletter.title }} {{ issue.title }}",
		"{% if subscriber.tags.size > 2 %}{% for t in subscriber.tags %}{% if t == 'a' %}{% break %}{% endif %}{% endfor %}{% endif %}",
	} {
		c := Cut(src, harborNames())
		if got := c.Check(string(c.Source)); len(got) > 0 {
			t.Errorf("%s: got %v", src, got)
		}
	}
}

// TestCheck_containers: a block may not begin in one paragraph and end in
// another, for then half of an element would be left when it is not taken.
func TestCheck_containers(t *testing.T) {
	c := Cut("{% if subscriber.city %}x{% endif %}", harborNames())
	tags := []rune{}
	for _, r := range string(c.Source) {
		if Has(string(r)) {
			tags = append(tags, r)
		}
	}
	begin, end := string(tags[0]), string(tags[1])
	if got := c.Check(Begin + begin + end + End); len(got) > 0 {
		t.Errorf("in one container: got %v", got)
	}
	if got := c.Check(Begin + begin + End + Begin + end + End); len(got) == 0 {
		t.Error("in two containers: nothing found")
	}
	if got := c.Check(begin + Begin + end + End); len(got) == 0 {
		t.Error("ends in an inner container: nothing found")
	}
}

// TestFill_corpus fills fields with templates and scripts and expects them as
// they are, or escaped, and never evaluated.
func TestFill_corpus(t *testing.T) {
	for _, payload := range append(corpus(t),
		"{{ 7 | times: 7 }}", "{% raw %}", "{{ unsubscribe_url }}", `<script>alert(1)</script>`, "a\r\nBcc: x@example.org", "\U000F1000",
	) {
		s := newsletter.Subscriber{Name: payload, Fields: map[string]string{"site": payload}}
		if got := filled(t, "{{ subscriber.name }}", Text, s); got != oneLine(payload) {
			t.Errorf("text: got %q, want %q", got, oneLine(payload))
		}
		for _, at := range []Place{HTML, HTMLURL, HTMLURLPart} {
			if got := filled(t, "{{ subscriber.name }}", at, s); strings.ContainsAny(got, `<>"'`) {
				t.Errorf("place %d: %q is not escaped: %q", at, payload, got)
			}
		}
		if got := filled(t, "{{ subscriber.site }}", HTMLURL, s); strings.Contains(strings.ToLower(got), "script:") {
			t.Errorf("URL: got %q", got)
		}
		if got := filled(t, "Hello {{ subscriber.name }}", Header, s); strings.ContainsAny(got, "\r\n") {
			t.Errorf("header: got %q", got)
		}
	}
}

// corpus is the payloads for subscribers in the template injection corpus.
func corpus(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		return nil
	}
	f, err := os.Open(filepath.Join(dir, "own", "template_injection.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var payloads []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if where, rest, ok := strings.Cut(lines.Text(), "\t"); ok && where != "where" {
			payload, _, _ := strings.Cut(rest, "\t")
			payloads = append(payloads, payload)
		}
	}
	return payloads
}

// TestCheck_corpus expects that no template of the corpus can stand in an issue.
func TestCheck_corpus(t *testing.T) {
	payloads := corpus(t)
	if payloads == nil {
		t.Skip("TIDINGS_CORPORA is not set")
	}
	for _, payload := range payloads {
		if !strings.Contains(payload, "{{") {
			continue
		}
		c := Cut(payload, harborNames())
		if len(c.Check(string(c.Source))) == 0 && payload != "${7*7} #{7*7} <%= 7*7 %> {{7*7}} {% debug %} [[7*7]]" {
			t.Errorf("%q: nothing found", payload)
		}
	}
}

func TestCompile_refused(t *testing.T) {
	for _, src := range []string{
		"{% include 'etc/passwd' %}", "{% assign x = 1 %}", "{{ 'now' | date: '%Y' }}", "{{ x | inspect }}", "{{ x",
		"{% for i in (1..1000000000) %}x{% endfor %}", "{{ 99999999999999999999 }}", "{% if x %}", "{% tablerow x in y %}{% endtablerow %}",
	} {
		if _, err := Compile(src); err == nil {
			t.Errorf("%s is taken", src)
		}
	}
}

// TestReadSimple holds the short way to what the Liquid library does.
func TestReadSimple(t *testing.T) {
	values := Values{"link": "https://example.org/?a=<b>", "subscriber": map[string]any{
		"name": "A & B", "empty": "", "no": false, "tags": []string{"a", "b"}, "none": []any{}, "number": 3,
	}}
	for _, name := range []string{"link", "nothing", "subscriber.name", "subscriber.empty", "subscriber.no", "subscriber.tags", "subscriber.none", "subscriber.number", "subscriber.name.more"} {
		for _, filter := range []string{"", ` | default: "fri<end>"`} {
			for at := HTML; at < placeCount; at++ {
				src := "{{ " + name + filter + " | " + escapes[at] + " }}"
				tag, err := Compile(src)
				if err != nil || tag.simple == nil {
					t.Fatalf("%s: %v, or not simple", src, err)
				}
				want, libErr := engine().ParseAndRenderString(src, map[string]any(values))
				if libErr != nil {
					t.Fatal(libErr)
				}
				if filter == "" && want == "false" {
					want = ""
				}
				if got, _ := tag.Fill(values); got != want {
					t.Errorf("%s: got %q, want %q", src, got, want)
				}
			}
		}
	}
}

func TestFill_limit(t *testing.T) {
	tags := make([]string, 2000)
	for i := range tags {
		tags[i] = strings.Repeat("x", 200)
	}
	tag, err := Compile("{% for a in subscriber.tags %}{{ a | to_text }}{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tag.Fill(Values{"subscriber": map[string]any{"tags": tags}}); err == nil {
		t.Error("400 KB are taken for a merge value")
	}
}

func TestTrim(t *testing.T) {
	c := Cut("a {{- subscriber.name -}} b {{ subscriber.name }} c", harborNames())
	got := c.Restore(c.Trim(string(c.Source)))
	if want := "a{{- subscriber.name -}}b {{ subscriber.name }} c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPosition(t *testing.T) {
	src := "äb\n{{ subscriber.name }} x {{ subscriber.city }} y\n\U000F0000z"
	c := Cut(src, harborNames())
	for _, tt := range []struct {
		mark         string
		line, column int
	}{{"b", 1, 2}, {" x ", 2, 22}, {"y", 2, 47}, {"z", 3, 2}} {
		line, column := c.Position(strings.Index(string(c.Source), tt.mark))
		if line != tt.line || column != tt.column {
			t.Errorf("%q: got %d:%d, want %d:%d", tt.mark, line, column, tt.line, tt.column)
		}
	}
}

func TestSubscriberValues(t *testing.T) {
	got := SubscriberValues(newsletter.Subscriber{Email: "a@example.org", Fields: map[string]string{"city": "Quay", "email": "forged"}})
	want := map[string]any{"email": "a@example.org", "name": "", "first_name": "", "tags": []string{}, "city": "Quay"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func FuzzCut(f *testing.F) {
	for _, seed := range []string{
		"Dear {{ subscriber.first_name | default: \"friend\" }}", "{% if subscriber.city %}a{% else %}b{% endif %}",
		"{%- for t in subscriber.tags -%}{{ t }}{%- endfor -%}", "{{{{{{", "{% raw %}{{ x }}{% endraw %}", "{% comment %}", "\\{{ a }}",
		"{{ 'a' | truncate: -3 }}", "{% case x %}{% when 1 %}{% endcase %}", "{{-}}", "{%%}", "\U000F0001",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		c := Cut(src, harborNames())
		if len(c.Check(string(c.Source))) > 0 {
			return
		}
		// What Check lets through, Template and Compile have to take.
		tmpl, err := c.Template(At(HTML, string(c.Source)))
		if err != nil {
			t.Fatalf("%q: %v", src, err)
		}
		for _, p := range tmpl {
			if p.Merge == "" {
				continue
			}
			tag, err := Compile(p.Merge)
			if err != nil {
				t.Fatalf("%q: %q: %v", src, p.Merge, err)
			}
			_, _ = tag.Fill(Values{"subscriber": SubscriberValues(newsletter.Subscriber{Tags: []string{"a", "b"}})})
		}
	})
}

func BenchmarkFill(b *testing.B) {
	tag, err := Compile(`{{ subscriber.first_name | default: "friend" | to_html }}`)
	if err != nil {
		b.Fatal(err)
	}
	v := Values{"subscriber": map[string]any{"first_name": "Ada"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tag.Fill(v); err != nil {
			b.Fatal(err)
		}
	}
}
