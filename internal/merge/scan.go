package merge

import "strings"

// scan finds the tags of a text, in order. Text between {% raw %} and
// {% endraw %} holds none; a comment with all that is in it is one.
func scan(src string) []piece {
	var found []piece
	raw, unended := false, false
	for i := 0; i+1 < len(src); {
		if src[i] != '{' || src[i+1] != '{' && src[i+1] != '%' {
			i++
			continue
		}
		if escaped(src, i) {
			i += 2
			continue
		}
		p := read(src, i)
		if raw && p.name != "endraw" {
			i += 2
			continue
		}
		switch p.name {
		case "raw", "endraw":
			raw = p.name == "raw"
			p.kind = silent
		case "comment":
			if !unended {
				p = comment(src, p)
			}
			// One comment without an end is enough to know that no other has one.
			if unended = p.kind != silent; unended {
				p.kind = broken
			}
		}
		found = append(found, p)
		i += len(p.src)
		if len(found) > maxTags {
			break
		}
	}
	return found
}

// escaped says whether an odd number of backslashes stands before src[i].
func escaped(src string, i int) bool {
	n := 0
	for n < i && src[i-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// read reads the tag that begins at src[i]. A tag ends in its paragraph; a back
// quote ends the search, for it may be the end of a code span in which the
// braces are mere text.
func read(src string, i int) piece {
	end := "}}"
	if src[i+1] == '%' {
		end = "%}"
	}
	rest := src[i+2 : min(i+maxTag, len(src))]
	n := strings.Index(rest, end)
	if n < 0 || strings.ContainsRune(rest[:n], '`') || blankLine(rest[:n]) {
		return piece{kind: broken, src: src[i : i+2], at: i}
	}
	p := piece{kind: output, src: src[i : i+2+n+2], at: i}
	inner := rest[:n]
	from := 0
	if strings.HasPrefix(inner, "-") {
		p.trimLeft, from = true, 1
	}
	if len(inner) > from && strings.HasSuffix(inner, "-") {
		p.trimRight, inner = true, inner[:len(inner)-1]
	}
	from += len(inner[from:]) - len(strings.TrimLeft(inner[from:], " \t\n"))
	p.args, p.argsAt = strings.TrimRight(inner[from:], " \t\n"), i+2+from
	if end == "%}" {
		p.kind = block
		p.splitName()
	}
	return p
}

// splitName takes the tag's name off its arguments.
func (p *piece) splitName() {
	n := strings.IndexAny(p.args, " \t\n")
	if n < 0 {
		n = len(p.args)
	}
	p.name = p.args[:n]
	rest := strings.TrimLeft(p.args[n:], " \t\n")
	p.argsAt += len(p.args) - len(rest)
	p.args = rest
}

func blankLine(s string) bool {
	for i, line := range strings.Split(s, "\n") {
		if i > 0 && strings.TrimSpace(line) == "" {
			return true
		}
	}
	return false
}

// comment widens p to the end of its comment.
func comment(src string, p piece) piece {
	for i := p.at + len(p.src); i+1 < len(src); i++ {
		if src[i] != '{' || src[i+1] != '%' {
			continue
		}
		end := read(src, i)
		if end.name == "endcomment" {
			return piece{
				kind: silent, name: "comment", src: src[p.at : i+len(end.src)], at: p.at,
				trimLeft: p.trimLeft, trimRight: end.trimRight,
			}
		}
	}
	p.kind = broken
	return p
}
