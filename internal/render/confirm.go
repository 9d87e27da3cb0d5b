package render

import (
	"cmp"
	"fmt"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/theme"
)

// Confirm renders the mail that asks whether an address was meant to be signed
// up. Nothing in it was written by whoever filled the form, so it cannot be made
// to carry their words. It has one merge tag, confirm_url. Its language is that of
// opt, which may be the reader's, or else the newsletter's.
func (r *Renderer) Confirm(n *newsletter.Newsletter, opt Options) (*newsletter.Mail, error) {
	palette, err := theme.Resolve(n.Theme)
	if err != nil {
		return nil, fmt.Errorf("theme of %s: %w", n.ID, err)
	}
	a, err := r.read(n, &newsletter.Issue{Newsletter: n.ID, Language: cmp.Or(opt.Language, n.Language)}, opt)
	if err != nil {
		return nil, err
	}
	w := a.lang.words
	a.palette, a.title = &palette, w.Say("confirm_mail.title")
	a.names = merge.ConfirmNames(n)
	a.cuts = merge.Cut("", a.names)
	a.doc = confirmBody(w, n.Title, a.cuts.Add("{{ confirm_url }}"))
	a.logo(opt.Files)
	m := &newsletter.Mail{
		Newsletter: n.ID, Kind: newsletter.KindConfirm, ListName: n.Title, From: n.From, ReplyTo: n.ReplyTo,
		Title: a.title, Description: w.Say("confirm_mail.preheader", "Newsletter", n.Title), Language: a.lang.tag, Media: a.media,
		Subject: newsletter.Literal(w.Say("confirm_mail.subject", "Newsletter", n.Title)),
	}
	f := a.frame()
	f.Preheader, f.Why = m.Description, w.Say("confirm_mail.why", "Newsletter", n.Title)
	f.ArchiveURL, f.UnsubscribeURL = "", ""
	rich := htmlWriter{look: newMailLook(a.palette, a.lang), lang: a.lang, links: a.links}
	rich.blocks(a.doc.kids, rich.look.para, rich.look.para)
	f.Body = rich.String()
	if m.HTML, err = r.execute(a, frameConfirm, "html", f); err != nil {
		return nil, err
	}
	simple := textWriter{lang: a.lang, links: &a.links}
	f.Body = simple.body(a.doc.kids, columns)
	if m.Text, err = r.execute(a, frameConfirm, "txt", f); err != nil {
		return nil, err
	}
	return m, nil
}

// confirmBody is the body of the confirmation mail.
func confirmBody(w *words, name, url string) *node {
	say := func(s string) *node { return &node{kind: paragraph, kids: []*node{{kind: plain, text: s}}} }
	button := &node{kind: link, url: url, flag: true, kids: []*node{{kind: plain, text: w.Say("confirm_mail.button")}}}
	return &node{kind: document, kids: []*node{
		say(w.Say("confirm_mail.ask", "Newsletter", name)), {kind: buttons, kids: []*node{button}}, say(w.Say("confirm_mail.ignore")),
	}}
}
