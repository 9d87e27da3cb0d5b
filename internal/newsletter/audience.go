package newsletter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Audience says which confirmed readers of a newsletter get an issue. It is a
// tree: and, or and not join tests of a tag or a field. The zero Audience is
// everyone.
type Audience struct {
	Op    AudienceOp
	Of    []Audience // what And, Or (two or more) and Not (one) are about
	Name  string     // of the tag or the field
	Value string     // what the field must equal; a field not given is ""
}

// AudienceOp is what one node of an Audience says.
type AudienceOp string

// The nodes of an Audience.
const (
	AudienceAll   AudienceOp = ""
	AudienceAnd   AudienceOp = "and"
	AudienceOr    AudienceOp = "or"
	AudienceNot   AudienceOp = "not"
	AudienceTag   AudienceOp = "tag"
	AudienceField AudienceOp = "field"
)

// String writes the expression that ParseAudience reads; "" for everyone.
func (a Audience) String() string {
	switch a.Op {
	case AudienceAll:
		return ""
	case AudienceTag:
		return "tag:" + a.Name
	case AudienceField:
		return "field." + a.Name + " = " + quote(a.Value)
	case AudienceNot:
		of := a.Of[0]
		if of.Op == AudienceField {
			return "field." + of.Name + " != " + quote(of.Value)
		}
		return "not " + of.inner()
	case AudienceAnd, AudienceOr:
		parts := make([]string, len(a.Of))
		for i, of := range a.Of {
			parts[i] = of.inner()
		}
		return strings.Join(parts, " "+string(a.Op)+" ")
	}
	return ""
}

// Declared says whether an audience tests declared fields alone. A field that is
// not among them has no values, so that a misspelled one names nobody, and with
// "not" before it everybody. Tags are declared nowhere.
func (a Audience) Declared(fields []Field) error {
	if a.Op == AudienceField && !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == a.Name }) {
		return Hint(Refuse(ErrInvalid, "there is no field %q", a.Name), fieldHint(a.Name, fields))
	}
	for _, of := range a.Of {
		if err := of.Declared(fields); err != nil {
			return err
		}
	}
	return nil
}

// fieldHint says which field was meant, or where fields are declared.
func fieldHint(name string, fields []Field) string {
	var names []string
	for _, f := range fields {
		if !slices.Contains(names, f.Name) { // of several newsletters
			names = append(names, f.Name)
		}
	}
	if near := Nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean field.%s?", near)
	}
	if len(names) == 0 {
		return "newsletter.toml declares none: each is a [[field]] there"
	}
	return "newsletter.toml declares " + strings.Join(names, ", ") + ": each is a [[field]] there"
}

// inner is String in parentheses where another node would read it wrongly.
func (a Audience) inner() string {
	if a.Op == AudienceAnd || a.Op == AudienceOr {
		return "(" + a.String() + ")"
	}
	return a.String()
}

// quote writes a value with the two escapes of the grammar.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// AudienceError is a mistake in an audience expression. Its cause is
// ErrInvalid.
type AudienceError struct {
	Column int    // of the first character that is wrong, from 1
	Found  string // what stands there; "" at the end
	Want   string // what was expected
}

// Error says where the mistake is and what was expected there.
func (e *AudienceError) Error() string {
	found := "the end"
	if e.Found != "" {
		found = strconv.Quote(e.Found)
	}
	return "column " + strconv.Itoa(e.Column) + ": expected " + e.Want + ", found " + found
}

// Unwrap says that what was given cannot be right.
func (e *AudienceError) Unwrap() error { return ErrInvalid }
