package check

import (
	"bytes"
	"unicode/utf8"

	"tidings/internal/newsletter"
)

// source is the Markdown of an issue, in which words are found again that a
// parser has seen.
type source struct {
	text  []byte
	lines []int // offset of each line
	first int   // line of the file on which text begins
}

// newSource reads where the lines of an issue begin.
func newSource(i *newsletter.Issue) *source {
	s := &source{text: i.Markdown, lines: []int{0}, first: max(i.BodyLine, 1)}
	for at, c := range s.text {
		if c == '\n' {
			s.lines = append(s.lines, at+1)
		}
	}
	return s
}

// far is how many bytes are looked through for words. A paragraph or a line that
// is longer was not written by hand.
const far = 16 << 10

// find returns where words stand in the block of text that begins at a place;
// the place itself when the words are written differently there.
func (s *source) find(from newsletter.Place, words string) newsletter.Place {
	offset, ok := s.offset(from)
	if !ok {
		return from
	}
	block := s.text[offset:min(offset+far, len(s.text))]
	if end := bytes.Index(block, []byte("\n\n")); end >= 0 {
		block = block[:end]
	}
	at := bytes.Index(block, []byte(words))
	if at < 0 {
		return from
	}
	before := block[:at]
	line := bytes.Count(before, []byte("\n"))
	if line == 0 {
		return newsletter.Place{Line: from.Line, Column: from.Column + utf8.RuneCount(before)}
	}
	return newsletter.Place{Line: from.Line + line, Column: utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1}
}

// html says whether a place is in a tag of raw HTML or in its content, on whose
// line Markdown is not read.
func (s *source) html(p newsletter.Place) bool {
	at, ok := s.offset(p)
	if !ok || at >= len(s.text) || s.text[at] == '!' || s.text[at] == '[' {
		return false
	}
	return bytes.ContainsRune(s.text[s.lines[p.Line-s.first]:at+1], '<')
}

// offset is where a place lies in the text.
func (s *source) offset(p newsletter.Place) (int, bool) {
	line := p.Line - s.first
	if line < 0 || line >= len(s.lines) || p.Column > far {
		return 0, false
	}
	at := s.lines[line]
	for range p.Column - 1 {
		if at >= len(s.text) || s.text[at] == '\n' {
			return 0, false
		}
		_, size := utf8.DecodeRune(s.text[at:])
		at += size
	}
	return at, true
}
