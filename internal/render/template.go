package render

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"

	"tidings/internal/newsletter"
)

// Renderer renders mails with a set of templates, as they are at that moment. It
// can be used by several goroutines.
type Renderer struct {
	files fs.FS

	mu     sync.Mutex
	known  map[string]*parsed // by file
	spoken spoken
}

// parsed is a template as it was read last.
type parsed struct {
	source string // what it was read from
	err    error  // what is wrong with it
	good   *template.Template
}

// layouts are those of issues, and that of the mails with which we speak
// ourselves.
var layouts = []string{string(newsletter.LayoutLetter), string(newsletter.LayoutDigest), string(newsletter.LayoutAnnouncement), frameConfirm}

const frameConfirm = "confirm"

// TemplateRule is the id of the check that finds faults in mail templates.
const TemplateRule = "mail-template"

// New returns a Renderer for the frames of mails in files: mail/base.html.tmpl
// with what all have in common, one file for each layout, and the same for text.
// The words around an issue are those of locale/ in files. Files that change are
// read again; what is wrong with them is newsletter.Problems of the mails that
// need them. Confirmations and notices keep to the last ones that were right.
func New(files fs.FS) *Renderer {
	return &Renderer{files: files, known: map[string]*parsed{}}
}

// Check reads all templates and languages and returns what is wrong with them, as
// newsletter.Problems.
func (r *Renderer) Check() error {
	_, err := r.languages()
	all, _ := errors.AsType[newsletter.Problems](err)
	for _, name := range layouts {
		for _, format := range []string{"html", "txt"} {
			_, err := r.template(name, format)
			if problems, ok := errors.AsType[newsletter.Problems](err); ok {
				all = append(all, problems...)
			}
		}
	}
	if all = slices.Compact(all); len(all) > 0 { // a slip in the base is one of each layout
		return all
	}
	return nil
}

// template returns the template of a layout as it is now. With an error it is
// the last one that was right, if any.
func (r *Renderer) template(layout, format string) (*template.Template, error) {
	base, file := "mail/base."+format+".tmpl", "mail/"+layout+"."+format+".tmpl"
	var source strings.Builder
	for _, name := range []string{base, file} {
		b, err := fs.ReadFile(r.files, name)
		fmt.Fprintf(&source, "%d %v\n%s", len(b), err, b)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.known[file]
	if p != nil && p.source == source.String() {
		return p.good, p.err
	}
	if p == nil {
		p = &parsed{}
		r.known[file] = p
	}
	t, err := template.New(path.Base(file)).Funcs(frameFuncs()).Option("missingkey=error").ParseFS(r.files, base, file)
	if p.source, p.err = source.String(), nil; err != nil {
		p.err = templateProblem(file, err)
	} else {
		p.good = t
	}
	return p.good, p.err
}

// templatePlace is how package template begins an error.
var templatePlace = regexp.MustCompile(`^template: ([\w.-]+):(\d+)(?::(\d+))?: ((?s:.*))$`)

// templateProblem is what is wrong with a template of the site's own: ours are
// right.
func templateProblem(file string, err error) error {
	p := newsletter.Problem{
		Rule: TemplateRule, Level: newsletter.LevelError, File: "templates/" + file,
		Message: err.Error(), Hint: "mend it, or take it away to have the built-in one again",
	}
	if at := templatePlace.FindStringSubmatch(p.Message); at != nil {
		p.File, p.Message = path.Join("templates/mail", at[1]), at[4]
		p.Line, _ = strconv.Atoi(at[2])
		p.Column, _ = strconv.Atoi(at[3])
	}
	return newsletter.Problems{p}
}
