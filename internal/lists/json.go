package lists

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// objects reads people from JSON in bounded memory: one object a line (JSON
// lines), or an array of objects. Their keys are columns; those of an object
// within, such as "fields", are fields. What is wrong costs one object.
type objects struct {
	records
	lines bool // each line is one object
	names []string
	at    map[string]int // column by name
	raw   string         // the object that was read last
}

// newObjects begins to read text whose first character is a bracket.
func newObjects(r records) *objects {
	o := &objects{records: r, at: map[string]int{}}
	data, _ := o.in.Peek(max(1, o.in.Buffered()))
	first, _, whole := bytes.Cut(data, []byte{'\n'})
	first = bytes.TrimSpace(first)
	o.lines = len(first) > 0 && first[0] == '{' && (!whole || json.Valid(first))
	return o
}

// next returns the values of the next object, by column, and its line.
func (o *objects) next() ([]string, int, error) {
	for {
		data, n, err := o.object()
		if err != nil {
			return nil, 0, err
		}
		line := o.line
		o.raw = string(bytes.TrimSpace(data[:n]))
		o.skip(data, n)
		if o.raw == "" {
			continue
		}
		var all map[string]any
		if err := decodeJSON([]byte(o.raw), &all); err != nil {
			return nil, 0, &recordError{line: line, reason: "it is no JSON object: " + jsonReason(err), raw: o.raw}
		}
		return o.cells(all), line, nil
	}
}

// object buffers the next object, or line, and returns what is buffered and how
// much of it that is. It goes behind what stands between objects.
func (o *objects) object() ([]byte, int, error) {
	if o.lines {
		return o.whole(0)
	}
	for {
		data, err := o.in.Peek(max(1, o.in.Buffered()))
		if len(data) == 0 {
			return nil, 0, err
		}
		between := len(data) - len(bytes.TrimLeft(data, " \t\r\n,[]"))
		if between == 0 {
			break
		}
		o.skip(data, between)
	}
	var err error
	for {
		data, _ := o.in.Peek(o.in.Buffered())
		n := objectEnd(data)
		switch {
		case n < 0:
			return nil, 0, o.refuse(data, "an object is expected here")
		case n > 0:
			return data, n, nil
		case len(data) == maxRecord:
			return nil, 0, o.refuse(data, fmt.Sprintf("the object is longer than %d bytes", maxRecord))
		case errors.Is(err, io.EOF):
			return nil, 0, o.refuse(data, "the object is not closed")
		case err != nil:
			return nil, 0, fmt.Errorf("read line %d: %w", o.line, err)
		}
		_, err = o.in.Peek(len(data) + 1)
	}
}

// objectEnd is how long the object is that data begins with; 0 where data does
// not hold all of it, -1 where it begins with none.
func objectEnd(data []byte) int {
	if len(data) == 0 || data[0] != '{' {
		return -1
	}
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// cells puts an object's values into columns, new ones behind those that are
// known.
func (o *objects) cells(all map[string]any) []string {
	cells := make([]string, len(o.names), len(o.names)+len(all))
	put := func(name, value string) {
		i, ok := o.at[name]
		if !ok && len(o.names) < 4*maxFields {
			i, ok = len(o.names), true
			o.at[name], o.names = i, append(o.names, name)
			cells = append(cells, "")
		}
		if ok {
			cells[i] = arm(value) // as in the cell of a table, which is disarmed
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch value := all[name].(type) {
		case map[string]any:
			for _, inner := range slices.Sorted(maps.Keys(value)) {
				put(fieldPrefix+inner, jsonText(value[inner]))
			}
		case []any:
			put(name, joinList(value))
		default:
			put(name, jsonText(value))
		}
	}
	return cells
}

// joinList is a list of words, or of things with a name, as a cell has it.
func joinList(list []any) string {
	words := make([]string, 0, len(list))
	for _, v := range list {
		if thing, ok := v.(map[string]any); ok {
			v = thing["name"]
		}
		words = append(words, strings.NewReplacer(",", " ", ";", " ").Replace(jsonText(v)))
	}
	return strings.Join(words, ",")
}

// decodeJSON reads one value and nothing behind it. Numbers stay as they stand.
func decodeJSON(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w JSON: something follows the object", newsletter.ErrInvalid)
	}
	return nil
}

// jsonReason is what the decoder says, in our words where it speaks of Go.
func jsonReason(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return "a " + wrong.Value + " stands here"
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
