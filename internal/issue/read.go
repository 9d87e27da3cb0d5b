// Package issue is in charge of the files that staff write: it reads a Markdown
// file with YAML or TOML front matter into a newsletter.Issue, fills what the
// file leaves out, and names every mistake in it with its line. It does not
// render, and looks at the body only for a title and a first sentence.
package issue

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"unicode/utf8"

	"tidings/internal/newsletter"
	"tidings/internal/settings"
)

// MaxSize is the greatest size of an issue file in bytes.
const MaxSize = 4 << 20

// The rules that an issue file can break besides those of package settings.
const (
	RuleNotText       = "not-text"       // not UTF-8, or with NUL bytes in it
	RuleTooLarge      = "too-large"      // greater than MaxSize
	RuleEmptyBody     = "empty-body"     // front matter and nothing else
	RuleFileName      = "file-name"      // a name that gives no date or no slug
	RuleUnreadable    = "unreadable"     // the file system refuses it
	RuleDuplicateSlug = "duplicate-slug" // two issues with one archive URL
)

// Read reads an issue of n. File is its path in fsys, the site folder, such as
// "newsletters/harbor/2026-11-24-first-frost.md". Mistakes in the file are
// newsletter.Problems, all of them at once; a file that is not there is
// newsletter.ErrNotFound.
func Read(fsys fs.FS, file string, n *newsletter.Newsletter) (*newsletter.Issue, error) {
	src, err := load(fsys, file)
	if err != nil {
		return nil, err
	}
	return parse(src, file, n)
}

// load returns the file's bytes if it is a regular file of at most MaxSize.
func load(fsys fs.FS, file string) ([]byte, error) {
	info, err := fs.Stat(fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("issue file %s: %w", file, newsletter.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("reading issue file: %w", err)
	}
	// Opening a named pipe would wait for its writer.
	if !info.Mode().IsRegular() {
		return nil, newsletter.Problems{problem(RuleUnreadable, file, 0, 0, "is not a regular file", "")}
	}
	f, err := fsys.Open(file)
	if err != nil {
		return nil, fmt.Errorf("reading issue file: %w", err)
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading issue file %s: %w", file, err)
	}
	if len(src) > MaxSize {
		return nil, newsletter.Problems{problem(RuleTooLarge, file, 0, 0,
			fmt.Sprintf("is larger than %d MiB", MaxSize>>20), "pictures belong beside the file, not in it")}
	}
	return src, nil
}

// parse makes an issue of a file's bytes.
func parse(src []byte, file string, n *newsletter.Newsletter) (*newsletter.Issue, error) {
	text := normalize(src)
	if problems := checkText(text, file); len(problems) > 0 {
		return nil, problems
	}
	front, err := split(text, file)
	if err != nil {
		return nil, err
	}
	r := &reader{table: front.table, file: file, newsletter: n, issue: &newsletter.Issue{
		Newsletter: n.ID,
		Kind:       kindOf(file),
		File:       file,
		Dir:        path.Dir(file),
		BodyLine:   front.bodyLine,
		SHA256:     hash(src),
	}}
	r.keys()
	r.fileName()
	r.welcome()
	r.body(front.body)
	if problems := append(r.table.Problems(), r.problems...); len(problems) > 0 {
		return nil, problems
	}
	return r.issue, nil
}

// hash is the SHA-256 of a file's bytes in hexadecimal.
func hash(src []byte) string {
	sum := sha256.Sum256(src)
	return hex.EncodeToString(sum[:])
}

// reader fills one issue and gathers what is wrong with its file.
type reader struct {
	table      *settings.Table
	file       string
	newsletter *newsletter.Newsletter
	issue      *newsletter.Issue
	problems   newsletter.Problems
}

func (r *reader) report(rule string, line int, message, hint string) {
	r.problems = append(r.problems, problem(rule, r.file, line, 0, message, hint))
}

func problem(rule, file string, line, column int, message, hint string) newsletter.Problem {
	return newsletter.Problem{
		Rule: rule, Level: newsletter.LevelError, File: file, Line: line, Column: column, Message: message, Hint: hint,
	}
}

// normalize drops a byte order mark and makes every line end LF.
func normalize(src []byte) []byte {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(src, []byte("\r"), []byte("\n"))
}

// checkText names each line that is not UTF-8 or holds a NUL byte, at most ten.
func checkText(text []byte, file string) newsletter.Problems {
	var problems newsletter.Problems
	if utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 {
		return nil
	}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if column := firstInvalid(line); column > 0 {
			problems = append(problems, problem(RuleNotText, file, number, column, "is not UTF-8", "save the file as UTF-8"))
		} else if before, _, found := bytes.Cut(line, []byte{0}); found {
			problems = append(problems, problem(RuleNotText, file, number, 1+utf8.RuneCount(before), "holds a NUL byte", "is it a text file?"))
		}
		if len(problems) == 10 {
			break
		}
	}
	return problems
}

// firstInvalid is the column of the first byte that is not UTF-8, or 0.
func firstInvalid(line []byte) int {
	for column := 1; len(line) > 0; column++ {
		r, size := utf8.DecodeRune(line)
		if r == utf8.RuneError && size == 1 {
			return column
		}
		line = line[size:]
	}
	return 0
}
