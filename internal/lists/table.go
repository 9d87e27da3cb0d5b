package lists

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"tidings/internal/newsletter"
)

// table is one file of people: its headings and its records. A record of JSON
// may bring new headings with it.
type table struct {
	csv  *records
	json *objects // nil: CSV
	head []string
	held []string // the first record of JSON, which the headings were taken from
	line int      // of held
}

// openTable reads the headings of a file. newsletter.ErrInvalid: it has none.
func openTable(in *bufio.Reader) (*table, error) {
	if first := firstByte(in); first == '{' || first == '[' {
		return openObjects(in)
	}
	t := &table{csv: newRecords(in)}
	head, _, err := t.csv.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, emptyFile("the first line names the columns, with one called email")
	case err != nil:
		return nil, wholeFile(err)
	}
	t.head = head
	return t, nil
}

// openObjects reads on to the first object, whose keys say what kind of file
// this is.
func openObjects(in *bufio.Reader) (*table, error) {
	t := &table{json: newObjects(records{in: in, line: 1})}
	var err error
	t.held, t.line, err = t.json.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, emptyFile("each line is an object with a key email")
	case err != nil:
		return nil, wholeFile(err)
	}
	t.head = t.json.names
	return t, nil
}

func emptyFile(hint string) error {
	return newsletter.Hint(fmt.Errorf("%w file: it is empty", newsletter.ErrInvalid), hint)
}

// wholeFile is an error that is met before the first record.
func wholeFile(err error) error {
	if errors.Is(err, newsletter.ErrInvalid) {
		return err
	}
	return fmt.Errorf("%w header: %w", newsletter.ErrInvalid, err)
}

// firstByte is the first byte of a text that is no blank; 0 where there is none.
func firstByte(in *bufio.Reader) byte {
	head, _ := in.Peek(64)
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) == 0 {
		return 0
	}
	return head[0]
}

// next returns the next record and its line.
func (t *table) next() ([]string, int, error) {
	if t.json == nil {
		return t.csv.next()
	}
	if t.held != nil {
		cells := t.held
		t.held = nil
		return cells, t.line, nil
	}
	cells, line, err := t.json.next()
	t.head = t.json.names
	return cells, line, err
}

// raw is the record that was read last as it stands in the file, where it is
// JSON.
func (t *table) raw() string {
	if t.json == nil {
		return ""
	}
	return t.json.raw
}
