// Package settings is in charge of what people write as keys and values: it
// reads TOML and YAML into tables whose values know their line and column, and
// hands them out by type. A mistake never stops the reading; all of them are
// gathered, in the order of the file, each with what was expected.
//
// A reader asks a table for the keys it knows, and in the end the table for its
// Problems: keys that nobody asked for are unknown, and become problems too.
package settings

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"tidings/internal/newsletter"
)

// The rules that a settings file can break, as they stand in Problem.Rule.
const (
	RuleSyntax     = "syntax"      // not TOML, not YAML
	RuleUnknownKey = "unknown-key" // a key that nothing reads
	RuleWrongType  = "wrong-type"  // a number where text is expected
	RuleBadValue   = "bad-value"   // the right type, but not one of the legal values
	RuleMissingKey = "missing-key" // a key without which nothing goes
)

// The greatest sizes of a document in bytes. The YAML parser's time grows with
// the square of what is nested: at this size it stays near a second.
const (
	maxTOML = 256 << 10
	maxYAML = 16 << 10
)

// Table is one table of a settings file. Its methods return the default for a
// key that is missing or wrong, so that reading can go on.
type Table struct {
	doc    *document
	path   string // keys that lead here, such as "relay."; "" is the file
	place  place
	values map[string]value
	known  []string
}

// document is what the tables of one file share.
type document struct {
	file     string
	root     *Table
	problems newsletter.Problems
}

// value is a string, bool, int64, float64, []value, *Table, or nil for a key
// without a value. Dates of TOML are strings.
type value struct {
	of    any
	place place
}

// place is a position in the file, from 1; zero is the file as a whole.
type place struct{ line, column int }

// Empty returns the root table of a file without any keys.
func Empty(file string) *Table {
	t := &Table{doc: &document{file: file}, values: map[string]value{}}
	t.doc.root = t
	return t
}

// checkBytes reports a document that is too long or not text, and says whether
// it is neither.
func (t *Table) checkBytes(src []byte, most int) bool {
	switch {
	case len(src) > most:
		t.report(RuleSyntax, place{}, fmt.Sprintf("settings are longer than %d KiB", most>>10), "")
	case !utf8.Valid(src):
		t.report(RuleSyntax, place{}, "is not UTF-8", "save it as UTF-8")
	default:
		return true
	}
	return false
}

// Problems ends the reading: it returns every mistake in the file, unknown keys
// included, in the order of their places.
func (t *Table) Problems() newsletter.Problems {
	t.reportUnknown()
	slices.SortStableFunc(t.doc.problems, func(a, b newsletter.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return t.doc.problems
}

// reportUnknown reports the keys of t, and of the tables read from it, that were
// not asked for.
func (t *Table) reportUnknown() {
	for _, key := range slices.Sorted(maps.Keys(t.values)) {
		v := t.values[key]
		if !slices.Contains(t.known, key) {
			t.report(RuleUnknownKey, v.place, fmt.Sprintf("unknown key %.60q", t.path+key), t.keyHint(key))
			continue
		}
		switch of := v.of.(type) {
		case *Table:
			of.reportUnknown()
		case []value:
			for _, element := range of {
				if table, ok := element.of.(*Table); ok {
					table.reportUnknown()
				}
			}
		}
	}
}

// keyHint says where the key belongs, which one was meant, or which there are.
// What is added at the end of a file of TOML falls into its last table.
func (t *Table) keyHint(key string) string {
	if t != t.doc.root && slices.Contains(t.doc.root.known, key) {
		return fmt.Sprintf("%s belongs to the file as a whole: move it up, above the first [table]", key)
	}
	if near := newsletter.Nearest(key, t.known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here: " + strings.Join(t.known, ", ")
}

// Keys returns the keys of t, sorted, and takes them all for known.
func (t *Table) Keys() []string {
	keys := slices.Sorted(maps.Keys(t.values))
	t.known = append(t.known, keys...)
	return keys
}

// Has says whether key stands in t.
func (t *Table) Has(key string) bool {
	t.know(key)
	_, ok := t.values[key]
	return ok
}

// Empty says whether the value of key is a list with nothing in it.
func (t *Table) Empty(key string) bool {
	list, ok := t.values[key].of.([]value)
	return ok && len(list) == 0
}

// Place returns where key stands; zero when it is missing.
func (t *Table) Place(key string) newsletter.Place {
	at := t.values[key].place
	return newsletter.Place{Line: at.line, Column: at.column}
}

// Reject reports err at the value of key, or where t begins if it has no such
// key. A hint in err becomes the problem's hint.
func (t *Table) Reject(key string, err error) {
	t.doc.problems = append(t.doc.problems, t.Problem(key, err))
}

// Problem is what Reject reports, for those who report it later or not at all.
func (t *Table) Problem(key string, err error) newsletter.Problem {
	at := t.place
	if v, ok := t.values[key]; ok {
		at = v.place
	}
	hint := ""
	if h, ok := errors.AsType[*newsletter.Hinted](err); ok {
		hint = h.Hint
	}
	return t.problem(RuleBadValue, at, t.path+key+": "+err.Error(), hint)
}

// Require reports each of keys that is not in t.
func (t *Table) Require(keys ...string) {
	for _, key := range keys {
		if !t.Has(key) {
			t.report(RuleMissingKey, t.place, fmt.Sprintf("key %q is missing", t.path+key), "it has no default")
		}
	}
}

// know makes key one of those that a hint names.
func (t *Table) know(key string) {
	if !slices.Contains(t.known, key) {
		t.known = append(t.known, key)
	}
}

// lookup returns the value of key and whether it has one. It makes key known
// and reports a key without value.
func (t *Table) lookup(key string) (value, bool) {
	t.know(key)
	v, ok := t.values[key]
	if ok && v.of == nil {
		t.report(RuleWrongType, v.place, fmt.Sprintf("key %q has no value", t.path+key), "write one or remove the line")
		return v, false
	}
	return v, ok
}

// mismatch reports a value that is not of the expected type.
func (t *Table) mismatch(key string, v value, expected string) {
	hint := ""
	if table, ok := v.of.(*Table); ok {
		table.Keys() // one mistake is enough
	} else if expected == "text" {
		hint = "put it in quotes"
	}
	t.report(RuleWrongType, v.place, fmt.Sprintf("%s is %s, expected %s", t.path+key, typeName(v.of), expected), hint)
}

func (t *Table) report(rule string, at place, message, hint string) {
	t.doc.problems = append(t.doc.problems, t.problem(rule, at, message, hint))
}

func (t *Table) problem(rule string, at place, message, hint string) newsletter.Problem {
	return newsletter.Problem{
		Rule: rule, Level: newsletter.LevelError, File: t.doc.file,
		Line: at.line, Column: at.column, Message: message, Hint: hint,
	}
}

// typeName is the type of a value in a person's words.
func typeName(of any) string {
	switch of.(type) {
	case string:
		return "text"
	case bool:
		return "a boolean"
	case int64:
		return "a number"
	case float64:
		return "a number with a fraction"
	case []value:
		return "a list"
	case *Table:
		return "a table"
	}
	return "empty"
}
