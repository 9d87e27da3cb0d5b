package newsletter

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of an audience expression. People write far shorter ones.
const (
	maxAudience  = 2000 // bytes
	maxAudDepth  = 20   // parentheses and nots inside each other
	maxTagLength = 64   // bytes of a tag
)

// ParseAudience reads an audience expression, as front matter and commands have
// it:
//
//	audience = and { "or" and } .
//	and      = not { "and" not } .
//	not      = "not" not | "(" audience ")" | test .
//	test     = "tag:" name | "field." name ( "=" | "!=" ) string .
//	string   = a value in straight double quotes; \" and \\ stand for " and \ .
//
// Words may be written in upper or lower case. A blank expression is everyone.
// A mistake is an AudienceError.
func ParseAudience(s string) (Audience, error) {
	if strings.TrimSpace(s) == "" {
		return Audience{}, nil
	}
	p := audienceParser{src: s}
	if len(s) > maxAudience {
		return Audience{}, &AudienceError{Column: 1, Found: Beginning(s, 10) + "…", Want: "at most " + strconv.Itoa(maxAudience) + " bytes"}
	}
	p.next()
	a, err := p.or(0)
	if err != nil {
		return Audience{}, err
	}
	if p.token != "" {
		return Audience{}, p.wrong(`"and", "or" or the end`)
	}
	return a, nil
}

// audienceParser reads by recursive descent, one token ahead.
type audienceParser struct {
	src   string
	at    int    // where token begins, in bytes
	end   int    // where it ends
	token string // "" at the end
}

func (p *audienceParser) or(depth int) (Audience, error) {
	return p.join(AudienceOr, depth, p.and)
}

func (p *audienceParser) and(depth int) (Audience, error) {
	return p.join(AudienceAnd, depth, p.not)
}

// join reads one or more parts with op between them.
func (p *audienceParser) join(op AudienceOp, depth int, part func(int) (Audience, error)) (Audience, error) {
	first, err := part(depth)
	if err != nil {
		return first, err
	}
	all := []Audience{first}
	for p.word(string(op)) {
		a, err := part(depth)
		if err != nil {
			return a, err
		}
		all = append(all, a)
	}
	if len(all) == 1 {
		return first, nil
	}
	return Audience{Op: op, Of: all}, nil
}

func (p *audienceParser) not(depth int) (Audience, error) {
	if depth >= maxAudDepth {
		return Audience{}, p.wrong("no more than " + strconv.Itoa(maxAudDepth) + " levels")
	}
	switch {
	case p.word("not"):
		a, err := p.not(depth + 1)
		return Audience{Op: AudienceNot, Of: []Audience{a}}, err
	case p.word("("):
		a, err := p.or(depth + 1)
		if err == nil && !p.word(")") {
			err = p.wrong(`"and", "or" or ")"`)
		}
		return a, err
	}
	return p.test()
}

func (p *audienceParser) test() (Audience, error) {
	lower := strings.ToLower(p.token)
	if name, ok := strings.CutPrefix(lower, "tag:"); ok {
		tag, err := NormalizeTag(name)
		if err != nil {
			return Audience{}, p.wrong("a tag of letters, digits, - and _ such as tag:clients")
		}
		p.next()
		return Audience{Op: AudienceTag, Name: tag}, nil
	}
	if name, ok := strings.CutPrefix(lower, "field."); ok {
		if !FieldName(name) {
			return Audience{}, p.wrong("a field such as field.city")
		}
		p.next()
		return p.compare(name)
	}
	return Audience{}, p.wrong(`a test such as tag:clients or field.city = "Tacoma"`)
}

func (p *audienceParser) compare(name string) (Audience, error) {
	differs := p.token == "!="
	if !differs && p.token != "=" {
		return Audience{}, p.wrong(`"=" or "!="`)
	}
	p.next()
	value, ok := unquote(p.token)
	if !ok {
		return Audience{}, p.wrong(`a value in double quotes such as "Tacoma"`)
	}
	p.next()
	a := Audience{Op: AudienceField, Name: name, Value: value}
	if differs {
		return Audience{Op: AudienceNot, Of: []Audience{a}}, nil
	}
	return a, nil
}

// word takes the token where it is w, in upper or lower case.
func (p *audienceParser) word(w string) bool {
	if !strings.EqualFold(p.token, w) || p.token == "" {
		return false
	}
	p.next()
	return true
}

func (p *audienceParser) wrong(want string) error {
	return &AudienceError{Column: utf8.RuneCountInString(p.src[:p.at]) + 1, Found: p.token, Want: want}
}

// next moves to the next token: a parenthesis, a comparison, a string with its
// quotes, or everything up to the next of these or a blank.
func (p *audienceParser) next() {
	rest := strings.TrimLeftFunc(p.src[p.end:], unicode.IsSpace)
	p.at = len(p.src) - len(rest)
	n := len(rest)
	switch {
	case rest == "":
	case rest[0] == '(', rest[0] == ')', rest[0] == '=':
		n = 1
	case strings.HasPrefix(rest, "!="):
		n = 2
	case rest[0] == '"':
		n = quoted(rest)
	default:
		if i := strings.IndexFunc(rest[1:], wordEnd); i >= 0 {
			n = 1 + i
		}
	}
	p.end = p.at + n
	p.token = rest[:n]
}

func wordEnd(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`()="!`, r) }

// quoted is the length of the string that s begins with, all of s where it is
// not closed.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// unquote returns the value of a string token.
func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' || quoted(s) != len(s) || s[len(s)-1] != '"' || !utf8.ValidString(s) {
		return "", false
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' {
			i++
			if i == len(s)-1 || (s[i] != '"' && s[i] != '\\') {
				return "", false
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), true
}
