package render

import (
	"fmt"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/theme"
)

// ours begins a mail in which we speak ourselves: an article without words, in
// the look and the name of a newsletter.
func (r *Renderer) ours(n *newsletter.Newsletter, language string, names merge.Names, opt Options) (*article, error) {
	palette, err := theme.Resolve(n.Theme)
	if err != nil {
		return nil, fmt.Errorf("theme of %s: %w", n.ID, err)
	}
	a, err := r.read(n, &newsletter.Issue{Newsletter: n.ID, Language: language}, opt)
	if err != nil {
		return nil, err
	}
	a.palette, a.names, a.cuts = &palette, names, merge.Cut("", names)
	return a, nil
}

// sentence is a paragraph of plain text.
func sentence(s string) *node {
	return &node{kind: paragraph, kids: []*node{{kind: plain, text: s}}}
}

// button is a button with these words.
func button(url, words string) *node {
	return &node{kind: buttons, kids: []*node{{kind: link, url: url, flag: true, kids: []*node{{kind: plain, text: words}}}}}
}

// toOne writes both parts of a mail to one person, with its pictures, which says at
// its foot why they got it and has no list to leave.
func (r *Renderer) toOne(a *article, m *newsletter.Mail, preheader, why string) (err error) {
	f := a.frame()
	f.Preheader, f.Why, f.ArchiveURL, f.UnsubscribeURL = preheader, why, "", ""
	rich := htmlWriter{look: newMailLook(a.palette, a.lang), lang: a.lang, links: a.links}
	rich.blocks(a.doc.kids, rich.look.para, rich.look.para)
	f.Body = rich.String()
	if m.HTML, err = r.execute(a, frameConfirm, "html", f); err != nil {
		return err
	}
	m.Media, m.Embedded = a.media, a.embedded(m.HTML)
	simple := textWriter{lang: a.lang, cuts: a.cuts, links: &a.links}
	f.Body = simple.body(a.doc.kids, columns)
	m.Text, err = r.execute(a, frameConfirm, "txt", f)
	return err
}
