package settings

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidings/internal/newsletter"
)

// Text returns the text at key. Each check looks at a text that is there; the
// first error is reported with the key's place, and the default returned.
func (t *Table) Text(key, byDefault string, checks ...func(string) error) string {
	return t.text(key, byDefault, "text", checks)
}

// text is Text with a word on what is expected where something else stands.
func (t *Table) text(key, byDefault, expected string, checks []func(string) error) string {
	v, ok := t.lookup(key)
	if !ok {
		return byDefault
	}
	text, ok := v.of.(string)
	if !ok {
		t.mismatch(key, v, expected)
		return byDefault
	}
	if err := checkAll(text, checks); err != nil {
		t.Reject(key, err)
		return byDefault
	}
	return text
}

// Texts returns the text or the list of texts at key; nil when it is missing.
// Texts that fail a check are reported and left out.
func (t *Table) Texts(key string, checks ...func(string) error) []string {
	v, ok := t.lookup(key)
	if !ok {
		return nil
	}
	list, ok := v.of.([]value)
	if !ok {
		list = []value{v}
	}
	var texts []string
	for _, element := range list {
		text, ok := element.of.(string)
		if !ok {
			t.mismatch(key, element, "text or a list of texts")
			continue
		}
		if err := checkAll(text, checks); err != nil {
			t.Reject(key, err)
			continue
		}
		texts = append(texts, text)
	}
	return texts
}

func checkAll(text string, checks []func(string) error) error {
	for _, check := range checks {
		if err := check(text); err != nil {
			return err
		}
	}
	return nil
}

// Word returns the text at key, which must be one of the legal words.
func Word[W ~string](t *Table, key string, byDefault W, legal ...W) W {
	words := make([]string, len(legal))
	for i, word := range legal {
		words[i] = string(word)
	}
	isLegal := func(text string) error {
		if slices.Contains(words, text) {
			return nil
		}
		err := fmt.Errorf("%.60q is not known, expected %s", text, alternatives(words))
		if near := newsletter.Nearest(text, words); near != "" {
			return newsletter.Hint(err, fmt.Sprintf("did you mean %q?", near))
		}
		return err
	}
	return W(t.text(key, string(byDefault), alternatives(words), []func(string) error{isLegal}))
}

// alternatives joins words as in `"a", "b" or "c"`.
func alternatives(words []string) string {
	var b strings.Builder
	for i, word := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(word))
	}
	return b.String()
}

// Bool returns the truth at key.
func (t *Table) Bool(key string, byDefault bool) bool {
	v, ok := t.lookup(key)
	if !ok {
		return byDefault
	}
	b, ok := v.of.(bool)
	if !ok {
		t.mismatch(key, v, "true or false")
		return byDefault
	}
	return b
}

// Int returns the whole number at key, which must lie in least to most.
func (t *Table) Int(key string, byDefault, least, most int) int {
	v, ok := t.lookup(key)
	if !ok {
		return byDefault
	}
	n, ok := v.of.(int64)
	if !ok {
		t.mismatch(key, v, "a whole number")
		return byDefault
	}
	if n < int64(least) || n > int64(most) {
		t.Reject(key, fmt.Errorf("%d is out of range, expected %d to %d", n, least, most))
		return byDefault
	}
	return int(n)
}

// Duration returns the duration at key, as ParseDuration reads it.
func (t *Table) Duration(key string, byDefault time.Duration) time.Duration {
	text := t.text(key, "", `a duration such as "30m", "6h" or "2d"`, []func(string) error{isDuration})
	if text == "" {
		return byDefault
	}
	d, _ := ParseDuration(text) // isDuration has seen it
	return d
}

// Durations returns the list of durations at key; nil when it is missing.
func (t *Table) Durations(key string) []time.Duration {
	var durations []time.Duration
	for _, text := range t.Texts(key, isDuration) {
		d, _ := ParseDuration(text) // isDuration has seen it
		durations = append(durations, d)
	}
	return durations
}

// Table returns the table at key, or one without keys when it is missing.
func (t *Table) Table(key string) *Table {
	v, ok := t.lookup(key)
	if table, isTable := v.of.(*Table); isTable {
		return table
	}
	if ok {
		t.mismatch(key, v, "a table")
	}
	return &Table{doc: t.doc, path: t.path + key + ".", place: t.place, values: map[string]value{}}
}

// Tables returns the tables of the list at key; nil when it is missing.
func (t *Table) Tables(key string) []*Table {
	v, ok := t.lookup(key)
	if !ok {
		return nil
	}
	list, ok := v.of.([]value)
	if !ok {
		t.mismatch(key, v, "a list of tables, each begun with [["+t.path+key+"]]")
		return nil
	}
	var tables []*Table
	for _, element := range list {
		table, ok := element.of.(*Table)
		if !ok {
			t.mismatch(key, element, "a table")
			continue
		}
		tables = append(tables, table)
	}
	return tables
}

func isDuration(text string) error {
	_, err := ParseDuration(text)
	return err
}

// ParseDuration reads a duration as Go writes it, such as "90m" or "1h30m",
// with days before it or alone: "2d", "1d12h". It must be more than zero and
// not above 3650 days.
func ParseDuration(text string) (time.Duration, error) {
	bad := newsletter.Hint(fmt.Errorf("%.40q is not a duration", text), `such as "30m", "6h" or "2d"`)
	var total time.Duration
	rest := text
	if days, after, found := strings.Cut(text, "d"); found {
		n, err := strconv.ParseUint(days, 10, 12)
		if err != nil {
			return 0, bad
		}
		total, rest = time.Duration(n)*24*time.Hour, after
	}
	if rest != "" || text == "" {
		d, err := time.ParseDuration(rest)
		if err != nil {
			return 0, bad
		}
		total += d
	}
	if total <= 0 || total > 3650*24*time.Hour {
		return 0, errors.New("a duration must be more than 0 and at most 3650d")
	}
	return total, nil
}
