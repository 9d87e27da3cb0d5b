package main

import (
	"fmt"
	"regexp"
	"strings"
	"text/tabwriter"

	"tidings/internal/check"
)

// checkRules lists the rules.
func (a *app) checkRules() error {
	rules, err := check.Rules()
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(rules)
	}
	table := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, r := range rules {
		fmt.Fprintf(table, "%s\t%s\t%s\n", r.ID, r.Level, r.Title)
	}
	return table.Flush()
}

// checkExplain prints the page of one rule.
func (a *app) checkExplain(id string) error {
	r, err := check.Explain(id)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(r)
	}
	waived := "It cannot be waived."
	if r.Waivable {
		waived = fmt.Sprintf("To waive it, add to the front matter of the issue:\n\n    waive:\n      %s: the reason", r.ID)
	}
	fmt.Fprintf(a.stdout, "%s\nThe rule %s is of level %s. %s\n", plainPage(r.Page), r.ID, r.Level, waived)
	return nil
}

// plainPage is the page of a rule without the marks that a terminal does not show as
// what they mean. Those of code stay: they say where it begins and ends.
func plainPage(page string) string {
	return boldLead.ReplaceAllString(strings.TrimPrefix(page, "# "), "$1")
}

// boldLead is the word in bold that each part of a page begins with.
var boldLead = regexp.MustCompile(`(?m)^\*\*([^*]+)\*\*`)
