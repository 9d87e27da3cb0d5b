package lists

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tidings/internal/newsletter"
)

// maxFields is how many columns of an import may become fields.
const maxFields = 50

// columns says what each column of a file holds.
type columns struct {
	format   format
	headings []string          // as the file has them
	as       []string          // by column: one of the names below, or "field." and a name
	taken    map[string]string // heading by what it holds
	mapped   map[string]string // what --map says of a heading
	fields   int
	email    int      // index of the column of addresses; -1: none yet
	statuses bool     // a column says who is pending
	ignored  []string // headings of what is not taken in
}

// What a column can hold besides a field.
const (
	columnIgnored        = "ignore"
	columnEmail          = "email"
	columnName           = "name"
	columnFirst          = "first_name"
	columnLast           = "last_name"
	columnTags           = "tags"
	columnStatus         = "status"
	columnLanguage       = "language"
	columnZone           = "timezone"
	columnFields         = "fields" // an object of fields
	columnCreated        = "created_at"
	columnConfirmed      = "confirmed_at"
	columnUnsubscribedAt = "unsubscribed_at" // when, for those of whom the status says so
	columnLeftAt         = "left_at"         // who has a date here, left
	columnBouncedAt      = "bounced_at"      // who has a date here, bounced
	columnLeftIf         = "left_if"         // yes: they left
	columnLeftUnless     = "left_unless"     // no: they left
	columnBouncedIf      = "bounced_if"
	columnComplainedIf   = "complained_if"
	columnBlockedIf      = "blocked_if"
	fieldPrefix          = "field."
)

// mappable are the columns that --map can name.
func mappable() []string {
	return []string{
		columnEmail, columnName, columnFirst, columnLast, columnTags, columnStatus, columnLanguage, columnZone, columnFields,
		columnCreated, columnConfirmed, columnUnsubscribedAt, columnIgnored,
	}
}

// columnWords are the headings that are understood besides the names above, as
// snake writes them. They give way to a column of the name itself.
func columnWords() map[string]string {
	return map[string]string{
		"e_mail": columnEmail, "email_address": columnEmail, "e_mail_address": columnEmail,
		"emailaddress": columnEmail, "mail": columnEmail,
		"full_name": columnName,
		"firstname": columnFirst, "fname": columnFirst,
		"lastname": columnLast, "lname": columnLast,
		"tag": columnTags, "labels": columnTags,
		"attribs": columnFields, "attributes": columnFields,
		"time_zone": columnZone,

		"unsubscribed_at": columnLeftAt, "unsubscribed_on": columnLeftAt, "unsubscribe_date": columnLeftAt,
		"unsubscription_date": columnLeftAt, "unsub_time": columnLeftAt, "opted_out_at": columnLeftAt,
		"clean_time":   columnBouncedAt,
		"unsubscribed": columnLeftIf, "opted_out": columnLeftIf, "opt_out": columnLeftIf,
		"subscribed": columnLeftUnless,
		"bounced":    columnBouncedIf, "complained": columnComplainedIf, "marked_as_spam": columnComplainedIf,
		"blocked": columnBlockedIf, "suppressed": columnBlockedIf,
	}
}

// ParseMap reads what --map says: "Email Address=email,MMERGE7=field.city", where
// a heading with a comma stands in quotation marks together with what it holds.
// newsletter.ErrInvalid: it says nothing that can be done.
func ParseMap(texts []string) (map[string]string, error) {
	all := map[string]string{}
	for _, text := range texts {
		pairs, err := csv.NewReader(strings.NewReader(text)).Read()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, newsletter.Hint(fmt.Errorf("%w map %.80q", newsletter.ErrInvalid, text), `write it like "Email Address=email,MMERGE7=field.city"`)
		}
		for _, pair := range pairs {
			i := strings.LastIndexByte(pair, '=')
			if i < 0 {
				return nil, newsletter.Hint(fmt.Errorf("%w map %.80q: it has no =", newsletter.ErrInvalid, pair), `write it like "Email Address=email"`)
			}
			heading, as := strings.TrimSpace(pair[:i]), strings.TrimSpace(pair[i+1:])
			name, isField := strings.CutPrefix(as, fieldPrefix)
			if !slices.Contains(mappable(), as) && (!isField || !newsletter.FieldName(name)) {
				err := fmt.Errorf("%w map %.80q: %q is nothing that a column can hold", newsletter.ErrInvalid, pair, as)
				return nil, newsletter.Hint(err, "one of "+strings.Join(mappable(), ", ")+", or field. and a name of a-z, 0-9 and _")
			}
			all[heading] = as
		}
	}
	return all, nil
}

