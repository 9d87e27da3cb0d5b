package render

import (
	"strings"
	"unicode"
)

// about is what the newsletter says of itself, in a mail of its own language.
func (a *article) about() string {
	if base(parseTag(a.news.Language)) != a.lang.base {
		return ""
	}
	return a.lang.typeset(oneLine(clean(a.news.Description)))
}

// why tells at the foot of a mail what it is and why it came, for those who have
// forgotten, and says once more what was promised when they signed up.
func (a *article) why() string {
	w := a.lang.words
	said := []string{w.Say("mail.why", "Newsletter", a.news.Title)}
	if about := a.about(); about != "" {
		said = append(said, sentenced(about))
	}
	return strings.Join(append(said, w.Say("form.promise")), " ")
}

// sentenced is a line as a sentence among others.
func sentenced(s string) string {
	if last := []rune(s); unicode.IsPunct(last[len(last)-1]) {
		return s
	}
	return s + "."
}
