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
// to carry their words. It has one merge tag, confirm_url.
func (r *Renderer) Confirm(q newsletter.Question, opt Options) (*newsletter.Mail, error) {
	n := &q.Newsletters[0]
	palette, err := theme.Resolve(n.Theme)
	if err != nil {
		return nil, fmt.Errorf("theme of %s: %w", n.ID, err)
	}
	a, err := r.read(n, &newsletter.Issue{Newsletter: n.ID, Language: cmp.Or(q.Language, n.Language)}, opt)
	if err != nil {
		return nil, err
	}
	w := asking(&q, a.lang.words)
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
	simple := textWriter{lang: a.lang, cuts: a.cuts, links: &a.links}
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

// asking puts a question into words.
func asking(q *newsletter.Question, l *words) question {
	titles := make([]string, len(q.Newsletters))
	for i := range q.Newsletters {
		titles[i] = q.Newsletters[i].Title
	}
	names, again := l.List(titles), ""
	if q.Again {
		again = "again_"
	}
	say := func(id string) string { return l.Say("confirm_mail."+id, "Newsletter", names) }
	w := question{
		title: say(again + "title"), subject: say(again + "subject"), preheader: say("preheader"),
		ask: say(again + "ask"), button: say("button"), ignore: say(again + "ignore"), why: say(again + "why"),
	}
	if q.From.Added() { // they asked for nothing
		w.ask = say(again + "ask_added")
		if !q.Again {
			w.ignore = say("ignore_added")
		}
	}
	if q.From != "" && q.From != newsletter.FromForm {
		w.why = say(again + "why_" + string(q.From))
	}
	return w
}

// body is the body of the confirmation mail.
func (w *question) body(url string) *node {
	say := func(s string) *node { return &node{kind: paragraph, kids: []*node{{kind: plain, text: s}}} }
	button := &node{kind: link, url: url, flag: true, kids: []*node{{kind: plain, text: w.button}}}
	return &node{kind: document, kids: []*node{say(w.ask), {kind: buttons, kids: []*node{button}}, say(w.ignore)}}
}
