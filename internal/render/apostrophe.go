package render

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// elision says whether a word begins with an apostrophe, for what is left out.
type elision int

const (
	never elision = iota
	perhaps
	surely
)

// elided are English, Dutch and German words that are written with a mark before
// them. Those that are words without it, too, may as well be quoted.
var elided = elisions(map[elision]string{
	surely:  "tis tisn twas twasn twere tweren twill twould twouldn em n s t k ne nen nem ner",
	perhaps: "bout cause cos round til till",
})

func elisions(words map[elision]string) map[string]elision {
	of := map[string]elision{}
	for e, list := range words {
		for word := range strings.FieldsSeq(list) {
			of[word] = e
		}
	}
	return of
}

// elide finds the words that begin with an apostrophe.
func (p *passage) elide() {
	for i, m := range p.marks {
		if m.straight != '\'' || m.role != opening {
			continue
		}
		rest := p.text[m.at+1:]
		end := strings.IndexFunc(rest, func(r rune) bool { return !wordly(r) })
		if end < 0 {
			end = len(rest)
		}
		word, rest := strings.ToLower(rest[:end]), rest[end:]
		next := &mark{}
		if i+1 < len(p.marks) && p.marks[i+1].at == m.at+1+end {
			next = p.marks[i+1]
		}
		switch {
		case word == "n" && next.role == closing: // rock 'n' roll
			m.elided, next.role = surely, apostrophe
		case len(word) == 3 && digit(word[0]) && digit(word[1]) && word[2] == 's': // the '90s
			m.elided = surely
		case next.role == closing: // the 'em' dash
		case len(word) == 2 && digit(word[0]) && digit(word[1]):
			m.elided = year(rest)
		default:
			m.elided = elided[word]
		}
	}
}

// year says whether two digits before rest are a year without its century, as in
// '84, or the beginning of '99 problems'.
func year(rest string) elision {
	next := runeAt(rest)
	switch {
	case unicode.IsSpace(next):
		return perhaps
	case strings.ContainsRune(",.;:?!)…", next) && !strings.HasPrefix(rest[utf8.RuneLen(next):], "'"):
		return surely
	}
	return never
}

// single sets the single marks. One that opens begins a quotation when another
// closes it, and is an apostrophe otherwise.
func (p *passage) single(left, right string) {
	later := p.closedLater()
	var open []*mark // and the double marks that a single quotation does not reach across
	for i, m := range p.marks {
		var from *mark
		if n := len(open); n > 0 && open[n-1].straight == '\'' {
			from = open[n-1]
		}
		switch {
		case m.straight == '"':
			open = m.fence(open)
		case m.role == apostrophe:
			m.set = "’"
		case m.role == opening:
			m.set = "’"
			if eastern(m.after) { // quoteCJK sets the one that closes it
				m.set = left
			}
			if m.elided == never || m.elided == perhaps && (from == nil || from.elided == perhaps) {
				open = append(open, m)
			}
		case m.role == closing && from != nil && p.pair(from, m, later[i]):
			from.set, m.set, open = left, right, open[:len(open)-1]
		case m.role == closing && unicode.IsDigit(m.before): // feet
		case m.role == closing && wordly(m.before):
			m.set = "’"
		case m.role == closing:
			m.set = right
		}
	}
}

// fence keeps the single quotations within a double one from what is outside.
func (m *mark) fence(open []*mark) []*mark {
	switch {
	case m.partner == nil:
		return open
	case m.role == opening:
		return append(open, m)
	}
	for open[len(open)-1] != m.partner {
		open = open[:len(open)-1]
	}
	return open[:len(open)-1]
}

// nearby is how far, in bytes, a short quotation reaches.
const nearby = 64

// pair says whether two marks are those of a quotation. A genitive, as in the
// boys' boat, only ends one when nothing else does, and one that may begin with
// a contraction, such as '99 problems', only after a word or two.
func (p *passage) pair(from, m *mark, later bool) bool {
	if !m.owns {
		return true
	}
	if from.elided == perhaps && (m.at-from.at > nearby || strings.Count(p.text[from.at:m.at], " ") > 1) {
		return false
	}
	return !later
}

// closedLater says for each mark whether one behind it ends a quotation without
// doubt, before another begins.
func (p *passage) closedLater() []bool {
	later, closed := make([]bool, len(p.marks)), false
	for i := len(p.marks) - 1; i >= 0; i-- {
		m := p.marks[i]
		later[i] = closed
		switch {
		case m.straight == '"':
		case m.role == opening && m.elided != surely:
			closed = false
		case m.role == closing && !m.owns:
			closed = true
		}
	}
	return later
}

// own finds what may be a genitive or a shortened word before another one: Hans'
// boat, doin' it.
func (p *passage) own() {
	for _, m := range p.marks {
		if m.straight == '\'' && m.role == closing && unicode.IsSpace(m.after) {
			before, behind := strings.ToLower(p.text[max(0, m.at-2):m.at]), p.text[m.at+1:]
			m.owns = (strings.ContainsAny(before[max(0, len(before)-1):], "sxz") || before == "ß" || before == "in") &&
				behind != "" && unicode.IsLetter(runeAt(behind[utf8.RuneLen(m.after):]))
		}
	}
}
