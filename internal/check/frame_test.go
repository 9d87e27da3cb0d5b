package check_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/render"
)

// wholeFrame is as little of a frame as has everything.
const wholeFrame = `<!doctype html><html lang="en" dir="ltr"><head><title>{{ .Title }}</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark"><meta name="format-detection" content="telephone=no"><meta charset="utf-8">
<meta name="x-apple-disable-message-reformatting" content=""><style>p{margin:0}@media (prefers-color-scheme:dark){p{color:#fff}}</style></head>
<body><div role="article" aria-label="Frost" lang="en" dir="ltr"><div style="display:none">{{ .Preheader }}{{ .Filler }}</div>
<!--[if mso]><table role="presentation" width="640"><tr><td><![endif]--><table role="presentation"><tr><td style="font:18px/1.6 serif">
<h1>{{ .Title }}</h1>{{ .Body }}<img src="{{ .HomeURL }}/line.png" width="20" alt=""></td></tr></table></div></body></html>`

// wholeText is the same for the text part.
const wholeText = "{{ title .Title }}\n\n{{- .Body }}"

// An issue that is mostly a listing and a table is whole.
func TestIssue_frameOfCode(t *testing.T) {
	t.Parallel()
	src := "White.\n\n```\n" + strings.Repeat("frost = frost + 1\n", 30) + "```\n\n| Day | Hour |\n|---|---|\n" + strings.Repeat("| Monday | 9 |\n", 30)
	for _, p := range mustCheck(t, pictures(t), src) {
		if p.Rule == "mail-frame" {
			t.Error(p)
		}
	}
}

// TestIssue_frame breaks a frame in one way at a time.
func TestIssue_frame(t *testing.T) {
	for name, c := range map[string]struct{ old, instead, want string }{
		"whole":        {"", "", ""},
		"old doctype":  {"<!doctype html>", `<!doctype html public "-//W3C//DTD XHTML 1.0//EN">`, "no HTML5 doctype"},
		"no title":     {"<title>{{ .Title }}</title>", "", "no title"},
		"no direction": {`<html lang="en" dir="ltr">`, `<html lang="en">`, "no lang and dir on <html>"},
		"bare wrapper": {`aria-label="Frost" lang="en" dir="ltr"`, `aria-label="Frost"`, "no lang and dir on what stands in <body>"},
		"no article":   {`role="article" `, "", `no role="article"`},
		"no viewport":  {`name="viewport"`, `name="view"`, `no <meta name="viewport">`},
		"no scheme":    {`name="color-scheme"`, `name="scheme"`, `no <meta name="color-scheme">`},
		"two headings": {"<h1>", "<h1>First</h1><h1>", "it has 2"},
		"bare table":   {`<table role="presentation">`, "<table>", `no role="presentation"`},
		"large style":  {"p{margin:0}", strings.Repeat("p{margin:0}", 2000), "no style sheet below 16 KB"},
		"script":       {"</head>", "<script>1</script></head>", "the mail has <script>"},
		"no text":      {"{{- .Body }}", "", "does not have the words"},
		"no headline":  {"{{ title .Title }}", "Hello!", "does not begin with the title"},
		"no charset":   {`<meta charset="utf-8">`, "", "no <meta charset"},
		"no detection": {`name="format-detection"`, `name="detect"`, `no <meta name="format-detection">`},
		"no apple":     {`name="x-apple-disable`, `name="x-pear-disable`, "no <meta name=\"x-apple"},
		"no dark":      {"prefers-color-scheme", "prefers-contrast", "no colors for dark mode"},
		"no ghost":     {"[if mso]", "[if ie]", "no table for classic Outlook"},
		"no filler":    {"{{ .Filler }}", "", "no preheader with filler"},
		"no alt":       {` alt=""`, "", "no alt on its pictures"},
		"pale":         {"font:18px/1.6 serif", "font:18px/1.6 serif;color:#bbb", "contrast of only 1.9:1"},
		"pale ground":  {"font:18px/1.6 serif", "font:18px/1.6 serif;background-color:#666666", "contrast of only 3.7:1"},
		"small":        {"font:18px/1.6 serif", "font:13px/1.6 serif", "most of the text has 13 pixels"},
		"tiny":         {"<h1>", `<h1><span style="font-size:9px">x</span>`, `"x" is smaller than 12 pixels`},
		"wide":         {"font:18px/1.6 serif", "font:18px/1.6 serif;width:900px", "900 pixels wide"},
		"fixed":        {"font:18px/1.6 serif", "font:18px/1.6 serif;position:fixed", `has "position:fixed"`},
		"import":       {"p{margin:0}", "@import url(x);", `has "@import"`},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{"mail/base.html.tmpl": &fstest.MapFile{}, "mail/base.txt.tmpl": &fstest.MapFile{}}
			text := strings.Replace(wholeText, c.old, c.instead, 1)
			for _, layout := range []string{"letter", "digest", "announcement", "confirm"} {
				files["mail/"+layout+".html.tmpl"] = &fstest.MapFile{Data: []byte(strings.Replace(wholeFrame, c.old, c.instead, 1))}
				files["mail/"+layout+".txt.tmpl"] = &fstest.MapFile{Data: []byte(text)}
			}
			r := render.New(files)
			var got []string
			for _, p := range mustCheckOf(t, harbor(), r, pictures(t), prose+"\n\n| Day | Hour |\n|---|---|\n| Monday | 9 |\n") {
				if p.Rule == "mail-frame" {
					got = append(got, p.Message)
				}
			}
			switch {
			case c.want == "" && len(got) > 0, c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)):
				t.Errorf("problems %s, want one that says %q", cmp.Diff([]string{}, got), c.want)
			}
		})
	}
}
