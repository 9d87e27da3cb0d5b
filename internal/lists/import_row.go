package lists

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
	"tidings/internal/store"
)

// maxTags is how many tags one person may have in a file.
const maxTags = 50

// rowReader turns the records of a file into rows of an import.
type rowReader struct {
	columns
	verdicts map[string]verdict
	tags     []string                     // given to everybody
	state    newsletter.SubscriptionState // of rows that say nothing else
	file     verdict                      // what the file's name says of all its rows

	fileState string // the word of it; "": nothing
}

// named puts what the file's name says before the cells of a row that is refused:
// once it is mended, it stands in a file of another name.
func (r *rowReader) named(said string, cells []string) []string {
	if r.fileState == "" || r.statuses {
		return cells
	}
	return append([]string{said}, cells...)
}

// errNever is a row of somebody who never asked for mail: no mistake, and no
// reader.
var errNever = errors.New("they never asked for mail")

// row reads one record; the error says in one sentence why it is refused.
func (r *rowReader) row(cells []string) (store.ImportRow, error) {
	p := person{ImportRow: store.ImportRow{State: r.state, Tags: r.tags}}
	p.hear(r.file)
	for i, cell := range cells {
		cell = disarm(cell)
		if i >= len(r.as) {
			if strings.TrimSpace(cell) != "" {
				return p.ImportRow, fmt.Errorf("it has %d cells, the header has %d", len(cells), len(r.as))
			}
			continue
		}
		if err := r.cell(&p, r.as[i], cell); err != nil {
			return p.ImportRow, err
		}
	}
	if p.Key == "" {
		return p.ImportRow, fmt.Errorf("it has %d cells, none of them the email", len(cells))
	}
	return p.done()
}

// person is a row that is being read.
type person struct {
	store.ImportRow
	last  string // name
	never bool
	told  bool // a status says where they stand
	ended bool // they left once, and may have come back
}

// hear takes in what the list says of where a person stands: a "no" counts
// wherever it stands.
func (p *person) hear(v verdict) {
	if v.state != "" {
		p.State = v.state
	}
	if v.gone != "" && (p.Gone == "" || v.gone.Silences()) {
		p.Gone = v.gone
	}
	p.never = p.never || v.never
}

// done joins what stood in several cells.
func (p *person) done() (store.ImportRow, error) {
	if p.Name == "" && p.last != "" {
		p.Name = strings.TrimSpace(newsletter.Beginning(p.FirstName+" "+p.last, newsletter.MaxName))
	}
	if p.ended && !p.told {
		p.hear(verdict{gone: newsletter.SuppressedLeft})
	}
	if p.Gone == "" {
		p.GoneAt = time.Time{}
		if p.never {
			return p.ImportRow, errNever
		}
	}
	return p.ImportRow, nil
}

// cell puts one cell where its column says.
func (r *rowReader) cell(p *person, as, cell string) (err error) {
	switch as {
	case columnIgnored:
	case columnEmail:
		p.Email, p.Key, err = newsletter.ParseAddress(cell)
	case columnName:
		p.Name, err = newsletter.Line(as, cell, newsletter.MaxName)
	case columnFirst:
		p.FirstName, err = newsletter.Line(as, cell, newsletter.MaxName)
	case columnLast:
		p.last, err = newsletter.Line(as, cell, newsletter.MaxName)
	case columnTags:
		p.Tags, err = r.cellTags(cell)
	case columnStatus, columnLeftIf, columnLeftUnless, columnBouncedIf, columnComplainedIf, columnBlockedIf, columnLeftAt, columnBouncedAt:
		return r.standing(p, as, cell)
	case columnCreated:
		p.CreatedAt = when(cell)
	case columnConfirmed:
		p.ConfirmedAt = when(cell)
	case columnUnsubscribedAt:
		p.GoneAt, p.ended = when(cell), strings.TrimSpace(cell) != ""
	case columnLanguage:
		p.Language = r.language(cell)
	case columnZone:
		name := strings.TrimSpace(cell)
		if !schedule.IsZone(name) {
			return p.field(columnZone, cell)
		}
		p.Timezone = name
	case columnFields:
		return p.object(cell)
	default:
		return p.field(strings.TrimPrefix(as, fieldPrefix), cell)
	}
	return err
}

// standing reads a cell that says where a person stands.
func (r *rowReader) standing(p *person, as, cell string) error {
	switch as {
	case columnStatus:
		v, err := r.status(cell)
		p.told = strings.TrimSpace(cell) != ""
		p.hear(v)
		return err
	case columnLeftIf, columnLeftUnless, columnBouncedIf, columnComplainedIf, columnBlockedIf:
		answer, ok := yes(cell)
		if !ok {
			return fmt.Errorf("%w %s %.40q: expected true or false", newsletter.ErrInvalid, r.taken[as], cell)
		}
		if answer != (as == columnLeftUnless) {
			p.hear(verdict{gone: goneIf(as)})
		}
		return nil
	}
	if strings.TrimSpace(cell) == "" {
		return nil
	}
	p.GoneAt = when(cell)
	reason := newsletter.SuppressedLeft
	if as == columnBouncedAt {
		reason = newsletter.SuppressedBounced
	}
	p.hear(verdict{gone: reason})
	return nil
}

// goneIf is why somebody must not be mailed whom a column of yes and no names.
func goneIf(as string) newsletter.SuppressionReason {
	switch as {
	case columnBouncedIf:
		return newsletter.SuppressedBounced
	case columnComplainedIf:
		return newsletter.SuppressedComplained
	case columnBlockedIf:
		return newsletter.SuppressedBlocked
	}
	return newsletter.SuppressedLeft
}

// field keeps a value under a name.
func (p *person) field(name, cell string) error {
	value, err := newsletter.Line(name, cell, newsletter.MaxValue)
	if value == "" {
		return err
	}
	if p.Fields == nil {
		p.Fields = make(map[string]string)
	}
	p.Fields[name] = value
	return err
}

// object keeps the fields of a cell that holds a JSON object.
func (p *person) object(cell string) error {
	if strings.TrimSpace(cell) == "" {
		return nil
	}
	var all map[string]any
	if err := decodeJSON([]byte(cell), &all); err != nil {
		return fmt.Errorf("%w fields: expected a JSON object", newsletter.ErrInvalid)
	}
	for _, key := range slices.Sorted(maps.Keys(all)) { // of two that are one field, the same one counts each time
		name := snake(key)
		if name == "" {
			continue
		}
		if !newsletter.FieldName(name) {
			name = "field_" + name
		}
		if err := p.field(name, jsonText(all[key])); err != nil {
			return err
		}
	}
	if len(p.Fields) > maxFields {
		return fmt.Errorf("%w fields: %d of them, at most %d can be kept", newsletter.ErrInvalid, len(p.Fields), maxFields)
	}
	return nil
}

// jsonText is a value of a JSON file as a cell has it.
func jsonText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return map[bool]string{true: "true", false: "false"}[v]
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}

// address is the cell of a refused record that should hold the address.
func (r *rowReader) address(cells []string) string {
	if r.email < 0 || r.email >= len(cells) {
		return ""
	}
	cell := disarm(cells[r.email])
	return strings.ToValidUTF8(cell[:min(len(cell), 254)], "\uFFFD")
}
