package render

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/internal/theme"
)

// article is an issue that was read and understood, on its way to become a mail.
type article struct {
	news    *newsletter.Newsletter
	issue   *newsletter.Issue
	lang    language
	palette *theme.Palette
	names   merge.Names
	cuts    *merge.Cuts
	doc     *node
	links   links
	title   string
	image   string // absolute URL for link previews
	archive string // absolute URL of its own page; empty: it has none
	media   []newsletter.Media
	sizes   map[string]*picture // by source and width

	problems newsletter.Problems
}

// read parses an issue and checks its merge tags.
func (r *Renderer) read(n *newsletter.Newsletter, i *newsletter.Issue, opt Options) (*article, error) {
	if err := bounded(i); err != nil {
		return nil, err
	}
	a := r.parse(n, i, opt)
	a.check()
	a.settle()
	return a, nil
}

// bounded refuses an issue that is too long, or too tangled, to be parsed in a
// moment.
func bounded(i *newsletter.Issue) error {
	p := newsletter.Problem{Rule: "size", Level: newsletter.LevelError, File: i.File}
	if len(i.Markdown) > maxMarkdown {
		p.Message, p.Hint = fmt.Sprintf("the issue has %d bytes, more than %d", len(i.Markdown), maxMarkdown), "split it"
		return newsletter.Problems{p}
	}
	if at := tangled(string(i.Markdown)); at >= 0 {
		p.Line = bytes.Count(i.Markdown[:at], []byte("\n")) + max(i.BodyLine, 1)
		p.Message = fmt.Sprintf("the paragraph has more than %d marks of Markdown, such as * and [", maxMarks)
		p.Hint = "break it up with blank lines, or set it between ``` as code"
		return newsletter.Problems{p}
	}
	return nil
}

// parse makes the tree of an issue.
func (r *Renderer) parse(n *newsletter.Newsletter, i *newsletter.Issue, opt Options) *article {
	tag := i.Language
	if tag == "" {
		tag = n.Language
	}
	spoken, _ := r.languages() // what is wrong with them, Mail says
	base := strings.TrimRight(opt.BaseURL, "/")
	a := &article{news: n, issue: i, lang: newLanguage(tag, spoken), sizes: map[string]*picture{}}
	a.links = links{base: base, page: base + "/" + n.ID + "/archive/" + i.Slug, anchors: map[string]string{}, content: content(n.Theme.Width)}
	switch {
	case i.Kind == newsletter.KindWelcome: // it stands in no archive
		a.links.page = base + "/" + n.ID
	case n.Archive != newsletter.ArchiveOff:
		a.archive = a.links.page
	}
	a.title = a.lang.typeset(i.Title)
	a.names = merge.IssueNames(n, i, a.archive)
	a.cuts = merge.Cut(string(i.Markdown), a.names)
	a.doc = build(a.cuts, a.lang)
	shape(a.doc, a.cuts)
	return a
}

// content is how wide text and pictures are on a sheet of that width.
func content(width int) int {
	if width == 0 {
		width = theme.DefaultWidth
	}
	return width - 48
}

// settle decides the title, the levels of headings, and which can be linked to.
func (a *article) settle() {
	if a.title == "" {
		a.title = a.firstHeading()
	}
	level(a.doc, a.title)
	a.links.cuts = conditions{
		first: a.cuts.Add("{% if forloop.first %}"), last: a.cuts.Add("{% if forloop.last %}"), endif: a.cuts.Add("{% endif %}"),
	}
	wanted := map[string]bool{}
	a.doc.walk(func(n *node) {
		if n.kind == link && strings.HasPrefix(n.url, "#") {
			wanted[slug(n.url[1:])] = true
		}
	})
	count := 0
	a.doc.walk(func(n *node) {
		if n.kind != heading {
			return
		}
		s := slug(n.plainText())
		if _, taken := a.links.anchors[s]; taken || !wanted[s] && (a.layout() != newsletter.LayoutDigest || n.level != 2) {
			return
		}
		count++
		n.word = "s" + strconv.Itoa(count)
		a.links.anchors[s] = n.word
	})
}

func (a *article) firstHeading() string {
	for _, n := range a.doc.kids {
		if n.kind == heading && n.level == 1 {
			return a.cuts.Drop(n.plainText())
		}
	}
	return a.news.Title
}

// layout is the shape of the mail.
func (a *article) layout() newsletter.Layout {
	for _, l := range []newsletter.Layout{a.issue.Layout, a.news.Layout} {
		if l != "" {
			return l
		}
	}
	return newsletter.LayoutLetter
}

// home is the newsletter's page.
func (a *article) home() string { return a.links.base + "/" + a.news.ID }

// archiveURL is where a reader of the mail can read it on the web: a merge tag
// where each has a link of their own, empty where nobody can.
func (a *article) archiveURL() string {
	if a.archive != "" && a.news.Archive == newsletter.ArchiveReaders {
		return a.cuts.Add("{{ archive_url }}")
	}
	return a.archive
}

// check finds what is wrong with the merge tags in the order of the article.
func (a *article) check() {
	var flow strings.Builder
	flowOf(&flow, a.doc)
	for _, p := range a.cuts.Check(flow.String()) {
		p.File = a.issue.File
		if p.Line > 0 {
			p.Line += max(a.issue.BodyLine, 1) - 1
		}
		a.problems = append(a.problems, p)
	}
	for _, line := range []struct{ key, src string }{{"subject", a.issue.Subject}, {"description", a.issue.Description}} {
		cuts := merge.Cut(line.src, a.names)
		for _, p := range cuts.Check(string(cuts.Source)) {
			at, written := a.issue.Places[line.key]
			if !written && line.key == "subject" {
				at = a.issue.Places["title"]
			}
			p.File, p.Line, p.Column, p.Message = a.issue.File, at.Line, at.Column, line.key+": "+p.Message
			a.problems = append(a.problems, p)
		}
	}
}
