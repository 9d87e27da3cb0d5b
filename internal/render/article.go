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
	media   []newsletter.Media
	sizes   map[string]*picture // by source and width

	problems newsletter.Problems
}

// read parses an issue and checks its merge tags.
func read(n *newsletter.Newsletter, i *newsletter.Issue, opt Options) (*article, error) {
	if err := bounded(i); err != nil {
		return nil, err
	}
	a := parse(n, i, opt)
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
func parse(n *newsletter.Newsletter, i *newsletter.Issue, opt Options) *article {
	tag := i.Language
	if tag == "" {
		tag = n.Language
	}
	base := strings.TrimRight(opt.BaseURL, "/")
	a := &article{news: n, issue: i, lang: newLanguage(tag), title: i.Title, sizes: map[string]*picture{}}
	a.links = links{base: base, page: base + "/" + n.ID + "/archive/" + i.Slug, anchors: map[string]string{}, content: content(n.Theme.Width)}
	a.names = merge.IssueNames(n, i, a.links.page)
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
		if _, taken := a.links.anchors[s]; taken || !wanted[s] && !(a.layout() == newsletter.LayoutDigest && n.level == 2) {
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

// description is what the inbox shows beside the subject: the writer's words,
// or else the beginning of the article.
func (a *article) description() string {
	if a.issue.Description != "" {
		return a.issue.Description
	}
	return a.opening()
}

// opening is the first sentences of the article, without merge tags.
func (a *article) opening() string {
	var b strings.Builder
	for _, n := range a.doc.kids {
		if n.kind == paragraph {
			b.WriteString(a.cuts.Drop(n.plainText()) + " ")
		}
		if b.Len() > maxPreheader {
			break
		}
	}
	return shorten(strings.Join(strings.Fields(b.String()), " "), maxPreheader)
}

// Inboxes show between 30 and 150 characters of a preheader.
const (
	minPreheader = 40
	maxPreheader = 140
)

// preheader is the description, made longer with the beginning of the article
// when it is too short, and shorter when it is too long.
func (a *article) preheader() string {
	s := strings.Join(strings.Fields(a.description()), " ")
	if opening := a.opening(); len([]rune(s)) < minPreheader && opening != s {
		s = strings.TrimSpace(s + " " + opening)
	}
	return shorten(s, maxPreheader)
}

// shorten cuts s at a blank before n characters, unless there are merge tags in
// it.
func shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n || strings.Contains(s, "{") {
		return s
	}
	cut := string(runes[:n-1])
	if i := strings.LastIndexByte(cut, ' '); i > n/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:–—-") + "…"
}

// dek is the standfirst below the title: the writer's description, unless the
// article begins with the same words.
func (a *article) dek() string {
	d := strings.Join(strings.Fields(a.issue.Description), " ")
	if d == "" || strings.HasPrefix(a.opening(), strings.TrimRight(shorten(d, 60), ".…")) {
		return ""
	}
	return d
}

// check finds what is wrong with the merge tags in the order of the article.
func (a *article) check() {
	var flow strings.Builder
	flowOf(&flow, a.doc, a.cuts)
	for _, p := range a.cuts.Check(flow.String()) {
		p.File = a.issue.File
		if p.Line > 0 {
			p.Line += max(a.issue.BodyLine, 1) - 1
		}
		a.problems = append(a.problems, p)
	}
	for key, src := range map[string]string{"subject": a.issue.Subject, "description": a.issue.Description} {
		cuts := merge.Cut(src, a.names)
		for _, p := range cuts.Check(string(cuts.Source)) {
			at := a.issue.Places[key]
			p.File, p.Line, p.Column, p.Message = a.issue.File, at.Line, at.Column, key+": "+p.Message
			a.problems = append(a.problems, p)
		}
	}
}

// flowOf writes the live merge tags of n, with marks around containers.
func flowOf(b *strings.Builder, n *node, cuts *merge.Cuts) {
	tags := func(s string) {
		if merge.Has(s) {
			b.WriteString(merge.Begin)
			for _, r := range s {
				if merge.Has(string(r)) {
					b.WriteRune(r)
				}
			}
			b.WriteString(merge.End)
		}
	}
	loop := n.kind == list && n.title != ""
	begin, end, _ := strings.Cut(n.title, "\n")
	switch {
	case n.kind == plain || n.kind == mergeLine:
		for _, r := range n.text {
			if merge.Has(string(r)) {
				b.WriteRune(r)
			}
		}
		return
	case loop:
		b.WriteString(begin)
	default:
		tags(n.title)
	}
	if n.kind != figure {
		tags(n.text)
	}
	tags(n.url)
	if len(n.kids) > 0 {
		b.WriteString(merge.Begin)
		for _, kid := range n.kids {
			flowOf(b, kid, cuts)
		}
		b.WriteString(merge.End)
	}
	if loop {
		b.WriteString(end)
	}
}
