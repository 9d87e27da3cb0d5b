package locale

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"tidings/internal/newsletter"
)

// folder holds a file for each language, below the templates.
const folder = "locale"

// english is the file of the language that all others are held against.
const english = folder + "/en.toml"

// maxFile is the greatest size of a language's file in bytes.
const maxFile = 512 << 10

// vocabulary is the messages of one language, by their ids.
type vocabulary map[string]*i18n.Message

// collection is the vocabularies read so far.
type collection map[language.Tag]vocabulary

// read takes in the languages of a file tree, but for files that are the same in
// one that was read before. A language that is there already keeps what the new
// file does not say.
func (c collection) read(files, before fs.FS) error {
	names, err := fs.Glob(files, folder+"/*.toml")
	if err != nil {
		return fmt.Errorf("listing languages: %w", err)
	}
	if i := slices.Index(names, english); i > 0 { // the others are held against it
		names = slices.Insert(slices.Delete(names, i, i+1), 0, english)
	}
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("reading language: %w", err)
		}
		if same, err := fs.ReadFile(before, name); err == nil && bytes.Equal(src, same) {
			continue
		}
		tag, words, err := c.parse(name, src)
		if err != nil {
			return err
		}
		if c[tag] == nil {
			c[tag] = vocabulary{}
		}
		maps.Copy(c[tag], words)
	}
	return nil
}

// parse reads the file of a language and holds it against the English one.
func (c collection) parse(name string, src []byte) (language.Tag, vocabulary, error) {
	file := source{name: path.Join("templates", name), text: string(src)}
	tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".toml"))
	if err != nil {
		return tag, nil, file.wrong(0, 0, "is not named after a language", `a BCP 47 tag is expected, such as "sv.toml"`)
	}
	if len(src) > maxFile {
		return tag, nil, file.wrong(0, 0, fmt.Sprintf("is larger than %d KB", maxFile>>10), "")
	}
	messages, err := i18n.ParseMessageBytes(src, toml.Unmarshal)
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := d.Position()
		return tag, nil, file.wrong(line, column, "is not TOML: "+strings.TrimPrefix(d.Error(), "toml: "), "put text in quotes")
	}
	if err != nil {
		return tag, nil, file.wrong(0, 0, "holds something that is neither a text nor a table of texts: "+err.Error(), "")
	}
	words := make(vocabulary, len(messages))
	for _, m := range messages {
		words[m.ID] = m
	}
	return tag, words, file.compare(words, c[language.English])
}

// bundle makes the locales of all that was read.
func (c collection) bundle() (*Bundle, error) {
	all := i18n.NewBundle(language.English)
	tags := slices.SortedFunc(maps.Keys(c), func(a, b language.Tag) int {
		if a == language.English || b == language.English {
			return map[bool]int{true: -1, false: 1}[a == language.English]
		}
		return strings.Compare(a.String(), b.String())
	})
	b := &Bundle{matcher: language.NewMatcher(tags)}
	for _, tag := range tags {
		words := c.whole(tag)
		if err := all.AddMessages(tag, slices.Collect(maps.Values(words))...); err != nil {
			return nil, fmt.Errorf("language %s: %w", tag, err)
		}
		b.locales = append(b.locales, &Locale{
			tag: tag, dates: tag, plain: c.plain(words), parser: strict(),
			said:    i18n.NewLocalizer(all, tag.String()),
			numbers: message.NewPrinter(latin(tag)),
		})
	}
	list := choices(b.locales)
	for _, l := range b.locales {
		l.choices = list
	}
	return b, nil
}

// whole is the vocabulary of a language with what it shares with the language
// that it is a kind of, as pt-PT is of pt.
func (c collection) whole(tag language.Tag) vocabulary {
	words := vocabulary{}
	if parent := tag.Parent(); parent != language.Und && parent != tag {
		words = c.whole(parent)
	}
	maps.Copy(words, c[tag])
	return words
}

