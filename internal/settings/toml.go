package settings

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// TOML reads a TOML document. File is its name in problems. An error is
// newsletter.Problems that say where and why src is not TOML.
func TOML(file string, src []byte) (*Table, error) {
	t := Empty(file)
	if !t.checkBytes(src, maxTOML) {
		return nil, t.doc.problems
	}
	var values map[string]any
	if err := toml.Unmarshal(src, &values); err != nil {
		t.rejectTOML(src, err)
		return nil, t.doc.problems
	}
	t.values = t.fromTOML("", values, placesOf(src)).values
	return t, nil
}

// rejectTOML reports the error that stopped the TOML decoder.
func (t *Table) rejectTOML(src []byte, err error) {
	message, at := strings.TrimPrefix(err.Error(), "toml: "), place{}
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := d.Position()
		lines := linesOf(src)
		at = lines.place(lines.starts[min(line, len(lines.starts))-1] + column - 1)
	}
	hint := ""
	if strings.Contains(message, "start of value") || strings.Contains(message, "expected keyword") {
		hint = "put text in quotes"
	}
	t.report(RuleSyntax, at, "is not TOML: "+message, hint)
}

// indexes are left out of paths that are shown: the line says which one it is.
var indexes = regexp.MustCompile(`\[\d+\]`)

// fromTOML builds the table at path from what the decoder made of it.
func (t *Table) fromTOML(path string, values map[string]any, places map[string]place) *Table {
	table := &Table{doc: t.doc, place: places[path], values: map[string]value{}}
	if path != "" {
		table.path = indexes.ReplaceAllString(path, "") + "."
	}
	for key, of := range values {
		at := join(path, key)
		table.values[key] = value{table.convert(at, of, places), places[at]}
	}
	return table
}

// convert turns the decoder's types into those of value.
func (t *Table) convert(path string, of any, places map[string]place) any {
	switch of := of.(type) {
	case map[string]any:
		return t.fromTOML(path, of, places)
	case []any:
		list := make([]value, len(of))
		for i, element := range of {
			at := fmt.Sprintf("%s[%d]", path, i)
			list[i] = value{t.convert(at, element, places), places[at]}
			if list[i].place == (place{}) {
				list[i].place = places[path]
			}
		}
		return list
	case time.Time:
		return of.Format(time.RFC3339Nano)
	case fmt.Stringer: // the local date and time types
		return of.String()
	}
	return of
}

// placer notes the place of every key of a TOML document, by its path.
type placer struct {
	parser unstable.Parser
	lines  lines
	places map[string]place
	counts map[string]int // elements of each array of tables so far
}

// placesOf returns the place of each key of src, which the decoder has found to
// be valid.
func placesOf(src []byte) map[string]place {
	p := &placer{lines: linesOf(src), places: map[string]place{}, counts: map[string]int{}}
	p.parser.Reset(src)
	table := ""
	for p.parser.NextExpression() {
		switch e := p.parser.Expression(); e.Kind {
		case unstable.Table:
			table = p.path("", e.Key())
		case unstable.ArrayTable:
			table = p.element(e)
		case unstable.KeyValue:
			p.keyValue(table, e)
		default: // comments
		}
	}
	return p.places
}

// keyValue notes a key, and the keys of a table written inline as its value.
func (p *placer) keyValue(table string, e *unstable.Node) {
	path := p.path(table, e.Key())
	p.value(path, e.Value())
}

func (p *placer) value(path string, v *unstable.Node) {
	children := v.Children()
	switch v.Kind {
	case unstable.InlineTable:
		for children.Next() {
			p.keyValue(path, children.Node())
		}
	case unstable.Array:
		for i := 0; children.Next(); i++ {
			element := children.Node()
			at := fmt.Sprintf("%s[%d]", path, i)
			if element.Raw.Length > 0 {
				p.note(at, element)
			}
			p.value(at, element)
		}
	default: // no keys inside
	}
}

// element notes the next element of an array of tables and returns its path.
func (p *placer) element(e *unstable.Node) string {
	var path string
	for keys := e.Key(); keys.Next(); {
		if path = join(path, string(keys.Node().Data)); !keys.IsLast() {
			path = p.last(path)
			continue
		}
		p.note(path, keys.Node())
		p.counts[path]++
		path = p.last(path)
		p.note(path, keys.Node())
	}
	return path
}

// path follows a dotted key down from table, notes each step that is new, and
// returns where it ends. A step onto an array of tables is one onto its last
// element.
func (p *placer) path(table string, keys unstable.Iterator) string {
	path := table
	for keys.Next() {
		path = p.last(join(path, string(keys.Node().Data)))
		p.note(path, keys.Node())
	}
	return path
}

func (p *placer) last(path string) string {
	if n := p.counts[path]; n > 0 {
		return fmt.Sprintf("%s[%d]", path, n-1)
	}
	return path
}

// note keeps the first place of path.
func (p *placer) note(path string, n *unstable.Node) {
	if _, seen := p.places[path]; !seen {
		p.places[path] = p.lines.place(int(n.Raw.Offset))
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// lines is a text with the offset at which each of its lines begins.
type lines struct {
	src    []byte
	starts []int
}

func linesOf(src []byte) lines {
	l := lines{src: src, starts: []int{0}}
	for i, c := range src {
		if c == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// place turns an offset into a line and a column in characters.
func (l lines) place(offset int) place {
	offset = min(max(offset, 0), len(l.src))
	i, exact := slices.BinarySearch(l.starts, offset)
	if !exact {
		i--
	}
	return place{i + 1, 1 + utf8.RuneCount(l.src[l.starts[i]:offset])}
}
