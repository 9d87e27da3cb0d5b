package main_test

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHouse_rules shows the rules a file that breaks each of them, so that
// none of them can fall silent.
func TestHouse_rules(t *testing.T) {
	t.Parallel()
	const doc = "// Package x is in charge of examples.\npackage x\n"
	tests := map[string]struct {
		file string // empty: x/x.go
		src  string
		want []string // line and how the fault begins
	}{
		"no package doc":      {src: "package x\n", want: []string{"1: package x has no doc comment"}},
		"no command doc":      {src: "// Package main runs.\npackage main\n", want: []string{"2: package main has no doc comment"}},
		"command doc":         {src: "// Command x runs.\npackage main\n"},
		"bag of things":       {src: "// Package util is in charge of nothing.\npackage util\n", want: []string{"2: package util says nothing"}},
		"tests need no docs":  {file: "x/x_test.go", src: "package x\nfunc Exported() {}\n"},
		"silent func":         {src: doc + "func Open() {}\n", want: []string{"3: exported func Open"}},
		"silent method":       {src: doc + "// T is one.\ntype T[K any] int\nfunc (t *T[K]) Do() {}\n", want: []string{"5: exported func Do"}},
		"method of a private": {src: doc + "type t int\nfunc (t t) Do() {}\n"},
		"silent type":         {src: doc + "type T int\n", want: []string{"3: exported type T"}},
		"silent constant":     {src: doc + "const (\n\tA = 1 // the first\n\tB = 2\n)\n", want: []string{"5: exported const B"}},
		"group comment":       {src: doc + "// Both.\nconst (\n\tA = 1\n\tB = 2\n)\n"},
		"init":                {src: doc + "func init() {}\n", want: []string{"3: init runs unseen"}},
		"init in a test":      {file: "x/x_test.go", src: "package x\nfunc init() {}\n", want: []string{"2: init runs unseen"}},
		"long function":       {src: doc + "func f() {\n" + strings.Repeat("\n", 99) + "}\n", want: []string{"3: func f has 101 lines"}},
		"just not too long":   {src: doc + "func f() {\n" + strings.Repeat("\n", 98) + "}\n"},
		"long table":          {file: "x/x_test.go", src: "package x\nfunc f() {\n_ = []int{\n" + strings.Repeat("1,\n", 200) + "}\n}\n"},
		"long table outside":  {src: doc + "func f() {\n_ = []int{\n" + strings.Repeat("1,\n", 200) + "}\n}\n", want: []string{"3: func f has 204 lines"}},
		"long file":           {src: doc + strings.Repeat("\n", 800), want: []string{"2: file has 802 lines"}},
		"lookup table":        {src: doc + "var names = map[int]string{1: \"one\"}\n"},
		"error and regexp":    {src: doc + "var (\n\terrX = errors.New(\"x\")\n\tre = regexp.MustCompile(`x`)\n)\n"},
		"guard":               {src: doc + "var _ fmt.Stringer = (*t)(nil)\n"},
		"embedded":            {src: doc + "//go:embed a.txt\nvar text string\n"},
		"no value":            {src: doc + "var mu sync.Mutex\n", want: []string{"3: variable mu has no value yet"}},
		"plain value":         {src: doc + "var limit = 5\n", want: []string{"3: variable limit could be a constant"}},
		"pointer":             {src: doc + "var one = &t{}\n", want: []string{"3: variable one points at"}},
		"swappable":           {src: doc + "var now = func() int { return 1 }\n", want: []string{"3: variable now holds a function"}},
		"to be filled":        {src: doc + "var seen = map[int]bool{}\nvar s = make([]int, 3)\n", want: []string{"3: variable seen is empty", "4: variable s is empty"}},
		"assigned":            {src: doc + "var now = time.Now\nfunc f() {\n\tnow = nil\n}\n", want: []string{"5: variable now of the package is changed"}},
		"entry assigned":      {src: doc + "var m = map[int]int{1: 1}\nfunc f() {\n\tm[2] = 2\n}\n", want: []string{"5: variable m of the package is changed"}},
		"entry deleted":       {src: doc + "var m = map[int]int{1: 1}\nfunc f() {\n\tdelete(m, 1)\n}\n", want: []string{"5: variable m of the package is changed"}},
		"counted up":          {src: doc + "var n = f()\nfunc g() {\n\tn++\n}\n", want: []string{"5: variable n of the package is changed"}},
		"address taken":       {src: doc + "var n = f()\nvar _ = g(&n)\n", want: []string{"4: variable n of the package is changed"}},
		"a test's own":        {file: "x/x_test.go", src: "package x\nvar now = time.Now\nfunc f() {\n\tnow = nil\n}\n"},
		"a local":             {src: doc + "var m = map[int]int{1: 1}\nfunc f() {\n\tm := 1\n\tm = 2\n}\nfunc g(m []int) {\n\tm[0] = 1\n}\n"},
		"a local in a range":  {src: doc + "var m = map[int]int{1: 1}\nfunc f() {\n\tfor _, m := range f() {\n\t\tm.x = 1\n\t}\n}\n"},
		"only read":           {src: doc + "var m = map[int]int{1: 1}\nfunc f() int { x := m[1]; return x }\n"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := tc.file
			if file == "" {
				file = "x/x.go"
			}
			houses := map[string]house{}
			if err := addFile(houses, file, []byte(tc.src)); err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, f := range houses[path.Dir(file)].faults() {
				line := fmt.Sprintf("%d: %s", f.pos.Line, f.what)
				if i < len(tc.want) && strings.HasPrefix(line, tc.want[i]) {
					line = tc.want[i]
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("faults (-want +got)\n%s", diff)
			}
		})
	}
}

// TestHouse_hook shows a variable that only a test changes.
func TestHouse_hook(t *testing.T) {
	t.Parallel()
	houses := map[string]house{}
	for file, src := range map[string]string{
		"x/x.go":      "// Package x is in charge of examples.\npackage x\n\nvar now = time.Now\n",
		"x/x_test.go": "package x\n\nfunc f() {\n\tnow = nil\n}\n",
	} {
		if err := addFile(houses, file, []byte(src)); err != nil {
			t.Fatal(err)
		}
	}
	got := houses["x"].faults()
	if len(got) != 1 || got[0].pos.Filename != "x/x_test.go" || got[0].pos.Line != 4 {
		t.Errorf("faults = %v, want one in line 4 of x/x_test.go", got)
	}
}
