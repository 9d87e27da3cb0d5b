package render

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tidings/internal/newsletter"
)

// hostile are payloads of our own; those of TIDINGS_CORPORA come on top.
var hostile = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<a href="javascript:alert(1)">x</a>`, `[x](javascript:alert(1))`,
	`[x](JaVaScRiPt:alert(1))`, "[x](java\tscript:alert(1))", `[x](&#106;avascript:alert(1))`, `[x](data:text/html,<script>alert(1)</script>)`,
	`![x](javascript:alert(1))`, `<javascript:alert(1)>`, `<svg onload=alert(1)>`, `<iframe src="https://example.org">`, `<style>*{background:url(//x)}</style>`,
	`[x](https://example.org/" onmouseover="alert(1))`, `[x](https://example.org "t" onmouseover=alert(1) ")`, `![a" onerror="alert(1)](https://example.org/a.png)`,
	`</td></tr></table><script>alert(1)</script>`, `<!--[if mso]><script>alert(1)</script><![endif]-->`, `<![CDATA[<script>alert(1)</script>]]>`,
	"```html\n</pre><script>alert(1)</script>\n```", "`</code><script>alert(1)</script>`", `# <script>alert(1)</script>`, `> [!<script>]`,
	`[x](vbscript:msgbox(1)){.button}`, `<form action="https://example.org"><input></form>`, `<base href="https://example.org/">`,
	`<meta http-equiv="refresh" content="0">`, `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`, `<object data="javascript:alert(1)">`,
	"| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |", `[^a]` + "\n\n" + `[^a]: <script>alert(1)</script>`,
}

// payloads returns our own and those of the corpora.
func payloads(t testing.TB) []string {
	t.Helper()
	all := append([]string{}, hostile...)
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		return all
	}
	var purify []struct{ Payload string }
	if err := json.Unmarshal(mustRead(t, filepath.Join(dir, "xss", "dompurify.json")), &purify); err != nil {
		t.Fatal(err)
	}
	for _, p := range purify {
		all = append(all, p.Payload)
	}
	files, err := filepath.Glob(filepath.Join(dir, "blns", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no naughty strings: %v", err)
	}
	for _, file := range files {
		var lines []string
		if err := json.Unmarshal(mustRead(t, file), &lines); err != nil {
			t.Fatal(err)
		}
		all = append(all, lines...)
	}
	return all
}

func mustRead(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestMail_hostile puts each payload into a body and expects that nothing of it
// runs, loads or breaks out of the frame, in the mail and on the archive page.
func TestMail_hostile(t *testing.T) {
	r := mustRenderer(t)
	for _, payload := range payloads(t) {
		body := "Before.\n\n" + escapeTags(payload) + "\n\nAfter.\n"
		m, err := r.Mail(harbor(), issueOf(body), Options{BaseURL: "https://news.example.org"})
		if err != nil {
			if _, ok := errors.AsType[newsletter.Problems](err); ok {
				continue
			}
			t.Fatalf("%q: %v", payload, err)
		}
		for part, got := range map[string]string{"mail": mustFill(t, m.HTML, ada), "web": m.Web} {
			if bad := dangerous(got, part == "mail"); bad != "" {
				t.Errorf("%s of %q: %s", part, payload, bad)
			}
		}
	}
}

// escapeTags keeps Liquid in a payload as text: here it is HTML that is on trial.
func escapeTags(s string) string {
	return strings.NewReplacer("{{", `\{{`, "{%", `\{%`).Replace(s)
}

// dangerous names the first thing in a document that could run or load, or is
// not where our frame put it.
func dangerous(doc string, whole bool) string {
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		return err.Error()
	}
	found, styles := "", 0
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script", "iframe", "object", "embed", "form", "input", "base", "svg", "math", "link", "frame", "applet", "template", "textarea", "select":
				found = "element " + n.Data
			case "style":
				styles++
			}
			for _, a := range n.Attr {
				if bad := badAttribute(a); bad != "" {
					found = bad
				}
			}
		}
		for kid := n.FirstChild; kid != nil; kid = kid.NextSibling {
			walk(kid)
		}
	}
	walk(root)
	if want := map[bool]int{true: 3, false: 0}[whole]; found == "" && styles != want {
		found = "a style sheet"
	}
	if whole && found == "" && strings.Count(doc, "</html>") != 1 {
		found = "the frame is broken"
	}
	return found
}

func badAttribute(a html.Attribute) string {
	value := strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, a.Val))
	switch {
	case strings.HasPrefix(a.Key, "on"):
		return "attribute " + a.Key
	case a.Key == "href" || a.Key == "src":
		for _, scheme := range []string{"javascript:", "vbscript:", "data:", "file:"} {
			if strings.HasPrefix(value, scheme) {
				return a.Key + " " + a.Val
			}
		}
	case a.Key == "style" && (strings.Contains(value, "url(") || strings.Contains(value, "expression(")):
		return "style " + a.Val
	}
	return ""
}
