package check

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"

	"tidings/internal/newsletter"
)

// WriteText writes problems for people: grouped by file, what stops an issue before
// what does not, a line for what is wrong, and one for how to mend it.
func WriteText(w io.Writer, problems newsletter.Problems) error {
	problems = stopsFirst(problems)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, p := range problems {
		if i == 0 || p.File != problems[i-1].File {
			fmt.Fprintln(table, p.File)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", place(p), p.Level, p.Rule, p.Message)
		if p.Hint != "" {
			fmt.Fprintf(table, "  \t\t\t%s\n", p.Hint)
		}
		if i == len(problems)-1 || p.File != problems[i+1].File {
			fmt.Fprintln(table)
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// stopsFirst is problems with the errors of each file before its warnings, which
// would hide a single one among many.
func stopsFirst(problems newsletter.Problems) newsletter.Problems {
	all := slices.Clone(problems)
	for rest := all; len(rest) > 0; {
		n := slices.IndexFunc(rest, func(p newsletter.Problem) bool { return p.File != rest[0].File })
		if n < 0 {
			n = len(rest)
		}
		slices.SortStableFunc(rest[:n], func(a, b newsletter.Problem) int {
			return cmp.Compare(len(newsletter.Problems{b}.Errors()), len(newsletter.Problems{a}.Errors()))
		})
		rest = rest[n:]
	}
	return all
}

// place is "line:column" as far as it is known.
func place(p newsletter.Problem) string {
	switch {
	case p.Line == 0:
		return "-"
	case p.Column == 0:
		return strconv.Itoa(p.Line)
	}
	return fmt.Sprintf("%d:%d", p.Line, p.Column)
}
