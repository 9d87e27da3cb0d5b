package newsletter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Problems is every mistake found in one reading of a file, as an error. Its
// cause is ErrInvalid.
type Problems []Problem

// Error lists the problems, one a line, each as Problem.String has it.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Errors returns the problems that stop an issue, without the warnings.
func (p Problems) Errors() Problems {
	var errs Problems
	for _, problem := range p {
		if problem.Level == LevelError {
			errs = append(errs, problem)
		}
	}
	return errs
}

// Unwrap says that what was given cannot be right.
func (p Problems) Unwrap() error { return ErrInvalid }

// String returns "file:line:column: message (hint)" without the parts that are
// not known.
func (p Problem) String() string {
	place := p.File
	if p.Line > 0 {
		place += fmt.Sprintf(":%d", p.Line)
	}
	if p.Line > 0 && p.Column > 0 {
		place += fmt.Sprintf(":%d", p.Column)
	}
	if p.Hint == "" {
		return place + ": " + p.Message
	}
	return place + ": " + p.Message + " (" + p.Hint + ")"
}

// Nearest returns the word of words that a person who typed s most likely
// meant, or "" when none is near. Upper and lower case count as the same.
func Nearest(s string, words []string) string {
	if len(s) > 64 {
		return ""
	}
	// A third of the letters may be wrong.
	best, least := "", 1+(2+utf8.RuneCountInString(s))/3
	for _, word := range words {
		if d := distance(strings.ToLower(s), strings.ToLower(word)); d < least {
			best, least = word, d
		}
	}
	return best
}

// distance is the least number of letters to insert, remove or replace in order
// to turn a into b (Levenshtein).
func distance(a, b string) int {
	letters := []rune(b)
	row := make([]int, len(letters)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range []rune(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range letters {
			swap := diagonal
			if x != y {
				swap++
			}
			diagonal = row[j+1]
			row[j+1] = min(swap, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(letters)]
}
