package store

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// SiteFiles is where the tables of a site are read from.
type SiteFiles struct {
	Open     func(table string) (io.ReadCloser, error)
	Progress func(rows int) // is told now and then how many rows are in
	Finish   func() error   // what else must succeed, or nothing is taken
}

// ReadTables fills an empty store with what WriteTables wrote, in one
// transaction: ids, receipts, keys and hashes are as they were, so that links in
// mails that were sent go on working, and what was sent is known to be. Nothing
// is sent from here until it is adopted, because the other site may go on
// sending (see Home). It returns how many readers came.
// newsletter.ErrConflict: there are readers, or mails that other keys signed.
// newsletter.ErrInvalid: the files are not right. In both cases nothing changes.
// Nothing else may use the store meanwhile.
func (s *Store) ReadTables(ctx context.Context, files SiteFiles) (readers int, err error) {
	err = s.update(ctx, func(t *tx) error {
		if readers, err = t.readTables(ctx, files); err != nil {
			return err
		}
		return files.Finish()
	})
	if err != nil {
		return 0, err
	}
	s.seal, err = newSeal(ctx, s)
	return readers, err
}

func (t *tx) readTables(ctx context.Context, files SiteFiles) (readers int, err error) {
	if err := t.refuseUsed(); err != nil {
		return 0, err
	}
	all := 0
	for _, name := range siteTables() {
		// Keys, and what a new site noted by itself: queues, clocks.
		if _, err := t.exec(`DELETE FROM ` + name); err != nil {
			return 0, fmt.Errorf("empty table %s: %w", name, err)
		}
	}
	for _, name := range siteTables() {
		n, err := t.readTable(name, files.Open, func(n int) error {
			files.Progress(all + n)
			return ctx.Err()
		})
		if err != nil {
			return 0, fmt.Errorf("table %s: %w", name, err)
		}
		if name == "subscriber" {
			readers = n
		}
		if name == "token_key" && n == 0 {
			return 0, fmt.Errorf("table %s: %w file: it holds no key", name, newsletter.ErrInvalid)
		}
		all += n
	}
	if err := t.readSequence(files.Open); err != nil {
		return 0, err
	}
	return readers, t.fromElsewhere()
}

// refuseUsed refuses to overwrite what matters of a site.
func (t *tx) refuseUsed() error {
	for _, name := range []string{"subscriber", "subscription", "consent", "suppression", "issue", "approval"} {
		var used bool
		if err := t.row(`SELECT EXISTS (SELECT 1 FROM `+name+`)`, nil, &used); err != nil {
			return fmt.Errorf("look into table %s: %w", name, err)
		}
		if used {
			err := newsletter.Refuse(newsletter.ErrConflict, "this site has readers or sent mail already")
			return newsletter.Hint(err, "import into a new site, or import the lists of the export one by one with --newsletter")
		}
	}
	return nil
}

// fromElsewhere makes the next process that begins here count as unknown what
// was between a final dot and its answer, and send nothing before it is adopted.
func (t *tx) fromElsewhere() error {
	if _, err := t.exec(`UPDATE delivery SET epoch = 0 WHERE state = 'attempting'`); err != nil {
		return fmt.Errorf("note what was under way: %w", err)
	}
	if _, err := t.exec(`UPDATE instance SET machine = 'another' WHERE id = 1`); err != nil {
		return fmt.Errorf("note that it came from elsewhere: %w", err)
	}
	return nil
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
func (t *tx) readTable(name string, open func(string) (io.ReadCloser, error), progress func(n int) error) (n int, err error) {
	have, err := t.columns(name)
	if err != nil {
		return 0, err
	}
	var w rowWriter
	err = t.eachLine(name, open, func(columns []string, row []any) error {
		if n == 0 {
			for _, c := range columns {
				if !slices.Contains(have, c) {
					err := fmt.Errorf("%w file: there is no column %.40q here", newsletter.ErrInvalid, c)
					return newsletter.Hint(err, "it comes from a newer Tidings; update this one first")
				}
			}
			w = rowWriter{tx: t, width: len(columns), query: `INSERT INTO ` + name + ` (` + strings.Join(columns, ", ") + `) VALUES `}
		}
		if n++; n%tellEvery == 0 {
			if err := progress(n); err != nil {
				return err
			}
		}
		return w.add(row)
	})
	if err != nil {
		return n, err
	}
	return n, w.flush()
}

// columns names the columns of a table.
func (t *tx) columns(table string) (names []string, err error) {
	err = t.rows(`SELECT name FROM pragma_table_info($1)`, []any{table}, func(r *sql.Rows) error {
		var column string
		err := r.Scan(&column)
		names = append(names, column)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list columns: %w", err)
	}
	return names, nil
}

// rowWriter puts rows into a table, several with one statement.
type rowWriter struct {
	tx      *tx
	query   string
	width   int // columns of a row
	pending []any
	size    int // bytes of the texts in it
}

// add takes a row in. Long ones, such as mails, do not wait for others.
func (w *rowWriter) add(row []any) error {
	w.pending = append(w.pending, row...)
	for _, v := range row {
		switch v := v.(type) {
		case string:
			w.size += len(v)
		case []byte:
			w.size += len(v)
		}
	}
	if len(w.pending) < together*w.width && w.size < 1<<20 {
		return nil
	}
	return w.flush()
}

// flush writes what waits.
func (w *rowWriter) flush() error {
	if len(w.pending) == 0 {
		return nil
	}
	_, err := w.tx.exec(w.query+tuples(len(w.pending)/w.width, w.width, ""), w.pending...)
	w.pending, w.size = w.pending[:0], 0
	return err
}
