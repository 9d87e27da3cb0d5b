package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	maxFileLines = 800
	maxFuncLines = 100
)

// bagNames are names that say nothing of what a package is in charge of.
var bagNames = []string{
	"base", "common", "core", "helper", "helpers", "lib", "misc", "model", "models",
	"shared", "type", "types", "util", "utils",
}

// house is the parsed source of one folder.
type house struct {
	fset  *token.FileSet
	dir   string
	files []*ast.File
}

// fault is something against the rules of the house, and what to do about it.
type fault struct {
	pos  token.Position
	what string
}

func TestHouse(t *testing.T) {
	t.Parallel()
	for _, h := range parseTree(t, root) {
		for _, f := range h.faults() {
			t.Errorf("%s:%d: %s", strings.TrimPrefix(f.pos.Filename, root+"/"), f.pos.Line, f.what)
		}
	}
}

// faults lists everything in the folder that is against the rules.
func (h house) faults() []fault {
	faults := h.packageFaults()
	for _, f := range h.files {
		faults = append(faults, h.fileFaults(f)...)
		if h.isTest(f) {
			continue
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				faults = append(faults, h.funcDocFaults(d)...)
			case *ast.GenDecl:
				faults = append(faults, h.docFaults(d)...)
				faults = append(faults, h.varFaults(d)...)
			}
		}
	}
	return faults
}

func (h house) isTest(f *ast.File) bool {
	return strings.HasSuffix(h.fset.Position(f.Package).Filename, "_test.go")
}

func (h house) at(n ast.Node, format string, args ...any) fault {
	return fault{h.fset.Position(n.Pos()), fmt.Sprintf(format, args...)}
}

// packageFaults checks the name and the doc comment of the package.
func (h house) packageFaults() []fault {
	product := slices.DeleteFunc(slices.Clone(h.files), h.isTest)
	if len(product) == 0 {
		return nil
	}
	var faults []fault
	name := product[0].Name
	if slices.Contains(bagNames, name.Name) {
		faults = append(faults, h.at(name, "package %s says nothing: name it by the term of the field that it is in charge of", name.Name))
	}
	opening := "Package " + name.Name
	if name.Name == "main" {
		opening = "Command " + filepath.Base(h.dir)
	}
	documented := func(f *ast.File) bool { return strings.HasPrefix(f.Doc.Text(), opening+" ") }
	if !slices.ContainsFunc(product, documented) {
		faults = append(faults, h.at(name, "package %s has no doc comment: write two or three sentences that begin with %q", name.Name, opening))
	}
	return faults
}

// fileFaults checks sizes, and that nothing runs before main.
func (h house) fileFaults(f *ast.File) []fault {
	var faults []fault
	if n := h.fset.File(f.Package).LineCount(); n > maxFileLines {
		faults = append(faults, h.at(f, "file has %d lines, at most %d: give a noun in it a file of its own", n, maxFileLines))
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if fn.Recv == nil && fn.Name.Name == "init" {
			faults = append(faults, h.at(fn, "init runs unseen: call a function from where it is needed"))
		}
		lines := h.lines(fn)
		if h.isTest(f) {
			lines -= h.tableLines(fn)
		}
		if lines > maxFuncLines {
			faults = append(faults, h.at(fn, "func %s has %d lines, at most %d: move a step of it into a function with a name", fn.Name.Name, lines, maxFuncLines))
		}
	}
	return faults
}

func (h house) lines(n ast.Node) int {
	return h.fset.Position(n.End()).Line - h.fset.Position(n.Pos()).Line + 1
}

// tableLines counts the lines of the tables in a test, which may be as long
// as there are cases.
func (h house) tableLines(fn *ast.FuncDecl) int {
	lines := 0
	ast.Inspect(fn, func(n ast.Node) bool {
		table, ok := n.(*ast.CompositeLit)
		if ok {
			lines += h.lines(table)
		}
		return !ok // what is inside a table is counted with it
	})
	return lines
}

// funcDocFaults checks that an exported function, or an exported method of an
// exported type, says what it promises.
func (h house) funcDocFaults(fn *ast.FuncDecl) []fault {
	if !fn.Name.IsExported() || fn.Doc.Text() != "" || fn.Recv != nil && !ast.IsExported(receiver(fn)) {
		return nil
	}
	return []fault{h.at(fn, "exported func %s has no doc comment: say what it promises", fn.Name.Name)}
}

// receiver is the name of the type that fn is a method of.
func receiver(fn *ast.FuncDecl) string {
	name := ""
	ast.Inspect(fn.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return name == ""
	})
	return name
}

// docFaults checks that exported types, constants and variables are
// documented: by a comment of their own, behind them, or above their group.
func (h house) docFaults(d *ast.GenDecl) []fault {
	var faults []fault
	missing := func(name *ast.Ident, comments ...*ast.CommentGroup) {
		said := func(c *ast.CommentGroup) bool { return c.Text() != "" }
		if name.IsExported() && !slices.ContainsFunc(comments, said) {
			faults = append(faults, h.at(name, "exported %s %s has no doc comment: say what it is", d.Tok, name.Name))
		}
	}
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			missing(s.Name, d.Doc, s.Doc)
		case *ast.ValueSpec:
			for _, name := range s.Names {
				missing(name, d.Doc, s.Doc, s.Comment)
			}
		}
	}
	return faults
}

// parseTree reads every Go file below dir, one house a folder. Folders that
// the go command does not look into are left out.
func parseTree(t *testing.T, dir string) map[string]house {
	t.Helper()
	houses := map[string]house{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path != dir && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata") {
			return fs.SkipDir
		}
		if e.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return addFile(houses, filepath.ToSlash(path), src)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(houses) == 0 {
		t.Fatalf("no Go file below %s", dir)
	}
	return houses
}

// addFile parses src into the house of its folder.
func addFile(houses map[string]house, path string, src []byte) error {
	dir := filepath.Dir(path)
	h, ok := houses[dir]
	if !ok {
		h = house{fset: token.NewFileSet(), dir: dir}
	}
	f, err := parser.ParseFile(h.fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	h.files = append(h.files, f)
	houses[dir] = h
	return nil
}
