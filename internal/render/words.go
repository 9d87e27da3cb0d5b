package render

import (
	"strings"

	"tidings/internal/locale"
)

// words are what we say ourselves in a mail, in one language: those that most
// mails need are looked up once for each.
type words struct {
	*locale.Locale

	by, picture, back, note, done, open string
}

func newWords(l *locale.Locale) *words {
	return &words{
		Locale: l, by: l.Say("mail.by"), picture: l.Say("mail.picture"), back: l.Say("mail.back"),
		note: l.Say("mail.note"), done: l.Say("mail.done"), open: l.Say("mail.open"),
	}
}

// callout is the heading of a callout of that kind.
func (w *words) callout(kind string) string {
	id := "callout." + kind
	if said := w.Say(id); said != id {
		return said
	}
	return strings.ToUpper(kind[:1]) + kind[1:]
}
