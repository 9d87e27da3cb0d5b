package settings

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// YAML reads a YAML document that is one mapping. File is its name in problems.
// An error is newsletter.Problems that say where and why src is not YAML. Anchors, aliases and tags are refused: nobody needs them for a few keys,
// and a few of them can stand for gigabytes.
func YAML(file string, src []byte) (*Table, error) {
	t := Empty(file)
	if !t.checkBytes(src, maxYAML) {
		return nil, t.doc.problems
	}
	parsed, err := parser.ParseBytes(src, 0)
	if err != nil {
		t.rejectYAML(err)
		return nil, t.doc.problems
	}
	for i, doc := range parsed.Docs {
		mapping, ok := doc.Body.(*ast.MappingNode)
		switch {
		case doc.Body == nil: // comments only
		case !ok || i > 0:
			t.report(RuleSyntax, placeOf(doc.Body.GetToken()), "is not a list of keys and values", "write one \"key: value\" a line")
		default:
			t.fill(mapping)
		}
	}
	if len(t.doc.problems) > 0 {
		return nil, t.doc.problems
	}
	return t, nil
}

// rejectYAML reports the error that stopped the YAML parser.
func (t *Table) rejectYAML(err error) {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok {
		t.report(RuleSyntax, place{}, "is not YAML: "+err.Error(), "")
		return
	}
	if strings.Contains(e.GetMessage(), "already defined") {
		t.report(RuleSyntax, placeOf(e.GetToken()), "a key is given twice", "keep one of them")
		return
	}
	t.report(RuleSyntax, placeOf(e.GetToken()), "is not YAML: "+e.GetMessage(),
		"put text that holds a colon or begins with a sign in quotes")
}

// fill takes the pairs of a mapping into t.
func (t *Table) fill(mapping *ast.MappingNode) {
	for _, pair := range mapping.Values {
		at := placeOf(pair.Key.GetToken())
		switch pair.Key.(type) {
		case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
			key := pair.Key.GetToken().Value
			t.values[key] = value{t.fromYAML(key, pair.Value, at), at}
		default:
			t.report(RuleSyntax, at, "this kind of key is not used here", "write a plain \"key: value\"")
		}
	}
}

// fromYAML turns the node of a key or element at that place into one of the
// types of value. What it does not know is reported.
func (t *Table) fromYAML(key string, node ast.Node, at place) any {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value)
	case *ast.BoolNode:
		return n.Value
	case *ast.IntegerNode:
		if i, ok := n.Value.(int64); ok {
			return i
		}
		u, _ := n.Value.(uint64)
		return int64(min(u, 1<<62)) // the bound makes it fit
	case *ast.FloatNode:
		return n.Value
	case *ast.InfinityNode, *ast.NanNode:
		return 0.0
	case *ast.MappingNode:
		table := &Table{doc: t.doc, path: t.path + key + ".", place: at, values: map[string]value{}}
		table.fill(n)
		return table
	case *ast.SequenceNode:
		list := make([]value, len(n.Values))
		for i, element := range n.Values {
			at := placeOf(element.GetToken())
			list[i] = value{t.fromYAML(key, element, at), at}
		}
		return list
	case *ast.NullNode, nil:
		return nil
	}
	t.report(RuleSyntax, at, "anchors, aliases and tags are not used here", "write the value itself")
	return ""
}

// placeOf is where a token begins.
func placeOf(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{}
	}
	return place{t.Position.Line, t.Position.Column}
}