// readHeader understands the headings of a file.
func readHeader(cells []string, from string, mapped map[string]string) (columns, error) {
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = snake(cell)
	}
	c := columns{email: -1, format: recognize(names), taken: map[string]string{}, mapped: map[string]string{}}
	var err error
	if from != "" {
		if c.format, err = formatNamed(from, names); err != nil {
			return c, err
		}
	}
	for heading, as := range mapped {
		c.mapped[snake(heading)] = as
	}
	for i := range cells {
		if err := c.add(cells[i], names); err != nil {
			return c, err
		}
	}
	if c.email < 0 {
		return c, withoutEmail(cells)
	}
	return c, nil
}

// add understands one more heading; names are all that are known, as snake
// writes them.
func (c *columns) add(heading string, names []string) error {
	i := len(c.as)
	as := c.meaning(heading, names, i)
	c.headings, c.as = append(c.headings, heading), append(c.as, as)
	if as == columnIgnored {
		c.ignored = append(c.ignored, heading)
		return nil
	}
	if other, taken := c.taken[as]; taken {
		err := fmt.Errorf("%w header: the columns %q and %q would both be %s", newsletter.ErrInvalid, other, heading, as)
		return newsletter.Hint(err, `--map says what a column holds: --map "`+heading+`=ignore"`)
	}
	c.taken[as] = heading
	if strings.HasPrefix(as, fieldPrefix) {
		if c.fields++; c.fields > maxFields {
			err := fmt.Errorf("%w header: more than %d columns would become fields", newsletter.ErrInvalid, maxFields)
			return newsletter.Hint(err, `--map "heading=ignore" leaves one out`)
		}
	}
	if as == columnEmail {
		c.email = i
	}
	c.statuses = c.statuses || as == columnStatus
	return nil
}

// meaning is what the i-th column holds.
func (c *columns) meaning(heading string, names []string, i int) string {
	name := names[i]
	if as, ok := c.mapped[name]; ok && name != "" {
		return as
	}
	if as := c.format.meaning(name); as != "" {
		return as
	}
	if nested, ok := strings.CutPrefix(heading, fieldPrefix); ok && snake(nested) != "" {
		return fieldPrefix + snake(nested)
	}
	switch name {
	case columnEmail, columnName, columnFirst, columnLast, columnTags, columnStatus, columnLanguage, columnZone, columnLeftAt, columnBouncedAt:
		return name
	case "":
		return fieldPrefix + "column_" + strconv.Itoa(i+1)
	case "line", "reason": // of a file of refused rows that was mended
		if slices.Contains(names, "line") && slices.Contains(names, "reason") {
			return columnIgnored
		}
	}
	if c.format.name == ownFormat { // its own columns are named above, and the others are fields
		return fieldPrefix + name
	}
	if as, ok := columnWords()[name]; ok && !slices.Contains(names, as) {
		if as == columnLeftAt && slices.Contains(names, columnStatus) {
			return columnUnsubscribedAt // they may have come back
		}
		return as
	}
	return fieldPrefix + name
}

// unmapped names a heading of --map that a file does not have; "" where there is
// none.
func (c *columns) unmapped() string {
	for name := range c.mapped {
		if !slices.ContainsFunc(c.headings, func(h string) bool { return snake(h) == name }) {
			return name
		}
	}
	return ""
}

// withoutEmail says what was found instead of a column of addresses.
func withoutEmail(cells []string) error {
	first := strings.Join(cells, "")
	switch {
	case strings.HasPrefix(first, "\xd0\xcf\x11\xe0"):
		err := fmt.Errorf("%w file: this is a spreadsheet, not CSV", newsletter.ErrInvalid)
		return newsletter.Hint(err, "save it as CSV (UTF-8) and import that")
	case strings.Contains(first, "\x00"):
		err := fmt.Errorf("%w file: its first line holds NUL bytes", newsletter.ErrInvalid)
		return newsletter.Hint(err, "save it as CSV (UTF-8) and import that")
	}
	found := make([]string, 0, len(cells))
	for _, cell := range cells[:min(len(cells), 20)] {
		found = append(found, fmt.Sprintf("%.40q", cell))
	}
	err := fmt.Errorf(`%w header: no column is called "email"; found %s`, newsletter.ErrInvalid, strings.Join(found, ", "))
	return newsletter.Hint(err, `the first line names the columns; --map "heading=email" says which one has the addresses`)
}

// snake is a heading as the name of a field: a-z, 0-9 and "_", at most 64 of
// them. Accents are dropped; "" where nothing is left.
func snake(heading string) string {
	if newsletter.FieldName(heading) && heading[0] != '_' && heading[len(heading)-1] != '_' && !strings.Contains(heading, "__") {
		return heading
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(heading[:min(len(heading), 200)]) {
		r = unicode.ToLower(r)
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			b.WriteByte('_')
		}
	}
	words := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '_' })
	s := strings.Join(words, "_")
	return strings.TrimSuffix(s[:min(len(s), 64)], "_")
}
