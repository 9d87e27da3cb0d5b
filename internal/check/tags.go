package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	// output is a merge tag that writes something a reader may not have told.
	output = regexp.MustCompile(`\{\{-?\s*subscriber\.(\w+)[^}]*\}\}`)

	// block is a tag that begins or ends a part that not all readers get, or
	// goes on with another condition.
	block = regexp.MustCompile(`\{%-?\s*(if|unless|case|elsif|when|endif|endunless|endcase)\b([^%]*)%\}`)
)

// maxGuards bounds how many conditions a text may have; package merge allows
// about as many.
const maxGuards = 4000

// tagDefault finds merge tags that leave a blank for readers who did not tell
// what they write.
func tagDefault(d *draft) []finding {
	body := guards(string(d.issue.Markdown))
	var found []finding
	for _, p := range slices.Concat(d.passages(), d.linkPassages()) {
		own := guards(p.text)
		seen := map[string]bool{}
		for _, m := range output.FindAllStringSubmatchIndex(p.text, -1) {
			src, name := p.text[m[0]:m[1]], p.text[m[2]:m[3]]
			if !d.leavesBlank(name) || seen[src] || byDefault.MatchString(src) || guarded(own, m[0], name) {
				continue
			}
			seen[src] = true
			at := d.source.find(p.at, src)
			if offset, ok := d.source.offset(at); ok && guarded(body, offset, name) {
				continue
			}
			found = append(found, finding{
				at: at, message: fmt.Sprintf("%s leaves a blank for %s whose %s is not known", clip(words(src)), d.readersWithout(name), strings.ReplaceAll(name, "_", " ")),
				hint: fmt.Sprintf(`say what stands there instead: {{ subscriber.%s | default: "…" }}`, name),
			})
		}
	}
	return found
}

// mayLack says whether readers may not have told a field of theirs. Names that
// there are none of are for the rule on merge tags.
func (d *draft) mayLack(name string) bool {
	_, declared := d.newsletter.Field(name)
	return declared || name == "name" || name == "first_name"
}

// countBlanks counts the readers that lack what the issue names.
func (d *draft) countBlanks(count func(field string) (int, error)) error {
	if count == nil {
		return nil
	}
	d.blanks = map[string]int{}
	for _, p := range slices.Concat(d.passages(), d.linkPassages()) {
		for _, m := range output.FindAllStringSubmatch(p.text, -1) {
			name := m[1]
			if _, counted := d.blanks[name]; counted || !d.mayLack(name) {
				continue
			}
			n, err := count(name)
			if err != nil {
				return err
			}
			d.blanks[name] = n
		}
	}
	return nil
}

// leavesBlank says whether somebody gets a blank where a field of theirs is
// named.
func (d *draft) leavesBlank(name string) bool {
	return d.mayLack(name) && (d.blanks == nil || d.blanks[name] > 0)
}

// readersWithout says how many readers get a blank, where that is known.
func (d *draft) readersWithout(name string) string {
	switch n := d.blanks[name]; n {
	case 0:
		return "readers"
	case 1:
		return "1 reader"
	default:
		return fmt.Sprintf("%d readers", n)
	}
}

// linkPassages are the addresses of links, in which merge tags may stand.
func (d *draft) linkPassages() []passage {
	var all []passage
	for _, l := range d.outline.Links {
		all = append(all, passage{l.Place, l.URL})
	}
	return all
}

// guard is a stretch of text that readers get by a condition.
type guard struct {
	from, to  int
	condition string
}

// guards finds the conditional parts of a text.
func guards(text string) []guard {
	var all, open []guard
	for _, m := range block.FindAllStringSubmatchIndex(text, maxGuards) {
		name, condition := text[m[2]:m[3]], text[m[4]:m[5]]
		switch {
		case name == "if" || name == "unless" || name == "case":
			open = append(open, guard{from: m[0], condition: condition})
		case len(open) == 0:
		case strings.HasPrefix(name, "end"):
			last := open[len(open)-1]
			last.to = m[1]
			all, open = append(all, last), open[:len(open)-1]
		default:
			open[len(open)-1].condition += condition
		}
	}
	return all
}

// guarded says whether a place is in a part whose condition asks for a name.
func guarded(all []guard, at int, name string) bool {
	return slices.ContainsFunc(all, func(g guard) bool {
		return g.from <= at && at < g.to && strings.Contains(g.condition, "subscriber."+name)
	})
}
