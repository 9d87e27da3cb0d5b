package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/internal/lists"
	"tidings/internal/newsletter"
)

// refusals is where refused rows go: standard error, or a file. Of an archive
// each file has its own, because each has its own columns.
type refusals struct {
	app  *app
	path string // "": standard error
	to   map[string]func(lists.Refusal) error
	all  []*os.File
}

// newRefusals are those of an import of a file; they cannot go where it stands,
// as it would be lost before it is read.
func (a *app) newRefusals(path, from string) (*refusals, error) {
	in, errIn := os.Stat(from)
	out, errOut := os.Stat(path)
	if errIn == nil && errOut == nil && os.SameFile(in, out) { // what is not there is not the same
		return nil, usage("name another one", "--refused %s is the file that is read", path)
	}
	return &refusals{app: a, path: path}, nil
}

// nothingOf is the error of an import all of whose rows were refused; nil where one
// was taken, or there was none.
func nothingOf(file string, rows, refused int) error {
	if rows == 0 || refused < rows {
		return nil
	}
	return newsletter.Hint(fmt.Errorf("import %s: nothing of it could be taken in", file), "look at the reasons; does the first line name the columns")
}

// add writes one refused row.
func (r *refusals) add(refused lists.Refusal) error {
	if r.path == "" {
		in := ""
		if refused.File != "" {
			in = harmless(refused.File) + ", "
		}
		what := ""
		if row := told(&refused); row != "" {
			what = ": " + harmless(row)
		}
		_, err := fmt.Fprintf(r.app.lines(), "%sline %d: %s%s\n", in, refused.Line, harmless(refused.Reason), what)
		return err
	}
	write, ok := r.to[refused.File]
	if !ok {
		file, err := os.OpenFile(r.name(refused.File), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("write refused rows: %w", err)
		}
		if r.to == nil {
			r.to = map[string]func(lists.Refusal) error{}
		}
		r.all = append(r.all, file)
		write = lists.RefusalsTo(file)
		r.to[refused.File] = write
	}
	return write(refused)
}

// told tells which row was refused: by its address, or where that cannot be told
// by how it begins; "" where nothing of it is kept.
func told(r *lists.Refusal) string {
	const enough = 80
	row := cmp.Or(strings.TrimSpace(r.Email), r.Raw, strings.Trim(strings.Join(r.Cells, ","), ","))
	if r.Email == "" && utf8.RuneCountInString(row) > enough {
		row = string([]rune(row)[:enough]) + "…"
	}
	return row
}

// harmless is a text of somebody else's file as a terminal can show it: in quotes,
// with what would steer the terminal written out, where there is any of that.
func harmless(text string) string {
	if strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) || c == utf8.RuneError }) {
		return strconv.Quote(text)
	}
	return text
}

// name is the path for the refused rows of one file of an archive.
func (r *refusals) name(file string) string {
	if file == "" {
		return r.path
	}
	ext := filepath.Ext(r.path)
	base := filepath.Base(filepath.FromSlash(strings.ReplaceAll(file, `\`, "/")))
	return strings.TrimSuffix(r.path, ext) + "-" + strings.TrimSuffix(base, filepath.Ext(base)) + ext
}

// close ends the files, and tells where they are.
func (r *refusals) close() error {
	var err error
	for _, file := range r.all {
		fmt.Fprintf(r.app.stderr, "tidings: refused rows are in %s\n", file.Name())
		err = errors.Join(err, file.Close())
	}
	return err
}
