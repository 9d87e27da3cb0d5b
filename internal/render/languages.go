package render

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"tidings/internal/locale"
	"tidings/internal/newsletter"
)

// spoken are the words of all languages as they were read last.
type spoken struct {
	source string // what they were read from
	err    error  // what is wrong with it
	good   *locale.Bundle
}

// languages returns the words around issues as their files say them now. With an
// error, newsletter.Problems, they are the last ones that were right, or else the
// built-in ones.
func (r *Renderer) languages() (*locale.Bundle, error) {
	source := r.languageFiles()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.spoken.good != nil && r.spoken.source == source {
		return r.spoken.good, r.spoken.err
	}
	b, err := locale.Load(r.files)
	if err != nil && r.spoken.good == nil {
		b, _ = locale.Load(embed.FS{}) // what is built in is right: a test holds it
	}
	if b != nil {
		r.spoken.good = b
	}
	r.spoken.source, r.spoken.err = source, languageProblem(err)
	return r.spoken.good, r.spoken.err
}

// languageProblem is what is wrong with a language of the site's own.
func languageProblem(err error) error {
	if _, ok := errors.AsType[newsletter.Problems](err); ok || err == nil {
		return err
	}
	return newsletter.Problems{{
		Rule: TemplateRule, Level: newsletter.LevelError, File: "templates/locale", Message: err.Error(),
		Hint: "mend it, or take it away to have the built-in words again",
	}}
}

// languageFiles is everything that the words are read from.
func (r *Renderer) languageFiles() string {
	var all strings.Builder
	names, _ := fs.Glob(r.files, "locale/*.toml") // a wrong pattern is its only error
	for _, name := range names {
		b, err := fs.ReadFile(r.files, name)
		fmt.Fprintf(&all, "%s %d %v\n%s", name, len(b), err, b)
	}
	return all.String()
}
