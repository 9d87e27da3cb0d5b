package merge

import "strings"

// Turn is what a tag does to the line it stands in.
type Turn int

// A condition has branches, and a reader gets one of them: each takes the room of
// the others.
const (
	Goes   Turn = iota // a value stands there
	Opens              // a condition or loop begins
	Turns              // its next branch begins
	Closes             // it ends
	Silent             // nothing stands there
)

// Room says what room to leave for the tag that r stands for: what it does, and
// the text that stands there for readers of whom nothing is known.
func (c *Cuts) Room(r rune) (fallback string, turn Turn) {
	n, ok := c.number(r)
	if !ok {
		return "", Goes
	}
	p := c.pieces[n]
	switch t := tags[p.name]; {
	case p.kind == output:
		return c.fallback(p.args), Goes
	case p.kind != block:
		return "", Silent
	case t.opens:
		return "", Opens
	case t.closes != "":
		return "", Closes
	case p.name == "break" || p.name == "continue":
		return "", Silent
	}
	return "", Turns
}

// fallback is the default of an output, or what it is for everybody.
func (c *Cuts) fallback(args string) string {
	toks, err := tokens(args)
	if err != nil {
		return ""
	}
	for i, t := range toks {
		if t.kind == tokName && t.text == "default" && i+2 < len(toks) && toks[i+2].kind == tokString {
			return strings.Trim(toks[i+2].text, `"'`)
		}
	}
	if len(toks) == 1 {
		return c.names.constants[toks[0].text]
	}
	return ""
}
