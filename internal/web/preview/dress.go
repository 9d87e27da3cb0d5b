package preview

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// dress is how a copy of a mail's HTML is changed so that it shows one case
// whatever the browser around it prefers.
type dress struct {
	dark     bool   // the scheme that the mail designed for the dark
	forced   bool   // the light one, its colors turned around by the program
	bare     bool   // no pictures
	pictures string // URL below which the mail looks for its own pictures
}

// invert stands for programs that turn the colors of a mail around. Each does
// so by rules of its own; pictures they leave alone.
const invert = "<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}img{filter:invert(1) hue-rotate(180deg)}</style>"

// opening opens links in a new window, where they can be read.
const opening = `<base target="_blank">`

// The questions that a style sheet asks about the scheme. In a copy they become
// questions with a known answer.
var (
	askDark  = regexp.MustCompile(`(?i)\(\s*prefers-color-scheme\s*:\s*dark\s*\)`)
	askLight = regexp.MustCompile(`(?i)\(\s*prefers-color-scheme\s*:\s*light\s*\)`)
	schemes  = regexp.MustCompile(`(?i)(color-schemes?\s*:\s*)light dark`)
)

const (
	yes = "(min-width:0)"
	no  = "(max-width:0)"
)

// apply returns the copy. What it need not change stays as it is, byte for byte.
func (d dress) apply(doc string) string {
	var b strings.Builder
	b.Grow(len(doc) + len(opening) + len(invert))
	opened, style := false, false
	for z := html.NewTokenizer(strings.NewReader(doc)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return b.String()
		}
		raw := string(z.Raw())
		if !opened && begins(kind, raw) {
			b.WriteString(opening)
			if d.forced {
				b.WriteString(invert)
			}
			opened = true
		}
		switch {
		case kind == html.StartTagToken || kind == html.SelfClosingTagToken:
			t := z.Token()
			style = t.Data == "style"
			raw = d.tag(t, raw)
		case kind == html.TextToken && style:
			raw = d.scheme(raw)
		default:
			style = false
		}
		b.WriteString(raw)
	}
}

// begins says whether the head can begin here: after the doctype, without which
// a browser would fall back to quirks mode.
func begins(kind html.TokenType, raw string) bool {
	blank := kind == html.TextToken && strings.TrimSpace(raw) == ""
	return kind != html.DoctypeToken && kind != html.CommentToken && !blank
}

// tag returns a start tag as the copy has it.
func (d dress) tag(t html.Token, raw string) string {
	switch t.Data {
	case "meta":
		if name := attr(&t, "name"); name != nil && strings.HasSuffix(*name, "color-scheme") || name != nil && strings.HasSuffix(*name, "color-schemes") {
			return strings.Replace(raw, "light dark", d.name(), 1)
		}
	case "a":
		if href := attr(&t, "href"); href != nil && strings.HasPrefix(*href, "#") {
			t.Attr = append(t.Attr, html.Attribute{Key: "target", Val: "_self"})
			return t.String()
		}
	case "img":
		return d.picture(t, raw)
	}
	return raw
}

// picture takes a picture away, or takes it from here if it is the mail's own:
// it is on the site only once the issue is published.
func (d dress) picture(t html.Token, raw string) string {
	src := attr(&t, "src")
	if src == nil {
		return raw
	}
	own := strings.HasPrefix(*src, d.pictures)
	switch {
	case d.bare:
		kept := t.Attr[:0]
		for _, a := range t.Attr {
			if a.Key != "src" && a.Key != "srcset" {
				kept = append(kept, a)
			}
		}
		t.Attr = kept
	case own:
		*src = "/media/" + strings.TrimPrefix(*src, d.pictures)
	default:
		return raw
	}
	return t.String()
}

// scheme answers the questions of a style sheet.
func (d dress) scheme(css string) string {
	dark, light := no, yes
	if d.dark {
		dark, light = yes, no
	}
	css = askLight.ReplaceAllString(askDark.ReplaceAllString(css, dark), light)
	return schemes.ReplaceAllString(css, "${1}"+d.name())
}

// name is the one scheme that the copy has.
func (d dress) name() string {
	if d.dark {
		return "dark"
	}
	return "light"
}

// attr is the value of an attribute, or nil.
func attr(t *html.Token, key string) *string {
	for i := range t.Attr {
		if t.Attr[i].Key == key {
			return &t.Attr[i].Val
		}
	}
	return nil
}
