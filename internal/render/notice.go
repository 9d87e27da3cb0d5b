package render

import (
	"strings"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
)

// Notice renders a mail that tells staff of a newsletter what happened, one
// paragraph for each thing. What stands below a line break in one is a command,
// to be copied as it is. The mail is in English, as the commands are, and has no
// merge tags.
func (r *Renderer) Notice(n *newsletter.Newsletter, subject string, paragraphs []string, opt Options) (*newsletter.Mail, error) {
	a, err := r.ours(n, "en", merge.ConfirmNames(n), opt)
	if err != nil {
		return nil, err
	}
	a.title, a.doc = subject, &node{kind: document}
	for _, p := range paragraphs {
		text, command, found := strings.Cut(p, "\n")
		a.doc.add(sentence(text))
		if found {
			a.doc.add(&node{kind: code, text: command})
		}
	}
	m := &newsletter.Mail{
		Newsletter: n.ID, Kind: newsletter.KindNotice, ListName: n.Title, From: n.From,
		Title: subject, Language: a.lang.tag, Subject: newsletter.Literal(subject),
	}
	why := "You get this because your address stands under [notify] in tidings.toml of the site that sends " + n.Title + "."
	return m, r.toOne(a, m, subject, why)
}
