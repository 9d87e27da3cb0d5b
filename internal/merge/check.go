package merge

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tidings/internal/newsletter"
)

// Rule is the id of the check that finds faults in merge tags.
const Rule = "merge-tag"

// Begin and End enclose, in a flow, what stands inside of one paragraph, link,
// list or other container: a block has to end in the container it began in.
const (
	Begin = "\x02"
	End   = "\x03"
)

// maxLoops is how deep loops may be nested.
const maxLoops = 2

// Check returns what is wrong with the tags of a text. The flow holds those that
// are live, in their order, with Begin and End around containers. Lines and
// columns are those of the uncut text.
func (c *Cuts) Check(flow string) []newsletter.Problem {
	k := checker{cuts: c}
	if c.over {
		k.add(0, fmt.Sprintf("more than %d merge tags", maxTags), "split the issue")
	}
	for _, r := range flow {
		switch string(r) {
		case Begin:
			k.depth++
			continue
		case End:
			k.leave()
			k.depth--
			continue
		}
		if n, ok := c.number(r); ok {
			k.piece(c.pieces[n])
		}
	}
	k.leave()
	return k.found
}

// checker walks over the tags of a text.
type checker struct {
	cuts  *Cuts
	found []newsletter.Problem
	open  []opened
	depth int
}

// opened is a block that has not ended.
type opened struct {
	piece    piece
	depth    int
	variable string // of a loop
}

func (k *checker) add(at int, message, hint string) {
	line, column := k.cuts.origin(at)
	k.found = append(k.found, newsletter.Problem{
		Rule: Rule, Level: newsletter.LevelError, Line: line, Column: column, Message: message, Hint: hint,
	})
}

// leave reports blocks that were opened in this container and not closed.
func (k *checker) leave() {
	for len(k.open) > 0 && k.open[len(k.open)-1].depth >= k.depth {
		o := k.open[len(k.open)-1]
		k.open = k.open[:len(k.open)-1]
		k.add(o.piece.at, fmt.Sprintf("{%% %s %%} is not closed", o.piece.name),
			fmt.Sprintf("write {%% end%s %%} where it ends, in the same paragraph or on a line of its own", o.piece.name))
	}
}

func (k *checker) piece(p piece) {
	switch p.kind {
	case broken:
		k.add(p.at, fmt.Sprintf("%q is not closed", p.src), `end the tag, or write a backslash before it to keep it as text`)
	case output:
		k.output(p)
	case block:
		k.block(p)
	case silent:
	}
}

func (k *checker) output(p piece) {
	if p.args == "" {
		k.add(p.at, errEmpty.Error(), "the names are "+strings.Join(k.cuts.names.All(), ", "))
		return
	}
	if k.expression(p) {
		k.library(p, "{{ "+p.args+" }}")
	}
}

func (k *checker) block(p piece) {
	t, ok := tags[p.name]
	if !ok {
		k.add(p.at, fmt.Sprintf("unknown tag %q", p.name), unknownTag(p.name))
		return
	}
	switch {
	case t.closes != "":
		k.closes(p, t.closes)
	case len(t.in) > 0:
		k.inside(p, t.in)
	default:
		k.opens(p)
	}
}

func unknownTag(name string) string {
	if near := newsletter.Nearest(name, slices.Sorted(maps.Keys(tags))); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "the tags are if, unless, case, for, comment and raw"
}

func (k *checker) opens(p piece) {
	o := opened{piece: p, depth: k.depth}
	defer func() { k.open = append(k.open, o) }()
	if p.name == "for" {
		o.variable = k.loop(p)
		return
	}
	if p.args == "" {
		k.add(p.at, fmt.Sprintf("{%% %s %%} has no condition", p.name), `such as {% if subscriber.tags contains "local" %}`)
		return
	}
	if k.expression(p) {
		k.library(p, "{% "+p.name+" "+p.args+" %}{% end"+p.name+" %}")
	}
}

// loop checks "for NAME in LIST" and returns the name.
func (k *checker) loop(p piece) string {
	fields := strings.Fields(p.args)
	if len(fields) < 3 || fields[1] != "in" {
		k.add(p.argsAt, "a loop needs a name and a list", "such as {% for tag in subscriber.tags %}")
		return ""
	}
	loops := 1
	for _, o := range k.open {
		if o.piece.name == "for" {
			loops++
		}
	}
	if loops > maxLoops {
		k.add(p.at, "loops are nested too deep", fmt.Sprintf("at most %d loops can be inside each other", maxLoops))
	}
	rest := p
	rest.args = strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(p.args[len(fields[0]):], " \t\n"), "in"), " \t\n")
	rest.argsAt += len(p.args) - len(rest.args)
	if k.expression(rest) {
		k.library(p, "{% for "+p.args+" %}{% endfor %}")
	}
	return fields[0]
}

func (k *checker) inside(p piece, in []string) {
	if len(k.open) == 0 || !slices.Contains(in, k.open[len(k.open)-1].piece.name) {
		if (p.name == "break" || p.name == "continue") && slices.ContainsFunc(k.open, func(o opened) bool { return o.piece.name == "for" }) {
			return
		}
		k.add(p.at, fmt.Sprintf("{%% %s %%} stands outside of %s", p.name, strings.Join(in, ", ")), "begin the block before it")
		return
	}
	if p.args != "" || p.name == "when" || p.name == "elsif" {
		k.expression(p)
	}
}

func (k *checker) closes(p piece, name string) {
	if len(k.open) == 0 {
		k.add(p.at, fmt.Sprintf("{%% %s %%} closes nothing", p.name), "begin the block with {% "+name+" %}")
		return
	}
	o := k.open[len(k.open)-1]
	if o.piece.name != name {
		k.add(p.at, fmt.Sprintf("{%% %s %%} comes before {%% end%s %%}", p.name, o.piece.name), "blocks end in the order opposite to their beginning")
		return
	}
	k.open = k.open[:len(k.open)-1]
	if o.depth != k.depth {
		k.add(p.at, fmt.Sprintf("{%% %s %%} stands in another paragraph or list than its {%% %s %%}", p.name, name),
			"put both into one paragraph, or each on a line of its own")
	}
}
