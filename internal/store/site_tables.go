package store

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// siteTables are what moves with a site's readers, in the order in which it can
// be read back. What was sent stays where it was sent.
func siteTables() []string {
	return []string{"token_key", "subscriber", "subscription", "consent_words", "consent", "suppression", "address_change"}
}

// WriteTables writes all that belongs to the readers, secrets included, as it is
// at one moment: a file for each table, which create makes. Its first line names
// the columns, each further line is a row. It is streamed, and returns how many
// readers there are.
func (s *Store) WriteTables(ctx context.Context, create func(table string) (io.Writer, error)) (readers int, err error) {
	t, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, fmt.Errorf("begin: %w", plain(err))
	}
	defer func() { _ = t.Rollback() }() // it only read
	for _, name := range append(siteTables(), "sqlite_sequence") {
		w, err := create(name)
		if err != nil {
			return 0, err
		}
		n, err := writeTable(ctx, t, name, w)
		if err != nil {
			return 0, fmt.Errorf("write table %s: %w", name, plain(err))
		}
		if name == "subscriber" {
			readers = n
		}
	}
	return readers, nil
}

func writeTable(ctx context.Context, t *sql.Tx, name string, w io.Writer) (n int, err error) {
	rows, err := t.QueryContext(ctx, `SELECT * FROM `+name) //nolint:gosec // name is one of siteTables
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	if err := lines.Encode(columns); err != nil {
		return 0, err
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(dest...); err != nil {
			return n, err
		}
		for i, v := range values {
			if blob, ok := v.([]byte); ok {
				values[i] = map[string]string{"base64": base64.StdEncoding.EncodeToString(blob)}
			}
		}
		if err := lines.Encode(values); err != nil {
			return n, err
		}
	}
	return n, errors.Join(rows.Err(), out.Flush())
}

// ReadTables fills an empty store with what WriteTables wrote, in one
// transaction: ids, receipts, keys and hashes are as they were, so that links in
// mails that were sent go on working. open opens the file of a table.
// newsletter.ErrConflict: there are readers, or mails that other keys signed.
// newsletter.ErrInvalid: the files are not right. In both cases nothing changes.
// Nothing else may use the store meanwhile.
func (s *Store) ReadTables(ctx context.Context, open func(table string) (io.ReadCloser, error)) (readers int, err error) {
	err = s.update(ctx, func(t *tx) error {
		readers, err = t.readTables(open)
		return err
	})
	if err != nil {
		return 0, err
	}
	s.seal, err = newSeal(ctx, s)
	return readers, err
}

func (t *tx) readTables(open func(string) (io.ReadCloser, error)) (readers int, err error) {
	var used bool
	err = t.row(`SELECT EXISTS (SELECT 1 FROM subscriber) OR EXISTS (SELECT 1 FROM subscription) OR EXISTS (SELECT 1 FROM consent)
		OR EXISTS (SELECT 1 FROM suppression) OR EXISTS (SELECT 1 FROM delivery)`, nil, &used)
	if err != nil {
		return 0, fmt.Errorf("look for readers: %w", err)
	}
	if used {
		err := newsletter.Refuse(newsletter.ErrConflict, "this site has readers or sent mail already")
		return 0, newsletter.Hint(err, "import into a new site, or import the lists of the export one by one with --newsletter")
	}
	if _, err := t.exec(`DELETE FROM token_key`); err != nil {
		return 0, fmt.Errorf("replace keys: %w", err)
	}
	for _, name := range siteTables() {
		n, err := t.readTable(name, open)
		if err != nil {
			return 0, fmt.Errorf("table %s: %w", name, err)
		}
		if name == "subscriber" {
			readers = n
		}
		if name == "token_key" && n == 0 {
			return 0, fmt.Errorf("table %s: %w file: it holds no key", name, newsletter.ErrInvalid)
		}
	}
	return readers, t.readSequence(open)
}

// readSequence goes on numbering readers where the other site was: the number of
// somebody who was erased is never used again.
func (t *tx) readSequence(open func(string) (io.ReadCloser, error)) error {
	var last int64
	err := t.eachLine("sqlite_sequence", open, func(columns []string, row []any) error {
		if i, j := slices.Index(columns, "name"), slices.Index(columns, "seq"); i >= 0 && j >= 0 && row[i] == "subscriber" {
			last, _ = row[j].(int64)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("table sqlite_sequence: %w", err)
	}
	_, err = t.exec(`UPDATE sqlite_sequence SET seq = max(seq, $1) WHERE name = 'subscriber'`, last)
	if err == nil {
		_, err = t.exec(`INSERT INTO sqlite_sequence (name, seq) SELECT 'subscriber', $1
			WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'subscriber')`, last)
	}
	return err
}

// readTable fills one table.
func (t *tx) readTable(name string, open func(string) (io.ReadCloser, error)) (n int, err error) {
	var (
		have    []string
		pending []any
		query   string
	)
	err = t.rows(`SELECT name FROM pragma_table_info($1)`, []any{name}, func(r *sql.Rows) error {
		var column string
		err := r.Scan(&column)
		have = append(have, column)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("list columns: %w", err)
	}
	err = t.eachLine(name, open, func(columns []string, row []any) error {
		if n == 0 {
			for _, c := range columns {
				if !slices.Contains(have, c) {
					err := fmt.Errorf("%w file: there is no column %.40q here", newsletter.ErrInvalid, c)
					return newsletter.Hint(err, "it comes from a newer Tidings; update this one first")
				}
			}
			query = `INSERT INTO ` + name + ` (` + strings.Join(columns, ", ") + `) VALUES `
		}
		n++
		pending = append(pending, row...)
		if len(pending) < together*len(columns) {
			return nil
		}
		_, err := t.exec(query+tuples(together, len(columns), ""), pending...)
		pending = pending[:0]
		return err
	})
	if err != nil || n == 0 {
		return n, err
	}
	for width := len(pending) / max(1, n%together); len(pending) > 0; pending = pending[width:] {
		if _, err := t.exec(query+tuples(1, width, ""), pending[:width]...); err != nil {
			return n, err
		}
	}
	return n, nil
}

// mostLine bounds one row of a table's file.
const mostLine = 1 << 20

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
