// Package check is in charge of what would embarrass the sender: it renders an
// issue before it goes and names each thing that is wrong with it, with its
// place and a way to mend it. Errors stop an issue; warnings are shown. A rule
// that does not apply is waived in the issue's front matter, with a reason.
package check

import (
	"cmp"
	"errors"
	"path"
	"slices"
	"time"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/render"
)

// Options are what a check needs besides the newsletter and its issue.
type Options struct {
	Render render.Options
	Now    time.Time

	// Reach asks the web for each URL and returns what is wrong with those that
	// do not answer well, as Prober.Reach does. Nil: links are not followed.
	Reach func(urls []string) map[string]Outcome

	// Readers counts the readers whom the issue would reach now. Nil: nobody knows.
	Readers func() (int, error)

	// Blank counts the readers of the issue that have nothing in a field, name
	// and first_name among them. Nil: nobody knows, and tags without a default
	// are found all the same.
	Blank func(field string) (int, error)
}

// draft is an issue with all that is known of it.
type draft struct {
	newsletter *newsletter.Newsletter
	issue      *newsletter.Issue
	mail       *newsletter.Mail // nil: it cannot be rendered
	outline    *render.Outline
	source     *source
	now        time.Time
	outcomes   map[string]Outcome // of links that were followed, by URL
	nobody     bool               // the issue would reach no reader now
	blanks     map[string]int     // readers with nothing in a field; nil: not counted
}

// finding is one mistake and its place in the file.
type finding struct {
	at            newsletter.Place
	message, hint string
	settings      bool // it is in the newsletter.toml, and at says nothing
}

// Issue renders an issue and runs every check on it. It returns the mail, or
// nil when the issue cannot be rendered, and what it found in the order of the
// file, without what the issue waives. An error means that the mail could not be
// made for a reason that is not in the issue.
func Issue(r *render.Renderer, n *newsletter.Newsletter, i *newsletter.Issue, opt Options) (*newsletter.Mail, newsletter.Problems, error) {
	outline, err := r.Outline(n, i)
	if problems, ok := errors.AsType[newsletter.Problems](err); ok {
		return nil, problems, nil
	}
	if err != nil {
		return nil, nil, err
	}
	mail, err := r.Mail(n, i, opt.Render)
	problems, broken := errors.AsType[newsletter.Problems](err)
	if err != nil && !broken {
		return nil, nil, err
	}
	d := &draft{newsletter: n, issue: i, mail: mail, outline: outline, source: newSource(i), now: opt.Now}
	if opt.Reach != nil {
		d.outcomes = opt.Reach(d.webLinks())
	}
	if err := cmp.Or(d.countReaders(opt.Readers), d.countBlanks(opt.Blank)); err != nil {
		return nil, nil, err
	}
	return mail, sorted(slices.Concat(d.placed(outline.Problems), d.placed(problems), d.run())), nil
}

// placed drops what is said of a description that was taken from the text, where
// the same is said with its place.
func (d *draft) placed(problems newsletter.Problems) newsletter.Problems {
	if _, written := d.issue.Places["description"]; written {
		return problems
	}
	return slices.DeleteFunc(slices.Clone(problems), func(p newsletter.Problem) bool {
		return p.Rule == merge.Rule && p.Line == 0 && len(problems) > 1
	})
}

// run runs the rules that are not waived.
func (d *draft) run() newsletter.Problems {
	var problems newsletter.Problems
	for _, rule := range rules() {
		if _, waived := d.issue.Waive[rule.id]; waived && rule.waivable() || rule.find == nil {
			continue
		}
		for _, f := range rule.find(d) {
			file := d.issue.File
			if f.settings {
				file = path.Join(d.issue.Dir, "newsletter.toml")
			}
			problems = append(problems, newsletter.Problem{
				Rule: rule.id, Level: rule.level, File: file, Line: f.at.Line, Column: f.at.Column, Message: f.message, Hint: f.hint,
			})
		}
	}
	return problems
}

// sorted puts problems into the order of their file and drops those that were
// found twice, by the outline and by the rendering.
func sorted(problems newsletter.Problems) newsletter.Problems {
	slices.SortStableFunc(problems, func(a, b newsletter.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Rule, b.Rule))
	})
	return slices.Compact(problems)
}
