package merge

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Cuts is a text in which every merge tag was replaced by one private character,
// so that a Markdown parser carries it along like any letter. Once the text is
// rendered, Template puts the tags back, each with the escape for its place.
type Cuts struct {
	Source []byte // the text with its tags cut out

	names  Names
	source string  // the text as it was
	pieces []piece // by the number in their private character
	shifts []shift // where Source and source run apart, in order
	over   bool    // there were more tags than maxTags
	cursor cursor
}

// piece is one tag that was cut out.
type piece struct {
	kind      kind
	src       string // as written, for places where tags are plain text
	name      string // of a block tag: "if", "endif", ...
	args      string // the expression
	at        int    // offset of src in the source
	argsAt    int    // offset of args in the source
	trimLeft  bool   // {{- or {%-
	trimRight bool   // -}} or -%}
}

type kind int

const (
	output kind = iota // {{ ... }}
	block              // {% if %}, {% endif %}, ...
	silent             // a comment, or the marks around raw text: leaves nothing
	broken             // opened and never closed
)

// maxTags bounds how many tags one text may hold; each takes a private
// character in every place.
const maxTags = 4000

// maxTag is the longest tag in bytes.
const maxTag = 1000

// Cut takes the merge tags out of src. A backslash before a tag keeps it as
// text, as it does for all punctuation of Markdown.
func Cut(src string, names Names) *Cuts {
	c := &Cuts{names: names, source: src}
	var out bytes.Buffer
	out.Grow(len(src))
	at := 0
	for _, p := range scan(src) {
		if len(c.pieces) == maxTags {
			c.over = true
			break
		}
		c.copy(&out, src[at:p.at], at)
		out.WriteRune(private(Source, len(c.pieces)))
		at = p.at + len(p.src)
		c.shifts = append(c.shifts, shift{out.Len(), at})
		c.pieces = append(c.pieces, p)
	}
	c.copy(&out, src[at:], at)
	c.Source = out.Bytes()
	return c
}

// copy writes plain text that begins at offset at of the source. Private
// characters that were there before us would be taken for tags and become
// U+FFFD.
func (c *Cuts) copy(out *bytes.Buffer, s string, at int) {
	for {
		i := strings.IndexFunc(s, isPrivate)
		if i < 0 {
			out.WriteString(s)
			return
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		out.WriteString(s[:i])
		out.WriteRune(utf8.RuneError)
		at += i + n
		s = s[i+n:]
		c.shifts = append(c.shifts, shift{out.Len(), at})
	}
}

// Add takes one more tag in, such as "{{ unsubscribe_url }}", and returns the
// private character that stands for it.
func (c *Cuts) Add(src string) string {
	for _, p := range scan(src) {
		c.pieces = append(c.pieces, p)
		return string(private(Source, len(c.pieces)-1))
	}
	return ""
}

// Restore returns s with each private character replaced by the tag as it was
// written, for code and other places where tags are plain text.
func (c *Cuts) Restore(s string) string {
	return c.Replace(s, func(src string) string { return src })
}

// Drop returns s without its tags.
func (c *Cuts) Drop(s string) string {
	return c.Replace(s, func(string) string { return "" })
}

// Plain is the text without its tags.
func (c *Cuts) Plain() string { return c.Drop(string(c.Source)) }

// Replace returns s with each private character replaced by what is made of the
// tag as it was written. With Add, it moves the tags of one text into another.
func (c *Cuts) Replace(s string, with func(src string) string) string {
	if strings.IndexFunc(s, isPrivate) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if n, ok := c.number(r); ok {
			b.WriteString(with(c.pieces[n].src))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// number is the number of the tag that r stands for.
func (c *Cuts) number(r rune) (int, bool) {
	if !isPrivate(r) {
		return 0, false
	}
	n := int(r-firstPrivate) % places
	return n, n < len(c.pieces)
}

// IsBlock says whether s holds block tags such as {% if %} and otherwise at most
// blanks, so that it stands for no text of its own.
func (c *Cuts) IsBlock(s string) bool {
	found := false
	for _, r := range s {
		n, ok := c.number(r)
		switch {
		case ok && (c.pieces[n].kind == block || c.pieces[n].kind == silent):
			found = true
		case ok || r != ' ' && r != '\t' && r != '\n' && r != '\r':
			return false
		}
	}
	return found
}

// IsFor says whether s begins a loop, and IsEndFor whether it ends one.
func (c *Cuts) IsFor(s string) bool { return c.named(s, "for") }

// IsEndFor says whether s is the end of a loop.
func (c *Cuts) IsEndFor(s string) bool { return c.named(s, "endfor") }

// Opened is how many more blocks s begins than it ends.
func (c *Cuts) Opened(s string) int {
	open := 0
	for _, r := range s {
		n, ok := c.number(r)
		if !ok || c.pieces[n].kind != block {
			continue
		}
		t := tags[c.pieces[n].name]
		if t.opens {
			open++
		}
		if t.closes != "" {
			open--
		}
	}
	return open
}

func (c *Cuts) named(s, name string) bool {
	r, size := utf8.DecodeRuneInString(s)
	n, ok := c.number(r)
	return ok && size == len(s) && c.pieces[n].name == name
}

// Trim takes away the white space beside tags that ask for it: {{- and -}}.
func (c *Cuts) Trim(s string) string {
	if strings.IndexFunc(s, isPrivate) < 0 {
		return s
	}
	var b strings.Builder
	trim := false
	text := func(t string) {
		if trim {
			t = strings.TrimLeft(t, " \t\n")
		}
		b.WriteString(t)
	}
	for {
		i := strings.IndexFunc(s, isPrivate)
		if i < 0 {
			text(s)
			return b.String()
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		before := s[:i]
		n, ok := c.number(r)
		if ok && c.pieces[n].trimLeft {
			before = strings.TrimRight(before, " \t\n")
		}
		text(before)
		trim = ok && c.pieces[n].trimRight
		b.WriteRune(r)
		s = s[i+size:]
	}
}
