package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What checks say of pasted HTML stands where it is, and what is taken out is
// found as well.
func TestOutline_rawHTML(t *testing.T) {
	o, err := mustRenderer(t).Outline(harbor(), issueOf("<div>\n<h4>Deep down</h4>\n\n<p>x <a href=\"javascript:alert(1)\">one</a>\n"+
		"<a href=\"https://example.org/\">two</a> <a href=\"tel:+15550100\">three</a></p>\n<img src=\"images/quay.png\">\n</div>\n\n"+
		"In a line <a href=\"vbscript:x\">four</a>."))
	if err != nil {
		t.Fatal(err)
	}
	type place struct {
		Line int
		What string
	}
	var got []place
	for _, h := range o.Headings {
		got = append(got, place{h.Line, h.Text})
	}
	for _, l := range o.Links {
		got = append(got, place{l.Line, l.URL + " " + l.Text})
	}
	for _, i := range o.Images {
		got = append(got, place{i.Line, i.Src})
	}
	want := []place{
		{9, "Deep down"},
		{12, "https://example.org/ two"},
		{12, "tel:+15550100 three"},
		{11, "javascript:alert(1) "},
		{16, "vbscript:x "},
		{13, "images/quay.png"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// Words for browsers that cannot show a film, and the labels of buttons that
// nobody can press, are not of the letter; the caption of a figure is.
func TestMail_pasted(t *testing.T) {
	m := mustMail(t, "<div><video src=\"x.mp4\">Your browser has no video</video><button>Send</button><select><option>one</option></select>\n"+
		"<figure><img src=\"images/quay.png\" alt=\"The quay\"><figcaption>A \"white\" week</figcaption></figure></div>\n\nEnd.")
	for part, s := range map[string]string{"HTML": m.HTML.String(), "text": m.Text.String()} {
		for _, not := range []string{"no video", "Send", "one<"} {
			if strings.Contains(s, not) {
				t.Errorf("%s: %q in\n%s", part, not, s)
			}
		}
	}
	if text := m.Text.String(); !strings.Contains(text, "[Picture: The quay. A “white” week]\n\nEnd.") {
		t.Errorf("got\n%s", text)
	}
	if html := m.HTML.String(); !strings.Contains(html, "margin:8px 0 28px") {
		t.Errorf("no caption in\n%s", html)
	}
}
