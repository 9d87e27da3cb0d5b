package store

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// siteTables are what moves with a site, in the order in which it can be read
// back: the readers, what was sent and to whom, and what is queued. Which process
// sends (instance), how that goes (health) and how the tables came to be stay.
func siteTables() []string {
	return []string{
		"token_key", "subscriber", "subscription", "consent_words", "consent", "suppression", "address_change",
		"mail", "issue", "archive", "delivery", "notice",
		"queue", "approval", "slot", "clock", "pause", "note", "relay_hour",
	}
}

// WriteTables writes all of a site, secrets included, as it is at one moment: a
// file for each table, which create makes. Its first line names the columns, each
// further line is a row. It is streamed, tells progress now and then how many
// rows are written, and returns how many readers there are.
func (s *Store) WriteTables(ctx context.Context, create func(table string) (io.Writer, error), progress func(rows int)) (readers int, err error) {
	t, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, fmt.Errorf("begin: %w", plain(err))
	}
	defer func() { _ = t.Rollback() }() // it only read
	all := 0
	for _, name := range append(siteTables(), "sqlite_sequence") {
		w, err := create(name)
		if err != nil {
			return 0, err
		}
		n, err := writeTable(ctx, t, name, w, func(n int) { progress(all + n) })
		if err != nil {
			return 0, fmt.Errorf("write table %s: %w", name, plain(err))
		}
		if name == "subscriber" {
			readers = n
		}
		all += n
	}
	return readers, nil
}

// tellEvery is after how many rows somebody is told.
const tellEvery = 10_000

func writeTable(ctx context.Context, t *sql.Tx, name string, w io.Writer, progress func(n int)) (n int, err error) {
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
		if n%tellEvery == 0 {
			progress(n)
		}
	}
	return n, errors.Join(rows.Err(), out.Flush())
}
