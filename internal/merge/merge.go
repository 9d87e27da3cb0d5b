// Package merge is in charge of merge tags: the Liquid that a writer puts into an
// issue, and that is filled for each reader when their message is composed. It
// knows which tags, filters and names there are, keeps tags whole while Markdown
// is parsed around them, and escapes each value for the place where it lands.
// Values are data: they are never evaluated.
package merge

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/osteele/liquid"
)

// Values are what a merge source is filled from, by name: see SubscriberValues
// for "subscriber"; the links "unsubscribe_url", "preferences_url" and
// "confirm_url" are strings. What is missing counts as empty.
type Values map[string]any

// Tag is a compiled merge source. It can be used by several goroutines.
type Tag struct {
	simple   *simple          // how most are filled
	template *liquid.Template // how all others are
	limit    int              // bytes that it may write
}

// maxFill is how much larger than its source the result of a merge source may
// be. A value is a name or a town, not a book.
const maxFill = 256 << 10

var errTooLong = errors.New("the result is too long")

// engine is made once: registering its filters costs more than most templates.
var engine = sync.OnceValue(newEngine)

// Compile reads a merge source: Liquid with the tags and filters of this
// package and no other, in which every output ends in the escape of its place,
// as Cuts.Template writes it.
func Compile(src string) (tag *Tag, err error) {
	// The Liquid library panics on some broken sources.
	defer func() {
		if r := recover(); r != nil {
			tag, err = nil, fmt.Errorf("reading merge source: %v", r)
		}
	}()
	if err := gate(src); err != nil {
		return nil, fmt.Errorf("reading merge source: %w", err)
	}
	if s := readSimple(src); s != nil {
		return &Tag{simple: s}, nil
	}
	template, sourceErr := engine().ParseString(src)
	if sourceErr != nil {
		return nil, fmt.Errorf("reading merge source: %w", sourceErr)
	}
	return &Tag{template: template, limit: len(src) + maxFill}, nil
}

// Fill returns the source filled from v. It fails where a filter cannot do its
// work or the result is absurdly long, and never evaluates what a value holds.
func (t *Tag) Fill(v Values) (filled string, err error) {
	if t.simple != nil {
		return t.simple.fill(v), nil
	}
	// The Liquid library panics when its writer fails.
	defer func() {
		if r := recover(); r != nil {
			filled, err = "", fmt.Errorf("filling merge tag: %v", r)
		}
	}()
	w := limited{left: t.limit}
	if err := t.template.FRender(&w, liquid.Bindings(v)); err != nil {
		return "", fmt.Errorf("filling merge tag: %w", err)
	}
	return w.b.String(), nil
}

// limited keeps what is written, up to a limit.
type limited struct {
	b    strings.Builder
	left int
}

func (w *limited) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errTooLong
	}
	return w.b.Write(p)
}

// gate refuses tags and filters that are not ours before the Liquid library
// sees them, so that a source from a database cannot read files or run away.
func gate(src string) error {
	loops := 0
	for _, p := range scan(src) {
		if p.kind == broken {
			return fmt.Errorf("%q is not closed", p.src)
		}
		if p.kind == block {
			if _, ok := tags[p.name]; !ok {
				return fmt.Errorf("unknown tag %q", p.name)
			}
			if p.name == "for" {
				loops++
			}
		}
		toks, err := tokens(p.args)
		if err != nil {
			return err
		}
		if err := gateTokens(toks); err != nil {
			return err
		}
	}
	if loops > maxTags {
		return errors.New("too many loops")
	}
	return nil
}

func gateTokens(toks []token) error {
	for i, t := range toks {
		if t.kind == tokRange {
			return errors.New("a range of numbers is not allowed")
		}
		if t.kind != tokPipe || i+1 == len(toks) {
			continue
		}
		name := toks[i+1].text
		if _, ok := filters[name]; !ok && placeOf(name) < 0 {
			return fmt.Errorf("unknown filter %q", name)
		}
	}
	return nil
}
