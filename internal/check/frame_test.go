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
<meta name="supported-color-schemes" content="light dark"><style>p{margin:0}</style></head>
<body><div role="article" aria-label="Frost" lang="en" dir="ltr"><table role="presentation"><tr><td><h1>Frost</h1>{{ .Body }}</td></tr></table></div></body></html>`

// TestIssue_frame breaks a frame in one way at a time.
func TestIssue_frame(t *testing.T) {
	for name, c := range map[string]struct{ old, instead, want string }{
		"whole":        {"", "", ""},
		"old doctype":  {"<!doctype html>", `<!doctype html public "-//W3C//DTD XHTML 1.0//EN">`, "no HTML5 doctype"},
		"no title":     {"{{ .Title }}", "", "no title"},
		"no direction": {`<html lang="en" dir="ltr">`, `<html lang="en">`, "no lang and dir on <html>"},
		"bare wrapper": {`aria-label="Frost" lang="en" dir="ltr"`, `aria-label="Frost"`, "no lang and dir on what stands in <body>"},
		"no article":   {`role="article" `, "", `no role="article"`},
		"no viewport":  {`name="viewport"`, `name="view"`, `no <meta name="viewport">`},
		"no scheme":    {`name="color-scheme"`, `name="scheme"`, `no <meta name="color-scheme">`},
		"two headings": {"<h1>Frost</h1>", "<h1>Frost</h1><h1>Snow</h1>", "it has 2"},
		"bare table":   {`<table role="presentation">`, "<table>", `no role="presentation"`},
		"large style":  {"p{margin:0}", strings.Repeat("p{margin:0}", 2000), "no style sheet below 16 KB"},
		"script":       {"</head>", "<script>1</script></head>", "the mail has <script>"},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{"mail/base.html.tmpl": &fstest.MapFile{}, "mail/base.txt.tmpl": &fstest.MapFile{}}
			for _, layout := range []string{"letter", "digest", "announcement", "confirm"} {
				files["mail/"+layout+".html.tmpl"] = &fstest.MapFile{Data: []byte(strings.Replace(wholeFrame, c.old, c.instead, 1))}
				files["mail/"+layout+".txt.tmpl"] = &fstest.MapFile{Data: []byte(`{{ .Body }}`)}
			}
			r := render.New(files)
			var got []string
			for _, p := range mustCheckOf(t, harbor(), r, pictures(t), "White.") {
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
