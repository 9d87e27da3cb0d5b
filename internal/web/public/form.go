package public

import (
	"context"
	"fmt"
	"slices"

	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// form is the form to sign up with, as it is shown.
type form struct {
	Action    string
	Email     string
	FirstName string
	Fields    []field
	Others    []other // more newsletters to choose
	Choice    string  // what is wrong with what was chosen, as the id of a message; empty: nothing
	Shown     int64
	Fault     string // what is wrong with the address, as the id of a message; empty: nothing
	Again     string // what is wrong with the rest, or why to press the button once more; the same
	Words     string // what stands on it, for the receipt of whoever presses its button
}

// field is one declared field of the newsletter, as its form asks for it.
type field struct {
	newsletter.Field

	Value string
	Fault string // the id of a message; empty: nothing is wrong
	First bool   // it is the first thing on the form that is wrong
}

// Checked says whether a checkbox is ticked.
func (f *field) Checked() bool {
	v, err := f.Read(f.Value)
	return err == nil && v == newsletter.FieldTicked
}

// other is a newsletter that can be chosen.
type other struct {
	newsletter.Newsletter

	Checked bool
}

// newForm is the empty form of n.
func (p *pages) newForm(n *newsletter.Newsletter) form { return p.filledForm(n, typed{}) }

// filledForm is the form of n with what was typed.
func (p *pages) filledForm(n *newsletter.Newsletter, t typed) form {
	f := form{
		Action:    "/" + n.ID + "/subscribe",
		Email:     t.value(emailNames...),
		FirstName: t.value(firstNameNames...),
		Shown:     p.Now().UnixMilli(),
	}
	for _, d := range n.Fields {
		if !d.Unasked {
			f.Fields = append(f.Fields, field{Field: d, Value: t.field(&d)})
		}
	}
	return f
}

// others are the newsletters of the site but n, ticked as they were chosen.
func (p *pages) others(ctx context.Context, n *newsletter.Newsletter, chosen []string) ([]other, error) {
	all, err := p.Newsletters(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing newsletters: %w", err)
	}
	var others []other
	for i := range all {
		if n == nil || all[i].ID != n.ID {
			others = append(others, other{all[i], slices.Contains(chosen, all[i].ID)})
		}
	}
	return others, nil
}

// blame sets what is wrong with fields beside them.
func (f *form) blame(faults newsletter.FieldErrors) {
	first := f.Fault == ""
	for i := range f.Fields {
		d := &f.Fields[i]
		switch fault := faults.Of(d.Name); {
		case fault == newsletter.FaultMissing && d.Type == newsletter.FieldCheckbox:
			d.Fault = "field.unticked"
		case fault != "":
			d.Fault = "field." + string(fault)
		}
		d.First = first && d.Fault != ""
		first = first && d.Fault == ""
	}
}

// faults is all that is wrong with a form, in words, by the names of its fields.
func (f *form) faults(page *web.Page) map[string]string {
	all := map[string]string{}
	if f.Fault != "" {
		all["email"] = page.Say(f.Fault)
	}
	for _, d := range f.Fields {
		if d.Fault != "" {
			all[d.Name] = page.Say(d.Fault)
		}
	}
	return all
}
