package render

import (
	"cmp"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
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
	a, err := r.ours(n, cmp.Or(language, n.Language), merge.PersonalNames(n), opt)
	if err != nil {
		return nil, err
	}
	say := func(id string) string { return a.lang.words.Say(string(kind)+"_mail."+id, "Newsletter", n.Title) }
	a.title = say("title")
	a.doc = &node{kind: document, kids: []*node{sentence(say("said"))}}
	if tag := personalLinks[kind]; tag != "" {
		a.doc.add(button(a.cuts.Add(tag), say("button")))
	}
	a.doc.add(sentence(say("ignore")))
	a.logo(opt.Files)
	m := &newsletter.Mail{
		Newsletter: n.ID, Kind: kind, ListName: n.Title, From: n.From, ReplyTo: n.ReplyTo,
		Title: a.title, Description: say("preheader"), Language: a.lang.tag, Subject: newsletter.Literal(say("subject")),
	}
	return m, r.toOne(a, m, m.Description, say("why"))
}
