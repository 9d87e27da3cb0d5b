package merge

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/osteele/liquid"
	"github.com/osteele/liquid/render"
)

// tag is what is known of a block tag.
type tag struct {
	opens  bool     // begins a block
	closes string   // ends the block of this name
	in     []string // may stand in these blocks only
}

// tags are the block tags. Nothing that reads a file, keeps a variable or counts
// over a range is among them, so a merge source ends, and soon.
var tags = map[string]tag{
	"if":        {opens: true},
	"unless":    {opens: true},
	"case":      {opens: true},
	"for":       {opens: true},
	"endif":     {closes: "if"},
	"endunless": {closes: "unless"},
	"endcase":   {closes: "case"},
	"endfor":    {closes: "for"},
	"elsif":     {in: []string{"if"}},
	"else":      {in: []string{"if", "unless", "case", "for"}},
	"when":      {in: []string{"case"}},
	"break":     {in: []string{"for"}},
	"continue":  {in: []string{"for"}},
}

// filters are the filters that a writer can use, with a word on each. What
// depends on the clock is left out: a second attempt has to send the same bytes.
var filters = map[string]string{
	"default":        "what stands there when the value is empty",
	"upcase":         "in capital letters",
	"downcase":       "in small letters",
	"capitalize":     "with a capital first letter",
	"strip":          "without white space at both ends",
	"truncate":       "cut after so many characters",
	"truncatewords":  "cut after so many words",
	"append":         "with a text after it",
	"prepend":        "with a text before it",
	"remove":         "without a text",
	"strip_newlines": "on one line",
	"size":           "how many characters or items",
	"first":          "the first item",
	"last":           "the last item",
	"join":           "the items with a text between them",
	"sort":           "the items in order",
	"uniq":           "each item once",
	"reverse":        "the items from the last to the first",
}

// newEngine makes the Liquid engine with our escapes, with filters that mind
// characters instead of bytes, and without tags that read files.
func newEngine() *liquid.Engine {
	e := liquid.NewEngine()
	for place, escape := range escapers {
		e.RegisterFilter(escapes[place], func(v any) string { return escape(plain(v)) })
	}
	e.RegisterFilter("capitalize", func(s string) string {
		r, n := utf8.DecodeRuneInString(s)
		if n == 0 {
			return s
		}
		return string(unicode.ToTitle(r)) + s[n:]
	})
	e.RegisterFilter("truncate", func(s string, length func(int) int, ellipsis func(string) string) string {
		return truncate(s, length(50), ellipsis("…"))
	})
	e.RegisterFilter("truncatewords", func(s string, length func(int) int, ellipsis func(string) string) string {
		return truncateWords(s, length(15), ellipsis("…"))
	})
	e.RegisterTag("include", func(render.Context) (string, error) {
		return "", errors.New("include is not a merge tag")
	})
	return e
}

// truncate cuts s to n characters, the ellipsis among them.
func truncate(s string, n int, ellipsis string) string {
	chars, mark := []rune(s), utf8.RuneCountInString(ellipsis)
	if len(chars) <= n {
		return s
	}
	return string(chars[:max(min(n-mark, len(chars)), 0)]) + ellipsis
}

func truncateWords(s string, n int, ellipsis string) string {
	words := strings.Fields(s)
	if len(words) <= n {
		return s
	}
	return strings.Join(words[:max(n, 0)], " ") + ellipsis
}
