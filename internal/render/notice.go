package render

import (
	"fmt"
	"strings"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/theme"
)

// Notice renders a mail that tells staff of a newsletter what happened, one
// paragraph for each thing. What stands below a line break in one is a command,
// to be copied as it is. The mail is in English, as the commands are, and has no
// merge tags.
func (r *Renderer) Notice(n *newsletter.Newsletter, subject string, paragraphs []string, opt Options) (*newsletter.Mail, error) {
	palette, err := theme.Resolve(n.Theme)
	if err != nil {
		return nil, fmt.Errorf("theme of %s: %w", n.ID, err)
	}
	a, err := r.read(n, &newsletter.Issue{Newsletter: n.ID, Language: "en"}, opt)
	if err != nil {
		return nil, err
	}
	a.palette, a.title = &palette, subject
	a.names = merge.ConfirmNames(n)
	a.cuts = merge.Cut("", a.names)
	body := &node{kind: document}
	for _, p := range paragraphs {
		text, command, found := strings.Cut(p, "\n")
		body.kids = append(body.kids, &node{kind: paragraph, kids: []*node{{kind: plain, text: text}}})
		if found {
			body.kids = append(body.kids, &node{kind: code, text: command})
		}
	}
	a.doc = body
	m := &newsletter.Mail{
		Newsletter: n.ID, Kind: newsletter.KindNotice, ListName: n.Title, From: n.From,
		Title: subject, Language: a.lang.tag, Subject: newsletter.Literal(subject),
	}
	f := a.frame()
	f.Why = "You get this because your address stands under [notify] in tidings.toml of the site that sends " + n.Title + "."
	f.Preheader, f.ArchiveURL, f.UnsubscribeURL = subject, "", ""
	rich := htmlWriter{look: newMailLook(a.palette, a.lang), lang: a.lang, links: a.links}
	rich.blocks(body.kids, rich.look.para, rich.look.para)
	f.Body = rich.String()
	if m.HTML, err = r.execute(a, frameConfirm, "html", f); err != nil {
		return nil, err
	}
	simple := textWriter{lang: a.lang, cuts: a.cuts, links: &a.links}
	f.Body = simple.body(body.kids, columns)
	if m.Text, err = r.execute(a, frameConfirm, "txt", f); err != nil {
		return nil, err
	}
	return m, nil
}
