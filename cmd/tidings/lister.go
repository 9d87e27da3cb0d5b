package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
)

// lister prints rows as they come, so that a long list costs no memory: an array
// to scripts, a table to people.
type lister struct {
	app     *app
	columns []string // headings of the table
	none    string   // what a table without rows says
	table   *tabwriter.Writer
	count   int
}

// tableRows is after how many rows the columns are set anew.
const tableRows = 500

func newLister(a *app, none string, columns ...string) *lister {
	return &lister{app: a, columns: columns, none: none, table: tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)}
}

// print prints a row: object to scripts, cells to people.
func (l *lister) print(object any, cells ...string) error {
	l.count++
	if l.app.json {
		return l.printJSON(object)
	}
	if l.count == 1 {
		fmt.Fprintln(l.table, strings.Join(l.columns, "\t"))
	}
	fmt.Fprintln(l.table, strings.Join(cells, "\t"))
	if l.count%tableRows == 0 {
		return l.table.Flush()
	}
	return nil
}

func (l *lister) printJSON(object any) error {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if err := e.Encode(object); err != nil {
		return err
	}
	before := ",\n"
	if l.count == 1 {
		before = "[\n"
	}
	_, err := fmt.Fprintf(l.app.stdout, "%s%s", before, bytes.TrimSpace(line.Bytes()))
	return err
}

func (l *lister) finish() error {
	if l.app.json {
		if l.count == 0 {
			fmt.Fprint(l.app.stdout, "[")
		}
		_, err := fmt.Fprintln(l.app.stdout, "\n]")
		return err
	}
	if l.count == 0 {
		fmt.Fprintln(l.app.stdout, l.none)
	}
	return l.table.Flush()
}
