// Package render is in charge of how a mail looks. It makes an issue into the
// mail that its readers get, in HTML and in plain text, and into the article of
// its archive page, all three from one tree of the Markdown. It is the only
// package that knows the Markdown parser.
package render

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/theme"
)

// maxMarkdown is the longest issue in bytes. Mail programs cut off a mail at a
// tenth of it.
const maxMarkdown = 3 << 19

// Options are what a mail needs besides the newsletter and its issue.
type Options struct {
	BaseURL string // of the site, for links and pictures: "https://news.example.org"
	Files   fs.FS  // the site folder, in which pictures are found; nil: none
}

// Mail renders an issue once for all of its readers. What is wrong in the issue
// is returned as newsletter.Problems with lines and columns of its file: merge
// tags that are not known, pictures that are missing or cannot be sent.
func (r *Renderer) Mail(n *newsletter.Newsletter, i *newsletter.Issue, opt Options) (*newsletter.Mail, error) {
	if _, err := r.languages(); err != nil {
		return nil, err
	}
	palette, err := theme.Resolve(n.Theme)
	if err != nil {
		return nil, fmt.Errorf("theme of %s: %w", n.ID, err)
	}
	a, err := r.read(n, i, opt)
	if err != nil {
		return nil, err
	}
	a.palette = &palette
	a.pictures(opt.Files)
	if len(a.problems) > 0 {
		return nil, a.problems
	}
	return r.mail(a, i)
}

// mail writes all parts of a mail from an article.
func (r *Renderer) mail(a *article, i *newsletter.Issue) (*newsletter.Mail, error) {
	m := &newsletter.Mail{
		Newsletter: a.news.ID, Kind: cmp.Or(i.Kind, newsletter.KindIssue), ListName: a.news.Title,
		From: a.news.From, ReplyTo: a.news.ReplyTo,
		Title: a.title, Author: i.Author, Date: i.Date, Language: a.lang.tag,
		Canonical: i.CanonicalURL, Image: a.image, Media: a.media, ArchiveURL: a.archive,
		ReadersOnly: a.news.Archive == newsletter.ArchiveReaders,
	}
	var errs [6]error
	m.Subject, errs[0] = a.subject()
	m.Description, errs[1] = a.publicLine(a.description())
	m.Standfirst, errs[5] = a.publicLine(a.dek())
	m.Web, errs[2] = a.web()
	l := newMailLook(a.palette, a.lang)
	if a.news.Archive != newsletter.ArchiveOff {
		m.CutAt = a.cutOff(l)
	}
	m.HTML, errs[3] = r.htmlPart(a, l)
	m.Embedded = a.embedded(m.HTML)
	m.Text, errs[4] = r.textPart(a)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("rendering %s: %w", i.File, err)
	}
	return m, nil
}

// subject makes the template of the subject.
func (a *article) subject() (newsletter.Template, error) {
	src := a.issue.Subject
	if src == "" {
		src = a.title
	}
	cuts := merge.Cut(clean(src), a.names)
	return cuts.Template(merge.At(merge.Header, oneLine(cuts.Trim(string(cuts.Source)))))
}

// publicLine is a line for those who are no readers.
func (a *article) publicLine(src string) (string, error) {
	t, err := a.cuts.Template(merge.At(merge.Text, a.cut(oneLine(clean(src)))))
	if err != nil {
		return "", err
	}
	return a.public(t)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// public fills a template with the values of nobody.
func (a *article) public(t newsletter.Template) (string, error) {
	home := a.home()
	values := merge.Values{
		"subscriber":      merge.SubscriberValues(newsletter.Subscriber{}),
		"unsubscribe_url": home, "preferences_url": home, "archive_url": home,
	}
	var b strings.Builder
	for _, p := range t {
		if p.Merge == "" {
			b.WriteString(p.Literal)
			continue
		}
		tag, err := merge.Compile(p.Merge)
		if err != nil {
			return "", err
		}
		s, err := tag.Fill(values)
		if err != nil {
			return "", err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

// web writes the article for its archive page.
func (a *article) web() (string, error) {
	w := htmlWriter{look: newWebLook(), lang: a.lang, links: a.links}
	w.blocks(a.doc.kids, "", "")
	t, err := a.cuts.Template(w.String())
	if err != nil {
		return "", err
	}
	return a.public(t)
}
