package newsletter

import (
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
