package render

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/theme"
)

// frame is what a template of a mail is filled from. Text may hold merge tags as
// private characters: templates write it with "text" and links with "href" in
// HTML, and with "wrap", "title" and "url" in text.
type frame struct {
	Lang, Dir, Start   string // language, "ltr" or "rtl", "left" or "right"
	Foreign            string // attributes where our own words are in another language
	Light, Dark        theme.Colors
	TextFont, MetaFont string
	Italic             string // "italic " in a script that knows it
	Colon              string // after a label
	Width              int
	Wide               bool // a table is too wide for a phone
	Warns              bool // a callout warns

	Name, HomeURL     string // of the newsletter
	LogoURL           string
	LogoWidth         int
	Title, Dek        string
	Page              string // the title for programs, which people hardly see
	Byline, Date      string
	Preheader, Filler string
	Contents          []entry
	ContentsTitle     string

	Body              string // written already
	Links, LinksTitle string // of the text part

	View, ArchiveURL            string
	Unsubscribe, UnsubscribeURL string // no URL: the mail is not for subscribers
	Preferences, PreferencesURL string
	Why, Address, AddressDir    string // AddressDir: set where it runs against Dir
}

// entry is a section in the contents of a digest.
type entry struct{ ID, Title string }

// filler keeps the beginning of the article out of the line that an inbox shows
// beside the subject: figure spaces, each with a joiner that is not collapsed.
var filler = strings.Repeat("\u2007\u034f ", 60)

func frameFuncs() template.FuncMap {
	return template.FuncMap{
		"text":     escape,
		"href":     attribute,
		"url":      func(s string) string { return placed(encode(s), merge.TextURL, merge.TextURLPart) },
		"wrap":     func(s string) string { return wrap(merge.At(merge.Text, s), columns, "") },
		"wrapItem": func(s string) string { return wrap(merge.At(merge.Text, s), columns-2, "  ") },
		"title": func(s string) string {
			s = wrap(merge.At(merge.Text, s), columns, "")
			return s + "\n" + underline(s, "=")
		},
	}
}

// frame returns the frame of an article with all but its body.
func (a *article) frame() *frame {
	w := a.lang.words
	f := &frame{
		Foreign: a.lang.foreign(), Page: a.page(),
		Lang: a.lang.tag, Dir: a.lang.dir, Start: a.lang.start(),
		Light: a.palette.Light, Dark: a.palette.Dark, Width: a.palette.Width,
		TextFont: a.palette.TextFont, MetaFont: a.palette.MetaFont, Italic: a.lang.slant, Colon: a.lang.colon(),
		Name: a.news.Title, HomeURL: a.home(), Title: a.title, Date: w.Date(a.issue.Date),
		Preheader: a.preheader(), Filler: filler, Dek: a.cut(a.dek()),
		ContentsTitle: w.Say("mail.contents"), LinksTitle: w.Say("mail.links"),
		View: w.Say("mail.view"), ArchiveURL: a.archiveURL(), Unsubscribe: w.Say("mail.unsubscribe"), UnsubscribeURL: a.cuts.Add("{{ unsubscribe_url }}"),
		Preferences: w.Say("mail.preferences"), PreferencesURL: a.cuts.Add("{{ preferences_url }}"),
		Why: a.why(), Address: oneLine(a.news.PostalAddress),
	}
	if dir := direction(f.Address); dir != f.Dir {
		f.AddressDir = dir
	}
	if a.issue.Author != "" {
		f.Byline = w.by + " " + a.lang.typeset(a.issue.Author)
	}
	a.doc.walk(func(n *node) {
		f.Wide = f.Wide || n.kind == table && wideTable(n, a.lang.start())
		f.Warns = f.Warns || n.warns()
		if n.kind == heading && n.word != "" && n.level == 2 {
			f.Contents = append(f.Contents, entry{n.word, n.plainText()})
		}
	})
	if logo, ok := a.sizes[logoKey]; ok {
		f.LogoURL, f.LogoWidth = logo.mail, logo.width
	}
	return f
}

// longTitle is from how many times the length of the subject a title is taken for
// a trick (SpamAssassin, HTML_TITLE_SUBJ_DIFF, has 3.5 and counts otherwise).
const longTitle = 3

// page is the title for programs: that of the issue, or its subject, where that
// is much shorter.
func (a *article) page() string {
	subject := oneLine(merge.Cut(clean(a.issue.Subject), a.names).Plain())
	if subject == "" || utf8.RuneCountInString(a.title) < longTitle*utf8.RuneCountInString(subject) {
		return a.title
	}
	return subject
}

// cut typesets a line and takes its merge tags into those of the article.
func (a *article) cut(src string) string {
	cuts := merge.Cut(src, a.names)
	return cuts.Replace(a.lang.typeset(string(cuts.Source)), a.cuts.Add)
}

// htmlPart writes the HTML part of the mail.
func (r *Renderer) htmlPart(a *article, l *look) (newsletter.Template, error) {
	w := htmlWriter{look: l, lang: a.lang, links: a.links}
	w.blocks(a.doc.kids, w.look.para, w.look.para)
	f := a.frame()
	f.Body = w.String()
	return r.execute(a, string(a.layout()), "html", f)
}

// textPart writes the text part of the mail.
func (r *Renderer) textPart(a *article) (newsletter.Template, error) {
	w := textWriter{lang: a.lang, cuts: a.cuts, links: &a.links}
	f := a.frame()
	f.Body = w.body(a.doc.kids, columns)
	f.Links = w.linkList()
	return r.execute(a, string(a.layout()), "txt", f)
}

// execute fills a frame, of a layout and "html" or "txt", and makes a template of
// what comes out.
func (r *Renderer) execute(a *article, layout, format string, f *frame) (newsletter.Template, error) {
	if !slices.Contains(layouts, layout) {
		return nil, fmt.Errorf("%w: no layout is called %q", newsletter.ErrInvalid, layout)
	}
	t, err := r.template(layout, format)
	if err != nil && (layout != frameConfirm || t == nil) {
		return nil, err
	}
	var b strings.Builder
	if err := t.Execute(&b, f); err != nil {
		return nil, templateProblem("mail/"+t.Name(), err)
	}
	return a.cuts.Template(tidy(b.String()))
}

// tidy takes blanks off the ends of lines and leaves at most two blank lines in
// a row.
func tidy(s string) string {
	var b strings.Builder
	empty := 0
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		line = strings.TrimRight(line, " ")
		if line == "" {
			if empty++; empty > 2 {
				continue
			}
		} else {
			empty = 0
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
