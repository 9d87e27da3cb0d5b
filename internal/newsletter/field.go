package newsletter

import (
	"fmt"
	"slices"
	"strings"
)

// Field is something a newsletter keeps of its subscribers, declared in its
// newsletter.toml. Only declared fields can be merged into an issue, so that a
// misspelled merge tag is an error and never a blank.
type Field struct {
	Name     string    // as in {{ subscriber.city }}: a-z, 0-9 and "_"
	Label    string    // as people read it; empty: the name
	Type     FieldType // empty: a line of text
	Choices  []string  // of a choice: the values there are
	Required bool      // the form is not taken without it
	Unasked  bool      // no form asks for it, and none can set it: it is for staff and lists
}

// FieldType is how a form asks for a field.
type FieldType string

// The types of fields.
const (
	FieldText     FieldType = "text"     // a line
	FieldChoice   FieldType = "choice"   // one of several values
	FieldCheckbox FieldType = "checkbox" // FieldTicked, or nothing
)

// FieldTicked is the value of a checkbox that is ticked.
const FieldTicked = "yes"

// Title is the name of a field as people read it.
func (f *Field) Title() string {
	if f.Label != "" {
		return f.Label
	}
	return f.Name
}

// unticked are the values with which forms and programs say no.
var unticked = []string{"", "no", "off", "false", "0"}

// Read makes what was typed or chosen the value to keep. What is none of a
// choice's values is ErrInvalid; that nothing was given is for those to say who ask
// for it.
func (f *Field) Read(given string) (string, error) {
	switch f.Type {
	case FieldChoice:
		at := slices.IndexFunc(f.Choices, func(c string) bool { return strings.EqualFold(c, given) })
		switch {
		case given == "":
			return "", nil
		case at < 0:
			err := fmt.Errorf("%w %s: %.60q is none of its choices", ErrInvalid, f.Name, given)
			return "", Hint(err, "one of "+strings.Join(f.Choices, ", "))
		}
		return f.Choices[at], nil
	case FieldCheckbox:
		if slices.Contains(unticked, strings.ToLower(given)) {
			return "", nil
		}
		return FieldTicked, nil
	case FieldText:
	}
	return given, nil
}

// FieldFault is what is wrong with one field of a form.
type FieldFault struct {
	Field string // its name
	Fault Fault
}

// Fault is a way in which a field can be wrong.
type Fault string

// The faults of fields.
const (
	FaultMissing Fault = "missing" // it is required, and nothing was given
	FaultChoice  Fault = "choice"  // none of the values there are
	FaultLong    Fault = "long"    // longer than what is kept, or no text
)

// FieldErrors is all that is wrong with the fields of a form. It is ErrInvalid.
type FieldErrors []FieldFault

// Error names the fields and what is wrong with each.
func (f FieldErrors) Error() string {
	words := make([]string, len(f))
	for i, fault := range f {
		words[i] = fault.Field + " (" + string(fault.Fault) + ")"
	}
	return ErrInvalid.Error() + " fields: " + strings.Join(words, ", ")
}

// Unwrap says that what was given cannot be right.
func (FieldErrors) Unwrap() error { return ErrInvalid }

// Of is the fault of the field of that name, or "".
func (f FieldErrors) Of(name string) Fault {
	for _, fault := range f {
		if fault.Field == name {
			return fault.Fault
		}
	}
	return ""
}
