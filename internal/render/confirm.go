package render

import (
	"cmp"
	"fmt"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/theme"
)

// Question is what a confirmation asks.
type Question struct {
	Newsletters []newsletter.Newsletter // which are to be confirmed together; the mail comes from the first
	Language    string                  // BCP 47, as the reader chose; empty: that of the first newsletter
	Again       bool                    // they were asked before
}

// Confirm renders the mail that asks whether an address was meant to be signed
// up. Nothing in it was written by whoever filled the form, so it cannot be made
// to carry their words. It has one merge tag, confirm_url.
func (r *Renderer) Confirm(q Question, opt Options) (*newsletter.Mail, error) {
	n := &q.Newsletters[0]
	palette, err := theme.Resolve(n.Theme)
	if err != nil {
		return nil, fmt.Errorf("theme of %s: %w", n.ID, err)
	}
	a, err := r.read(n, &newsletter.Issue{Newsletter: n.ID, Language: cmp.Or(q.Language, n.Language)}, opt)
	if err != nil {
		return nil, err
	}
	w := q.words(a.lang.words)
	a.palette, a.title = &palette, w.title
	a.names = merge.ConfirmNames(n)
	a.cuts = merge.Cut("", a.names)
	a.doc = w.body(a.cuts.Add("{{ confirm_url }}"))
	a.logo(opt.Files)
	m := &newsletter.Mail{
		Newsletter: n.ID, Kind: newsletter.KindConfirm, ListName: n.Title, From: n.From, ReplyTo: n.ReplyTo,
		Title: a.title, Description: w.preheader, Language: a.lang.tag, Media: a.media,
		Subject: newsletter.Literal(w.subject),
	}
	f := a.frame()
	f.Preheader, f.Why = m.Description, w.why
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

// question is what a confirmation says.
type question struct {
	title, subject, preheader, ask, button, ignore, why string
}

// words puts a question into words.
func (q *Question) words(l *words) question {
	titles := make([]string, len(q.Newsletters))
	for i := range q.Newsletters {
		titles[i] = q.Newsletters[i].Title
	}
	names := l.List(titles)
	say := func(id string) string { return l.Say(id, "Newsletter", names) }
	w := question{
		title: say("confirm_mail.title"), subject: say("confirm_mail.subject"), preheader: say("confirm_mail.preheader"),
		ask: say("confirm_mail.ask"), button: say("confirm_mail.button"), ignore: say("confirm_mail.ignore"), why: say("confirm_mail.why"),
	}
	if q.Again {
		w.title, w.subject = say("confirm_mail.again_title"), say("confirm_mail.again_subject")
		w.ask, w.ignore, w.why = say("confirm_mail.again_ask"), say("confirm_mail.again_ignore"), say("confirm_mail.again_why")
	}
	return w
}

// body is the body of the confirmation mail.
func (w *question) body(url string) *node {
	say := func(s string) *node { return &node{kind: paragraph, kids: []*node{{kind: plain, text: s}}} }
	button := &node{kind: link, url: url, flag: true, kids: []*node{{kind: plain, text: w.button}}}
	return &node{kind: document, kids: []*node{say(w.ask), {kind: buttons, kids: []*node{button}}, say(w.ignore)}}
}
