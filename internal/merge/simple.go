package merge

import "strings"

// simple is a merge source of one name with an escape and perhaps a default, as
// nearly all are. It is filled without the Liquid library, which takes twenty
// times as long: a mail to a million readers is filled a million times.
type simple struct {
	name     string
	path     []string
	fallback string
	escape   func(string) string
}

// readSimple returns nil for a source that needs the library.
func readSimple(src string) *simple {
	found := scan(src)
	if len(found) != 1 || found[0].kind != output || found[0].src != src {
		return nil
	}
	toks, err := tokens(found[0].args)
	if err != nil || len(toks) < 3 || toks[0].kind != tokName || words[toks[0].text] {
		return nil
	}
	s := &simple{name: toks[0].text, path: strings.Split(toks[0].text, ".")}
	rest := toks[1:]
	if len(rest) == 6 && rest[0].kind == tokPipe && rest[1].text == "default" && rest[2].text == ":" && rest[3].kind == tokString {
		s.fallback = rest[3].text[1 : len(rest[3].text)-1]
		rest = rest[4:]
	}
	if len(rest) != 2 || rest[0].kind != tokPipe {
		return nil
	}
	s.escape = escapers[placeOf(rest[1].text)]
	if last := s.path[len(s.path)-1]; s.escape == nil || last == "size" || last == "first" || last == "last" {
		return nil
	}
	return s
}

func (s *simple) fill(v Values) string {
	var value any = map[string]any(v)
	for _, name := range s.path {
		m, ok := value.(map[string]any)
		if !ok {
			value = nil
			break
		}
		value = m[name]
	}
	if value == false {
		value = nil
	}
	return s.text(plain(value))
}

// text escapes a text on one line, or what stands there in its place.
func (s *simple) text(line string) string {
	if line == "" {
		line = oneLine(s.fallback)
	}
	return s.escape(line)
}

// Name is the one name that a tag fills in, such as "subscriber.first_name", if
// that is all that it does but for a default. Who knows the value can then leave
// out the Values and call FillText.
func (t *Tag) Name() (name string, ok bool) {
	if t.simple == nil {
		return "", false
	}
	return t.simple.name, true
}

// FillText fills a tag that has a Name with the text of that name. The result
// is the same as that of Fill.
func (t *Tag) FillText(text string) string {
	return t.simple.text(oneLine(text))
}
