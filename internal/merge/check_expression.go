package merge

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/osteele/liquid"

	"tidings/internal/newsletter"
)

// maxFilters is how many filters one tag may have.
const maxFilters = 8

// expression checks names and filters and says whether all are known.
func (k *checker) expression(p piece) bool {
	toks, err := tokens(p.args)
	if e, ok := errors.AsType[*expressionError](err); ok {
		k.add(p.argsAt+e.at, e.msg, "")
		return false
	}
	good, pipes := true, 0
	for i, t := range toks {
		afterPipe := i > 0 && toks[i-1].kind == tokPipe
		switch {
		case t.kind == tokRange:
			k.add(p.argsAt+t.at, "a range of numbers is not allowed", "loops go over lists such as subscriber.tags")
			good = false
		case t.kind == tokPipe:
			pipes++
		case afterPipe:
			good = k.filter(p.argsAt+t.at, t.text) && good
		case t.kind == tokName && !words[t.text]:
			good = k.name(p.argsAt+t.at, t.text) && good
		}
	}
	if pipes > maxFilters {
		k.add(p.at, fmt.Sprintf("more than %d filters", maxFilters), "")
		return false
	}
	return good
}

func (k *checker) filter(at int, name string) bool {
	if _, ok := filters[name]; ok {
		return true
	}
	hint := "the filters are " + strings.Join(filterNames(), ", ")
	switch name {
	case "escape", "escape_once", "url_encode", "strip_html", "h":
		hint = "leave it out: values are always made safe for the place where they stand"
	default:
		if near := newsletter.Nearest(name, filterNames()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
	}
	k.add(at, fmt.Sprintf("unknown filter %q", name), hint)
	return false
}

// filterNames lists the filters that a writer can use, in order.
func filterNames() []string { return slices.Sorted(maps.Keys(filters)) }

// loopNames are what a loop knows of itself.
var loopNames = []string{
	"forloop.first", "forloop.last", "forloop.index", "forloop.index0", "forloop.rindex", "forloop.rindex0", "forloop.length",
}

func (k *checker) name(at int, name string) bool {
	if _, ok := k.cuts.names.shape(name); ok {
		return true
	}
	known := k.cuts.names.All()
	for _, o := range k.open {
		if o.variable != "" {
			known = append(append(known, o.variable), loopNames...)
		}
	}
	if slices.Contains(known, name) {
		return true
	}
	hint := "the names are " + strings.Join(known, ", ")
	if near := newsletter.Nearest(name, known); near != "" {
		hint = "did you mean " + near + "?"
	}
	k.add(at, fmt.Sprintf("unknown name %q", name), hint)
	return false
}

// library asks the Liquid library, which alone knows its whole grammar.
func (k *checker) library(p piece, src string) {
	if err := parses(src); err != nil {
		k.add(p.at, p.src+" cannot be read as Liquid", `such as {{ subscriber.first_name | default: "friend" }}`)
	}
}

func parses(src string) (err error) {
	// The Liquid library panics on some broken sources.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	var sourceErr liquid.SourceError
	if _, sourceErr = engine().ParseString(strings.ReplaceAll(src, "\n", " ")); sourceErr != nil {
		return sourceErr
	}
	return nil
}
