package render

import (
	"cmp"
	"fmt"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/theme"
)

// personalLinks are the merge tags behind the buttons of mails to one person; a
// kind that is not here has no button.
var personalLinks = map[newsletter.Kind]string{
	newsletter.KindAccess:  "{{ access_url }}",
	newsletter.KindAddress: "{{ address_url }}",
}

// Personal renders a mail to one person about their address or what is known of
// them, of kind access, address, moved or taken. Nothing that anybody typed is in
// it. Its only merge tag is the link behind its button. Its language is the one
// given, which may be the reader's, or else the newsletter's.
func (r *Renderer) Personal(n *newsletter.Newsletter, kind newsletter.Kind, language string, opt Options) (*newsletter.Mail, error) {
	palette, err := theme.Resolve(n.Theme)
	if err != nil {
		return nil, fmt.Errorf("theme of %s: %w", n.ID, err)
	}
	a, err := r.read(n, &newsletter.Issue{Newsletter: n.ID, Language: cmp.Or(language, n.Language)}, opt)
	if err != nil {
		return nil, err
	}
	say := func(id string) string { return a.lang.words.Say(string(kind)+"_mail."+id, "Newsletter", n.Title) }
	a.palette, a.title = &palette, say("title")
	a.names = merge.PersonalNames(n)
	a.cuts = merge.Cut("", a.names)
	a.doc = &node{kind: document, kids: []*node{sentence(say("said"))}}
	if tag := personalLinks[kind]; tag != "" {
		button := &node{kind: link, url: a.cuts.Add(tag), flag: true, kids: []*node{{kind: plain, text: say("button")}}}
		a.doc.kids = append(a.doc.kids, &node{kind: buttons, kids: []*node{button}})
	}
	a.doc.kids = append(a.doc.kids, sentence(say("ignore")))
	a.logo(opt.Files)
	m := &newsletter.Mail{
		Newsletter: n.ID, Kind: kind, ListName: n.Title, From: n.From, ReplyTo: n.ReplyTo,
		Title: a.title, Description: say("preheader"), Language: a.lang.tag, Media: a.media, Subject: newsletter.Literal(say("subject")),
	}
	return m, r.toOne(a, m, say("why"))
}

// sentence is a paragraph of plain text.
func sentence(s string) *node {
	return &node{kind: paragraph, kids: []*node{{kind: plain, text: s}}}
}

// toOne writes both parts of a mail to one person, which says at its foot why
// they got it and has no list to leave.
func (r *Renderer) toOne(a *article, m *newsletter.Mail, why string) (err error) {
	f := a.frame()
	f.Preheader, f.Why, f.ArchiveURL, f.UnsubscribeURL = m.Description, why, "", ""
	rich := htmlWriter{look: newMailLook(a.palette, a.lang), lang: a.lang, links: a.links}
	rich.blocks(a.doc.kids, rich.look.para, rich.look.para)
	f.Body = rich.String()
	if m.HTML, err = r.execute(a, frameConfirm, "html", f); err != nil {
		return err
	}
	simple := textWriter{lang: a.lang, cuts: a.cuts, links: &a.links}
	f.Body = simple.body(a.doc.kids, columns)
	m.Text, err = r.execute(a, frameConfirm, "txt", f)
	return err
}
