package merge

import (
	"errors"
	"fmt"
	"strings"
)

// token is a word of an expression.
type token struct {
	kind tokenKind
	text string
	at   int // offset in the expression
}

type tokenKind int

const (
	tokName   tokenKind = iota // subscriber.city, and, contains, limit
	tokString                  // "friend"
	tokNumber                  // 3, 2.5
	tokPipe                    // |
	tokRange                   // ..
	tokOther                   // operators, brackets, colons, commas
)

// expressionError is a fault in an expression with its place.
type expressionError struct {
	at  int
	msg string
}

func (e *expressionError) Error() string { return e.msg }

// tokens splits an expression of Liquid into its words.
func tokens(s string) ([]token, error) {
	var toks []token
	for i := 0; i < len(s); {
		if strings.IndexByte(" \t\n\r", s[i]) >= 0 {
			i++
			continue
		}
		t, err := next(s, i)
		if err != nil {
			return nil, err
		}
		toks = append(toks, t)
		i += len(t.text)
	}
	return toks, nil
}

func next(s string, i int) (token, error) {
	c := s[i]
	switch {
	case c == '"' || c == '\'':
		n := strings.IndexByte(s[i+1:], c)
		if n < 0 {
			return token{}, &expressionError{i, fmt.Sprintf("the quotation mark %c is not closed", c)}
		}
		return token{tokString, s[i : i+n+2], i}, nil
	case letter(c):
		n := i
		for n < len(s) && (letter(s[n]) || digit(s[n]) || s[n] == '-' || s[n] == '.' && n+1 < len(s) && letter(s[n+1])) {
			n++
		}
		return token{tokName, s[i:n], i}, nil
	case digit(c) || c == '-' && i+1 < len(s) && digit(s[i+1]):
		n := i + 1
		for n < len(s) && (digit(s[n]) || s[n] == '.' && n+1 < len(s) && digit(s[n+1])) {
			n++
		}
		if n-i > 9 {
			return token{}, &expressionError{i, "the number is too long"}
		}
		return token{tokNumber, s[i:n], i}, nil
	case strings.HasPrefix(s[i:], ".."):
		return token{tokRange, "..", i}, nil
	case c == '|':
		return token{tokPipe, "|", i}, nil
	case strings.IndexByte("=!<>", c) >= 0 && i+1 < len(s) && s[i+1] == '=':
		return token{tokOther, s[i : i+2], i}, nil
	case strings.IndexByte("<>:,()[]", c) >= 0:
		return token{tokOther, s[i : i+1], i}, nil
	}
	return token{}, &expressionError{i, fmt.Sprintf("%q cannot stand in a merge tag", firstRune(s[i:]))}
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

func letter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }

// constants returns the expression with names that are the same for every
// reader replaced by what they stand for, and says whether others remain.
func (c *Cuts) constants(args string) (string, bool) {
	toks, err := tokens(args)
	if err != nil {
		return args, true
	}
	var b strings.Builder
	at, personal := 0, false
	for i, t := range toks {
		filter := i > 0 && toks[i-1].kind == tokPipe
		if t.kind != tokName || filter || words[t.text] {
			continue
		}
		value, ok := c.names.constants[t.text]
		if !ok {
			personal = true
			continue
		}
		b.WriteString(args[at:t.at] + quote(value))
		at = t.at + len(t.text)
	}
	b.WriteString(args[at:])
	return strings.ReplaceAll(b.String(), "\n", " "), personal
}

// quote writes s as a Liquid string, which knows no escapes: a quotation mark
// that cannot be kept gives way to its typographic twin, braces to nothing.
func quote(s string) string {
	s = strings.NewReplacer("\n", " ", "}}", "} }", "%}", "% }").Replace(s)
	if strings.Contains(s, `"`) {
		if !strings.Contains(s, "'") {
			return "'" + s + "'"
		}
		s = strings.ReplaceAll(s, `"`, "”")
	}
	return `"` + s + `"`
}

// words are the names with a meaning of their own.
var words = map[string]bool{
	"and": true, "or": true, "contains": true, "true": true, "false": true, "nil": true, "in": true,
	"limit": true, "offset": true, "reversed": true,
}

var errEmpty = errors.New("the tag is empty")
