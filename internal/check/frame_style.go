package check

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"tidings/internal/theme"
)

// The sizes that people can read, in CSS pixels, and the widest mail that stands
// in a window beside the list of mails.
const (
	minText  = 12
	minBody  = 16
	maxWidth = 700
)

// typeset is how the words of a mail are set when all style sheets are gone, as
// some programs take them out.
type typeset struct {
	letters map[float64]int // by size
	tiny    string          // the first text below minText
	pale    string          // the first text that has too little contrast
	ratio   float64         // its contrast
	wide    int             // the widest fixed width
	out     string          // the first property that mail programs take out
}

// look is what an element hands down to what is in it. An empty color is one
// that we cannot read.
type look struct {
	size      float64
	ink, page string
	apart     bool // in a listing or a table of data, which are set smaller
}

func newTypeset(doc *html.Node) *typeset {
	t := &typeset{letters: map[float64]int{}}
	t.walk(doc, look{size: 16, ink: "#000000", page: "#ffffff"})
	return t
}

func (t *typeset) walk(n *html.Node, l look) {
	if n.Type == html.ElementNode {
		switch style := attribute(n, "style"); {
		case n.Data == "head", strings.Contains(style, "display:none"):
			return
		default:
			l = t.element(n, style, l)
		}
	}
	if text := words(n.Data); n.Type == html.TextNode && text != "" {
		t.text(text, l)
	}
	for kid := n.FirstChild; kid != nil; kid = kid.NextSibling {
		t.walk(kid, l)
	}
}

var (
	sizeOf   = regexp.MustCompile(`(?:^|;)\s*font(?:-size)?\s*:[^;]*?\b(\d+(?:\.\d+)?)(px|%)`)
	inkOf    = regexp.MustCompile(`(?:^|;)\s*color\s*:\s*([^;!]*)`)
	pageOf   = regexp.MustCompile(`(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]*)`)
	widthOf  = regexp.MustCompile(`(?:^|;)\s*(?:min-)?width\s*:\s*(\d+)px`)
	takenOut = regexp.MustCompile(`(?:^|;)\s*(position\s*:\s*(?:fixed|absolute|sticky)|display\s*:\s*(?:flex|grid))`)
)

// element reads the style of an element.
func (t *typeset) element(n *html.Node, style string, l look) look {
	l.apart = l.apart || n.Data == "pre" || n.Data == "table" && hasHeads(n)
	if m := sizeOf.FindStringSubmatch(style); m != nil {
		size, _ := strconv.ParseFloat(m[1], 64) // digits
		if m[2] == "%" {
			size *= l.size / 100
		}
		l.size = size
	}
	if page := attribute(n, "bgcolor"); page != "" {
		l.page = hex(page)
	}
	if m := pageOf.FindStringSubmatch(style); m != nil {
		l.page = hex(m[1])
	}
	if m := inkOf.FindStringSubmatch(style); m != nil {
		l.ink = hex(m[1])
	}
	if m := widthOf.FindStringSubmatch(style); m != nil && n.Data != "img" {
		px, _ := strconv.Atoi(m[1]) // digits
		t.wide = max(t.wide, px)
	}
	if m := takenOut.FindStringSubmatch(style); m != nil && t.out == "" {
		t.out = m[1]
	}
	return l
}

// hex returns a color as #rrggbb, or "" for one that is written otherwise.
func hex(color string) string {
	c := strings.ToLower(strings.TrimSpace(color))
	if len(c) == 4 && c[0] == '#' {
		c = "#" + strings.Repeat(c[1:2], 2) + strings.Repeat(c[2:3], 2) + strings.Repeat(c[3:4], 2)
	}
	if len(c) != 7 || c[0] != '#' {
		return ""
	}
	return c
}

func (t *typeset) text(text string, l look) {
	if !l.apart {
		t.letters[l.size] += len(text)
	}
	if l.size < minText && t.tiny == "" {
		t.tiny = text
	}
	if l.ink == "" || l.page == "" || t.pale != "" {
		return
	}
	if ratio, err := theme.Contrast(l.ink, l.page); err == nil && ratio < theme.ReadableText {
		t.pale, t.ratio = text, ratio
	}
}

// body is the size of most of the words.
func (t *typeset) body() float64 {
	best := 16.0
	for size, n := range t.letters {
		if n > t.letters[best] || n == t.letters[best] && size > best {
			best = size
		}
	}
	return best
}

// styleFaults names what could not be read without style sheets.
func (f *frame) styleFaults() []finding {
	var found []finding
	add := func(bad bool, hint, format string, args ...any) {
		if bad {
			found = append(found, finding{message: fmt.Sprintf(format, args...), hint: hint + " in the site's mail template"})
		}
	}
	t := f.set
	add(t.pale != "", "every text needs 4.5:1; take one of the theme's colors", "the text %q has a contrast of only %.1f:1", clip(t.pale), t.ratio)
	add(t.tiny != "", "set 12 pixels or more", "the text %q is smaller than %d pixels", clip(t.tiny), minText)
	add(t.body() < minBody, "set 16 pixels or more", "most of the text has %v pixels, fewer than %d", t.body(), minBody)
	add(t.wide > maxWidth, "write width:100% and max-width", "something in the mail is %d pixels wide, and a phone has 320", t.wide)
	add(t.out != "", "do without it", "the mail's frame has %q, which mail programs take out", t.out)
	add(strings.Contains(f.styles.String(), "@import"), "write the style sheet into the mail", "the mail's frame has %q, which mail programs take out", "@import")
	return found
}
