package check

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// maxStyle is how much style sheet Gmail keeps, in bytes; it throws the rest
// away.
const maxStyle = 16_384

// minFiller is how many invisible characters keep the frame out of the line that
// an inbox shows.
const minFiller = 40

// mailFrame holds the mail against what its frame has to bring, whatever the
// article says. Our own templates have all of it; one of the site's own may
// have lost some.
func mailFrame(d *draft) []finding {
	if d.mail == nil {
		return nil
	}
	doc, err := html.Parse(strings.NewReader(d.mail.HTML.String()))
	if err != nil {
		return nil // a strings.Reader does not fail
	}
	f := readFrame(doc)
	var found []finding
	for _, want := range f.wants() {
		if !want.met {
			found = append(found, finding{message: "the mail's frame has no " + want.what, hint: want.why + "; put it back into the site's mail template"})
		}
	}
	found = append(found, f.styleFaults()...)
	found = append(found, textFrame(d.mail, doc)...)
	for _, name := range f.forbidden {
		found = append(found, finding{message: "the mail has <" + name + ">, which mail programs take out or warn of", hint: "take it out of the site's mail template"})
	}
	return found
}

// frame is what was found of a mail's frame.
type frame struct {
	doctype, title, inner bool
	lang, dir, charset    bool
	article               bool
	metas                 []string // their names
	headings              int      // of the first level
	bare                  int      // tables that are neither data nor marked as layout
	style                 int      // bytes
	forbidden             []string
	styles                strings.Builder // all style sheets
	set                   *typeset
	ghost                 bool // a table that only classic Outlook sees
	filler                int  // invisible characters after the preheader
	unnamed               int  // pictures without alt
}

type want struct {
	met       bool
	what, why string
}

// wants is the list of what a frame has to bring.
func (f *frame) wants() []want {
	meta := func(name, why string) want {
		return want{slices.Contains(f.metas, name), `<meta name="` + name + `">`, why}
	}
	return []want{
		{f.doctype, "HTML5 doctype", "without it programs fall back to old ways of layout"},
		{f.title, "title", "screen readers read it first"},
		{f.lang && f.dir, "lang and dir on <html>", "they choose the voice of a screen reader and the direction"},
		{f.inner, "lang and dir on what stands in <body>", "webmail takes <html> and <body> away"},
		{f.article, `role="article" with an aria-label`, "it makes the letter one thing with a name"},
		meta("viewport", "phones would show the mail small"),
		meta("color-scheme", "programs would invert the colors by themselves"),
		meta("supported-color-schemes", "older Apple Mail reads this one"),
		meta("format-detection", "phones would make links of dates and numbers"),
		meta("x-apple-disable-message-reformatting", "Apple Mail would change the sizes"),
		{f.charset, `<meta charset="utf-8">`, "programs would guess what the letters are"},
		{strings.Contains(f.styles.String(), "prefers-color-scheme"), "colors for dark mode", "programs would invert the light ones by themselves"},
		{f.ghost, "table for classic Outlook, in <!--[if mso]>", "that Outlook does not know max-width, and shows lines as wide as its window"},
		{f.filler >= minFiller, "preheader with filler behind it", "inboxes would show the beginning of the frame beside the subject"},
		{f.unnamed == 0, "alt on its pictures", "a screen reader would read out their addresses; one that only adorns has an empty one"},
		{f.headings == 1, fmt.Sprintf("one heading of the first level: it has %d", f.headings), "screen readers walk by headings"},
		{f.bare == 0, `role="presentation" on its layout tables`, "a screen reader would read them out as data"},
		{f.style <= maxStyle, fmt.Sprintf("style sheet below 16 KB: it has %d bytes", f.style), "Gmail throws away what is above"},
	}
}

// readFrame looks through a mail.
func readFrame(doc *html.Node) *frame {
	f := &frame{set: newTypeset(doc)}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.DoctypeNode:
			f.doctype = n.Data == "html" && len(n.Attr) == 0
		case html.ElementNode:
			f.element(n)
		case html.CommentNode:
			f.ghost = f.ghost || strings.HasPrefix(n.Data, "[if mso]") && strings.Contains(n.Data, "<table")
		case html.ErrorNode, html.TextNode, html.DocumentNode, html.RawNode:
		}
	}
	return f
}

func (f *frame) element(n *html.Node) {
	tongue := attribute(n, "lang") != "" && attribute(n, "dir") != ""
	switch n.Data {
	case "html":
		f.lang, f.dir = attribute(n, "lang") != "", attribute(n, "dir") != ""
	case "title":
		f.title = strings.TrimSpace(contentOf(n)) != ""
	case "meta":
		f.metas = append(f.metas, strings.ToLower(attribute(n, "name")))
		f.charset = f.charset || strings.EqualFold(attribute(n, "charset"), "utf-8")
	case "style":
		f.style += len(contentOf(n))
		f.styles.WriteString(contentOf(n))
	case "h1":
		f.headings++
	case "table":
		if attribute(n, "role") != "presentation" && !hasHeads(n) {
			f.bare++
		}
	case "img":
		if !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "alt" }) {
			f.unnamed++
		}
	case "div":
		if strings.Contains(attribute(n, "style"), "display:none") {
			f.filler = max(f.filler, strings.Count(contentOf(n), "\u034f"), strings.Count(contentOf(n), "\u200c"))
		}
	case "script", "form", "svg", "base", "iframe", "object", "embed":
		f.forbidden = append(f.forbidden, n.Data)
	}
	if n.Parent != nil && n.Parent.Data == "body" && tongue {
		f.inner = true
	}
	if attribute(n, "role") == "article" && attribute(n, "aria-label") != "" {
		f.article = true
	}
}

// hasHeads says whether a table is one of data. Those in it count for
// themselves.
func hasHeads(n *html.Node) bool {
	for kid := range n.ChildNodes() {
		if kid.Data == "th" || kid.Data != "table" && hasHeads(kid) {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// contentOf is the text right inside an element.
func contentOf(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}
