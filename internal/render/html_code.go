package render

import (
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// maxColored is the longest listing in bytes that is colored. Lexers are made of
// regular expressions, and a mail with more code than this is none.
const maxColored = 16 << 10

// codeLanguages are the lexers by their names in lower case, and by the endings
// of files. The registry would hold a name that it does not know against each of
// its patterns, which takes a millisecond.
var codeLanguages = sync.OnceValue(func() map[string]chroma.Lexer {
	known, endings := map[string]chroma.Lexer{}, map[string]chroma.Lexer{}
	for _, l := range lexers.GlobalLexerRegistry.Lexers {
		c := l.Config()
		for _, name := range append(slices.Clone(c.Aliases), c.Name) {
			known[strings.ToLower(name)] = l
		}
		for _, pattern := range c.Filenames {
			ending, ok := strings.CutPrefix(strings.ToLower(pattern), "*.")
			if was := endings[ending]; ok && (was == nil || was.Config().Priority < c.Priority) {
				endings[ending] = l
			}
		}
	}
	for ending, l := range endings {
		if known[ending] == nil {
			known[ending] = l
		}
	}
	return known
})

// code writes a listing. A table with a fixed layout keeps a long line from
// widening the sheet where clients do not wrap it.
func (w *htmlWriter) code(n *node) {
	if w.look.web {
		w.put("<pre")
		if w.lang.dir == "rtl" {
			w.put(` dir="ltr"`)
		}
		w.put("><code>")
		w.colored(n)
		w.put("</code></pre>")
		return
	}
	w.put(`<table role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%"`, w.room(` style="width:100%;table-layout:fixed;margin:0 0 24px"`), "><tr><td",
		w.look.codeCell, "><pre", w.look.codePre, ` dir="ltr">`)
	w.colored(n)
	w.put("</pre></td></tr></table>")
}

// colored writes the words of a listing with the few colors of the theme.
func (w *htmlWriter) colored(n *node) {
	var lexer chroma.Lexer
	if len(n.text) <= maxColored {
		lexer = codeLanguages()[strings.ToLower(n.word)]
	}
	if lexer == nil {
		w.put(escapeText(n.text))
		return
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, n.text)
	if err != nil {
		w.put(escapeText(n.text))
		return
	}
	var b strings.Builder
	for _, t := range tokens.Tokens() {
		attrs := w.color(t)
		if attrs == "" || strings.TrimSpace(t.Value) == "" {
			b.WriteString(escapeText(t.Value))
			continue
		}
		b.WriteString("<span" + attrs + ">" + escapeText(t.Value) + "</span>")
	}
	w.put(strings.TrimRight(b.String(), "\n"))
}

func (w *htmlWriter) color(t chroma.Token) string {
	switch {
	case t.Type.InCategory(chroma.Keyword) || t.Type == chroma.NameTag:
		return w.look.keyword
	case t.Type.InCategory(chroma.Literal):
		return w.look.literal
	case t.Type.InCategory(chroma.Comment):
		return w.look.comment
	}
	return ""
}
