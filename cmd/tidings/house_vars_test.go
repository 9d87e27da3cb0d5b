package main_test

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// varFaults checks that a variable of the package is set once, where it is
// declared: an error, a regular expression, an embedded file, a lookup table.
func (h house) varFaults(d *ast.GenDecl) []fault {
	if d.Tok != token.VAR {
		return nil
	}
	var faults []fault
	for _, spec := range d.Specs {
		s, ok := spec.(*ast.ValueSpec)
		if !ok || embedded(d.Doc) || embedded(s.Doc) {
			continue
		}
		for i, name := range s.Names {
			if name.Name == "_" {
				continue
			}
			if why := mutable(s, i); why != "" {
				faults = append(faults, h.at(name, "variable %s %s: keep it in a struct that is handed in, or make it a constant or a function", name.Name, why))
			} else if change := h.change(name.Name); change != nil {
				faults = append(faults, h.at(change, "variable %s of the package is changed here: keep it in a struct that is handed in", name.Name))
			}
		}
	}
	return faults
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// mutable says why the i-th name of a declaration is bound to change later;
// empty if it need not.
func mutable(s *ast.ValueSpec, i int) string {
	if len(s.Values) == 0 {
		return "has no value yet"
	}
	if i >= len(s.Values) {
		return "" // one call that gives several
	}
	switch v := s.Values[i].(type) {
	case *ast.BasicLit:
		return "could be a constant"
	case *ast.UnaryExpr:
		if v.Op == token.AND {
			return "points at something that can change"
		}
	case *ast.FuncLit:
		return "holds a function that could be swapped"
	case *ast.CompositeLit:
		if len(v.Elts) == 0 {
			return "is empty, to be filled later"
		}
	case *ast.CallExpr:
		if id, ok := v.Fun.(*ast.Ident); ok && (id.Name == "make" || id.Name == "new") {
			return "is empty, to be filled later"
		}
	}
	return ""
}

// change finds a place, tests included, that writes to the variable, to a part
// of it, or takes its address; nil if there is none. It goes by the name, and
// leaves out functions that have a local of that name.
func (h house) change(name string) ast.Node {
	var found ast.Node
	touch := func(at ast.Node, targets ...ast.Expr) {
		for _, e := range targets {
			if found == nil && base(e) == name {
				found = at
			}
		}
	}
	for _, f := range h.files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				return !hasLocal(n, name)
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					touch(n, n.Lhs...)
				}
			case *ast.IncDecStmt:
				touch(n, n.X)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					touch(n, n.X)
				}
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") && len(n.Args) > 0 {
					touch(n, n.Args[0])
				}
			}
			return found == nil
		})
	}
	return found
}

// hasLocal says whether fn declares the name: as a parameter, or inside.
func hasLocal(fn *ast.FuncDecl, name string) bool {
	found := false
	is := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && id.Name == name
	}
	isName := func(id *ast.Ident) bool { return id.Name == name }
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			found = found || slices.ContainsFunc(n.Names, isName)
		case *ast.ValueSpec:
			found = found || slices.ContainsFunc(n.Names, isName)
		case *ast.AssignStmt:
			found = found || n.Tok == token.DEFINE && slices.ContainsFunc(n.Lhs, is)
		case *ast.RangeStmt:
			found = found || n.Tok == token.DEFINE && (is(n.Key) || is(n.Value))
		}
		return !found
	})
	return found
}

// base is the variable at the root of x, x.y, x[i] and *x; empty for others.
func base(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x.Name
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return ""
		}
	}
}