// plain are the messages that nothing is filled into, with English for those
// that are missing.
func (c collection) plain(words vocabulary) map[string]string {
	texts := map[string]string{}
	for _, from := range []vocabulary{c[language.English], words} {
		for id, m := range from {
			delete(texts, id)
			if m.Other != "" && len(forms(m)) == 1 && !strings.Contains(m.Other, "{{") {
				texts[id] = m.Other
			}
		}
	}
	return texts
}

// latin is tag with Western digits.
func latin(tag language.Tag) language.Tag {
	if with, err := tag.SetTypeForKey("nu", "latn"); err == nil {
		return with
	}
	return tag
}

// forms are the texts of a message for the plural forms it has, by their names.
func forms(m *i18n.Message) map[string]string {
	all := map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many, "other": m.Other}
	maps.DeleteFunc(all, func(_, text string) bool { return text == "" })
	return all
}

// source is a file of a language, to say what is wrong where.
type source struct{ name, text string }

// wrong is one problem of the file; line 0: of all of it.
func (s source) wrong(line, column int, text, hint string) error {
	return newsletter.Problems{{
		Rule: "locale", Level: newsletter.LevelError, File: s.name, Line: line, Column: column, Message: text, Hint: hint,
	}}
}

// compare reports messages that English does not have, and placeholders that
// nothing would be filled into. Full is the vocabulary of English; nil: this file is it.
func (s source) compare(words, full vocabulary) error {
	for _, id := range slices.Sorted(maps.Keys(words)) {
		known, ok := full[id]
		if !ok && full != nil {
			hint := ""
			if near := newsletter.Nearest(id, slices.Collect(maps.Keys(full))); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return s.wrong(s.line(id), 0, fmt.Sprintf("no message is called %q", id), hint)
		}
		for form, text := range forms(words[id]) {
			names, err := placeholders(text)
			if err != nil {
				return s.wrong(s.line(id), 0, fmt.Sprintf("%s: %v", id, err), "placeholders are written as in {{.Newsletter}}")
			}
			for _, name := range names {
				if full != nil && !uses(known, name) {
					return s.wrong(s.line(id), 0, fmt.Sprintf("%s (%s): nothing is filled into {{.%s}}", id, form, name), "take the placeholders of en.toml as they are")
				}
			}
		}
	}
	return nil
}

// uses says whether any form of a message has that placeholder.
func uses(m *i18n.Message, name string) bool {
	for _, text := range forms(m) {
		if names, err := placeholders(text); err == nil && slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// placeholders lists what is to be filled into a text: nothing but plain fields.
func placeholders(text string) ([]string, error) {
	if !strings.Contains(text, "{{") {
		return nil, nil
	}
	trees, err := parse.Parse("text", text, "{{", "}}")
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: text:1: "))
	}
	var names []string
	tree := trees["text"]
	if tree == nil || tree.Root == nil {
		return nil, nil
	}
	for _, n := range tree.Root.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
		case *parse.ActionNode:
			name, ok := strings.CutPrefix(n.Pipe.String(), ".")
			if !ok || !fieldName.MatchString(name) {
				return nil, fmt.Errorf("%s is no placeholder", n)
			}
			names = append(names, name)
		default:
			return nil, fmt.Errorf("%s is no placeholder", n)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// line is where the message of that id is written, or 0.
func (s source) line(id string) int {
	table, n := "", 0
	for text := range strings.Lines(s.text) {
		n++
		text = strings.TrimSpace(text)
		if strings.HasPrefix(text, "[") {
			if table = strings.Trim(strings.SplitN(text, "]", 2)[0], "[ "); table == id {
				return n
			}
			continue
		}
		key, _, ok := strings.Cut(text, "=")
		if key = strings.TrimSpace(key); ok && (table == "" && key == id || table+"."+key == id) {
			return n
		}
	}
	return 0
}
