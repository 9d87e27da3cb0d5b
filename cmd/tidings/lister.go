package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"tidings/internal/store"
)

// lister prints readers one by one: an array to scripts, a table to people.
type lister struct {
	app   *app
	table *tabwriter.Writer
	count int
}

// tableRows is after how many rows the columns are set anew.
const tableRows = 500

func newLister(a *app) *lister {
	return &lister{app: a, table: tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)}
}

func (l *lister) print(r store.Reader) error {
	l.count++
	if l.app.json {
		return l.printJSON(r)
	}
	if l.count == 1 {
		fmt.Fprintln(l.table, "EMAIL\tNEWSLETTER\tSTATE\tNAME")
	}
	name := r.Subscriber.Name
	if name == "" {
		name = r.Subscriber.FirstName
	}
	fmt.Fprintf(l.table, "%s\t%s\t%s\t%s\n", r.Subscriber.Email, r.Subscription.Newsletter, r.Subscription.State, name)
	if l.count%tableRows == 0 {
		return l.table.Flush()
	}
	return nil
}

func (l *lister) printJSON(r store.Reader) error {
	line, err := json.Marshal(readerLine{
		Email: r.Subscriber.Email, Name: r.Subscriber.Name, FirstName: r.Subscriber.FirstName,
		Newsletter: r.Subscription.Newsletter, State: r.Subscription.State,
		Tags: r.Subscriber.Tags, Fields: r.Subscriber.Fields,
	})
	if err != nil {
		return err
	}
	before := ",\n"
	if l.count == 1 {
		before = "[\n"
	}
	_, err = fmt.Fprintf(l.app.stdout, "%s%s", before, line)
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
		fmt.Fprintln(l.app.stdout, "No readers match.")
	}
	return l.table.Flush()
}
