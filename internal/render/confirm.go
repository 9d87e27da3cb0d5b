package render

import (
	"cmp"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
)

// Confirm renders the mail that asks whether an address was meant to be signed
// up. Nothing in it was written by whoever filled the form, so it cannot be made
// to carry their words. It has one merge tag, confirm_url.
func (r *Renderer) Confirm(q newsletter.Question, opt Options) (*newsletter.Mail, error) {
	n := &q.Newsletters[0]
	a, err := r.ours(n, cmp.Or(q.Language, n.Language), merge.ConfirmNames(n), opt)
	if err != nil {
		return nil, err
	}
	w := asking(&q, a.lang.words)
	a.title = w.title
	a.doc = &node{kind: document, kids: []*node{sentence(w.ask), button(a.cuts.Add("{{ confirm_url }}"), w.button), sentence(w.ignore)}}
	a.logo(opt.Files)
	m := &newsletter.Mail{
		Newsletter: n.ID, Kind: newsletter.KindConfirm, ListName: n.Title, From: n.From, ReplyTo: n.ReplyTo,
		Title: a.title, Description: w.preheader, Language: a.lang.tag,
		Subject: newsletter.Literal(w.subject),
	}
	return m, r.toOne(a, m, m.Description, w.why)
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
