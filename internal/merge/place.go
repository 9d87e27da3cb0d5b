package merge

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"tidings/internal/newsletter"
)

// Place is where a tag lands, which decides how its value is escaped.
type Place int

// The places. A link may be a value as a whole, and is then held to the schemes
// that are safe, or hold values in it, which are then percent-encoded.
const (
	Source      Place = iota // not placed yet
	HTML                     // text and attributes of HTML
	HTMLURL                  // a whole URL in an attribute
	HTMLURLPart              // a part of a URL in an attribute
	Text                     // the text part
	TextURL                  // a whole URL in the text part
	TextURLPart              // a part of a URL in the text part
	Header                   // a header field
	placeCount
)

// A tag is cut out as a character of plane 15, which nobody uses by agreement:
// firstPrivate + place * places + number of the tag.
const (
	firstPrivate = 0xF0000
	places       = 8000
)

// escapes names the filter that ends every output, by place.
var escapes = [placeCount]string{
	Source: "to_nothing", HTML: "to_html", HTMLURL: "to_href", HTMLURLPart: "to_href_part",
	Text: "to_text", TextURL: "to_url", TextURLPart: "to_url_part", Header: "to_header",
}

func placeOf(filter string) Place {
	for p := HTML; p < placeCount; p++ {
		if escapes[p] == filter {
			return p
		}
	}
	return -1
}

func private(p Place, n int) rune {
	return rune(firstPrivate + int(p)*places + n) //nolint:gosec // within plane 15
}

func isPrivate(r rune) bool { return r >= firstPrivate && r < 0x100000 }

// At returns s with every tag in it set to land in place p.
func At(p Place, s string) string {
	if strings.IndexFunc(s, isPrivate) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if !isPrivate(r) {
			return r
		}
		return private(p, int(r-firstPrivate)%places)
	}, s)
}

// Has says whether s holds tags.
func Has(s string) bool { return strings.IndexFunc(s, isPrivate) >= 0 }

// Template returns rendered text as a template: literal text and merge sources.
// A tag that begins a block takes all up to the end of its block into one
// source. Tags that say the same to every reader are filled at once.
func (c *Cuts) Template(s string) (newsletter.Template, error) {
	b := builder{cuts: c}
	for len(s) > 0 {
		i := strings.IndexFunc(s, isPrivate)
		if i < 0 {
			b.text(s)
			break
		}
		b.text(s[:i])
		r, size := utf8.DecodeRuneInString(s[i:])
		if err := b.tag(r); err != nil {
			return nil, err
		}
		s = s[i+size:]
	}
	if b.depth > 0 {
		return nil, fmt.Errorf("%w: a merge tag is never closed", newsletter.ErrInvalid)
	}
	b.flush()
	return b.out, nil
}

// builder puts a template together.
type builder struct {
	cuts    *Cuts
	out     newsletter.Template
	literal strings.Builder // outside of blocks, not yet in out
	merge   strings.Builder // the block that is open
	depth   int             // of open blocks
}

func (b *builder) text(s string) {
	if b.depth > 0 {
		b.merge.WriteString(protect(s))
		return
	}
	b.literal.WriteString(s)
}

func (b *builder) flush() {
	if b.literal.Len() > 0 {
		b.out = append(b.out, newsletter.Piece{Literal: b.literal.String()})
		b.literal.Reset()
	}
}

func (b *builder) tag(r rune) error {
	n, ok := b.cuts.number(r)
	if !ok {
		return nil
	}
	p := b.cuts.pieces[n]
	switch p.kind {
	case output:
		return b.output(p, Place(int(r-firstPrivate)/places))
	case block:
		return b.block(p)
	case silent:
		return nil
	case broken:
		return fmt.Errorf("%w: %q is not closed", newsletter.ErrInvalid, p.src)
	}
	return nil
}

func (b *builder) output(p piece, at Place) error {
	args, personal := b.cuts.constants(p.args)
	src := "{{ " + args + " | " + escapes[at] + " }}"
	if !personal && b.depth == 0 {
		tag, err := Compile(src)
		if err != nil {
			return err
		}
		s, err := tag.Fill(nil)
		b.text(s)
		return err
	}
	if b.depth > 0 {
		b.merge.WriteString(src)
		return nil
	}
	b.flush()
	b.out = append(b.out, newsletter.Piece{Merge: src})
	return nil
}

func (b *builder) block(p piece) error {
	t := tags[p.name]
	if b.depth == 0 && !t.opens {
		return fmt.Errorf("%w: {%% %s %%} stands alone", newsletter.ErrInvalid, p.name)
	}
	if t.opens {
		if b.depth == 0 {
			b.flush()
		}
		b.depth++
	}
	args, _ := b.cuts.constants(p.args)
	b.merge.WriteString("{% " + strings.TrimSpace(p.name+" "+args) + " %}")
	if t.closes != "" {
		b.depth--
	}
	if b.depth == 0 {
		b.out = append(b.out, newsletter.Piece{Merge: b.merge.String()})
		b.merge.Reset()
	}
	return nil
}

// protect keeps literal text in a merge source from being read as Liquid.
func protect(s string) string {
	if !strings.Contains(s, "{{") && !strings.Contains(s, "{%") && !strings.HasSuffix(s, "{") {
		return s
	}
	return strings.ReplaceAll(s, "{", `{{ "{" }}`)
}
