package signup

import (
	"fmt"
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
	as      []string // by column: one of the names below, or "field." and a name
	email   int      // index of the column of addresses
	status  bool     // there is a column that says who left
	ignored []string // columns of an export that a list keeps by itself
}

// What a column can hold besides a field.
const (
	columnIgnored = ""
	columnEmail   = "email"
	columnName    = "name"
	columnFirst   = "first_name"
	columnTags    = "tags"
	columnStatus  = "status"
	fieldPrefix   = "field."
)

// columnWords are the headings that are understood besides the names above, as
// snake writes them. They give way to a column of the name itself.
func columnWords() map[string]string {
	return map[string]string{
		"e_mail": columnEmail, "email_address": columnEmail, "e_mail_address": columnEmail,
		"emailaddress": columnEmail, "mail": columnEmail,
		"full_name": columnName,
		"firstname": columnFirst, "fname": columnFirst,
		"tag": columnTags,
	}
}

// keptColumns are written by an export and are not a reader's fields.
func keptColumns() []string {
	return []string{"source", "created_at", "confirmed_at", "unsubscribed_at"}
}

// readHeader understands the first record of a file.
func readHeader(cells []string) (columns, error) {
	c := columns{email: -1, as: make([]string, len(cells))}
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = snake(cell)
	}
	kept := keptColumns()
	if slices.ContainsFunc(kept, func(k string) bool { return !slices.Contains(names, k) }) {
		kept = nil // not an export of ours: these are columns like any other
	}
	by, fields := map[string]string{}, 0
	for i, name := range names {
		if slices.Contains(kept, name) {
			c.ignored = append(c.ignored, name)
			continue
		}
		as := meaning(name, names, i)
		if other, taken := by[as]; taken {
			return c, fmt.Errorf("%w header: the columns %q and %q would both be %s", newsletter.ErrInvalid, other, cells[i], as)
		}
		by[as], c.as[i] = cells[i], as
		if strings.HasPrefix(as, fieldPrefix) {
			fields++
		}
		if as == columnEmail {
			c.email = i
		}
		c.status = c.status || as == columnStatus
	}
	if c.email < 0 {
		return c, withoutEmail(cells)
	}
	if fields > maxFields {
		return c, fmt.Errorf("%w header: %d columns would become fields, at most %d can", newsletter.ErrInvalid, fields, maxFields)
	}
	return c, nil
}

// meaning is what the column called name holds, the i-th of names.
func meaning(name string, names []string, i int) string {
	switch name {
	case columnEmail, columnName, columnFirst, columnTags, columnStatus:
		return name
	case "":
		return fieldPrefix + "column_" + strconv.Itoa(i+1)
	}
	if as, ok := columnWords()[name]; ok && !slices.Contains(names, as) {
		return as
	}
	return fieldPrefix + name
}

// withoutEmail says what was found instead of a column of addresses.
func withoutEmail(cells []string) error {
	first := strings.Join(cells, "")
	switch {
	case strings.HasPrefix(first, "PK\x03\x04"), strings.HasPrefix(first, "\xd0\xcf\x11\xe0"):
		err := fmt.Errorf("%w file: this is a spreadsheet or an archive, not CSV", newsletter.ErrInvalid)
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
	return newsletter.Hint(err, "the first line names the columns; call the one with the addresses email")
}

// snake is a heading as the name of a field: a-z, 0-9 and "_", at most 64 of
// them. Accents are dropped; "" where nothing is left.
func snake(heading string) string {
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
