package preview

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

const site = "https://news.example.org/media/"

func TestDress(t *testing.T) {
	t.Parallel()
	const css = "<style>:root{color-scheme:light dark;supported-color-schemes:light dark}" +
		"@media (prefers-color-scheme:dark){a{color:#fff}}@media screen and (prefers-color-scheme: light){b{}}</style>"
	tests := []struct {
		name     string
		d        dress
		in, want string
	}{
		{
			"dark answers every question with yes",
			dress{dark: true},
			css,
			"<style>:root{color-scheme:dark;supported-color-schemes:dark}" +
				"@media (min-width:0){a{color:#fff}}@media screen and (max-width:0){b{}}</style>",
		},
		{
			"light answers with no, whatever the browser prefers",
			dress{},
			css,
			"<style>:root{color-scheme:light;supported-color-schemes:light}" +
				"@media (max-width:0){a{color:#fff}}@media screen and (min-width:0){b{}}</style>",
		},
		{
			"metas",
			dress{dark: true},
			`<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><meta name="x" content="light dark">`,
			`<meta name="color-scheme" content="dark"><meta name="supported-color-schemes" content="dark"><meta name="x" content="light dark">`,
		},
		{
			"an article on style sheets keeps its words",
			dress{dark: true},
			"<p>@media (prefers-color-scheme:dark) and color-scheme:light dark</p>",
			"<p>@media (prefers-color-scheme:dark) and color-scheme:light dark</p>",
		},
		{
			"own pictures come from here, others do not",
			dress{pictures: site},
			`<img src="https://news.example.org/media/ab/a.png?x=1&amp;y=2" alt="a"><img src="https://example.com/media/b.png">`,
			`<img src="/media/ab/a.png?x=1&amp;y=2" alt="a"><img src="https://example.com/media/b.png">`,
		},
		{
			"without pictures",
			dress{bare: true, pictures: site},
			`<img src="https://news.example.org/media/ab/a.png" srcset="b 2x" alt="A &amp; B" width="592"><img alt="c">`,
			`<img alt="A &amp; B" width="592"><img alt="c">`,
		},
		{"a link in the page stays in it", dress{}, `<a href="#n1">1</a><a href="https://example.org">b</a>`, `<a href="#n1" target="_self">1</a><a href="https://example.org">b</a>`},
		{"what is broken stays as it is", dress{}, "<p <b>a</q>&nope; <!-- x --", "<p <b>a</q>&nope; <!-- x --"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(opening+tt.want, tt.d.apply(tt.in)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDress_head(t *testing.T) {
	t.Parallel()
	got := dress{forced: true}.apply("<!-- frame -->\n<!doctype html>\n<html><head></head></html>")
	if want := "<!-- frame -->\n<!doctype html>\n" + opening + invert + "<html><head></head></html>"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// FuzzDress: whatever a mail holds, its copy is about as long, and one without
// pictures has none.
func FuzzDress(f *testing.F) {
	f.Add("<!doctype html><style>@media (prefers-color-scheme:dark){}</style><img src=x>", true)
	f.Add("<style><!-- </style><meta name=color-scheme content=\"light dark\"", false)
	f.Add("<!-- <img src=x> --><IMG SRC=x alt='\x00&quot;'><a href='#'>", false)
	f.Fuzz(func(t *testing.T, doc string, dark bool) {
		got := dress{dark: dark, bare: true, pictures: site}.apply(doc)
		if len(got) > 10*len(doc)+len(opening) { // a quotation mark in an attribute takes five bytes
			t.Errorf("%d bytes of %d", len(got), len(doc))
		}
		for z := html.NewTokenizer(strings.NewReader(got)); z.Next() != html.ErrorToken; {
			if tag := z.Token(); tag.Data == "img" && attr(&tag, "src") != nil {
				t.Errorf("a picture is left in %q", got)
			}
		}
	})
}
