package store

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"tidings/internal/newsletter"
)

// mostLine bounds one row of a table's file. The longest are frozen mails with
// their pictures.
const mostLine = 64 << 20

// eachLine reads the rows of a table's file.
func (t *tx) eachLine(name string, open func(string) (io.ReadCloser, error), row func(columns []string, row []any) error) (err error) {
	in, err := open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<16), mostLine)
	var columns []string
	for n := 1; lines.Scan(); n++ {
		values, err := readLine(lines.Bytes())
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if n == 1 {
			for _, v := range values {
				name, _ := v.(string)
				columns = append(columns, name)
			}
			continue
		}
		if len(values) != len(columns) {
			return fmt.Errorf("line %d: %w row: it has %d values, expected %d", n, newsletter.ErrInvalid, len(values), len(columns))
		}
		if err := row(columns, values); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%w file: %w", newsletter.ErrInvalid, err)
	}
	return nil
}

// readLine reads one row: texts, whole numbers, and bytes in base64.
func readLine(line []byte) ([]any, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var values []any
	if err := d.Decode(&values); err != nil {
		return nil, fmt.Errorf("%w row: %w", newsletter.ErrInvalid, err)
	}
	for i, v := range values {
		var err error
		switch v := v.(type) {
		case string, nil:
		case json.Number:
			values[i], err = v.Int64()
		case map[string]any:
			text, _ := v["base64"].(string)
			values[i], err = base64.StdEncoding.DecodeString(text)
		default:
			err = errors.New("a value is neither text nor number")
		}
		if err != nil {
			return nil, fmt.Errorf("%w row: %w", newsletter.ErrInvalid, err)
		}
	}
	return values, nil
}
