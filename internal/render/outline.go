package render

import "tidings/internal/newsletter"

// Outline is the plain facts of an issue's body, for those who check it. Lines
// and columns are those of the file, from 1; columns count characters.
type Outline struct {
	Title      string // as the mail will have it
	Headings   []Heading
	Links      []Link
	Images     []Image
	Paragraphs []Paragraph
	Tables     []Table
	Problems   newsletter.Problems // what is wrong with merge tags
}

// Heading is a heading as it is written.
type Heading struct {
	newsletter.Place

	Level int
	Text  string
}

// Link is a link as it is written; merge tags in it stand as {{ … }}.
type Link struct {
	newsletter.Place

	URL, Text, Title string
	Button           bool
	Dead             bool // an anchor that no heading has
}

// Image is a picture as it is written.
type Image struct {
	newsletter.Place

	Src, Alt, Title string
}

// Paragraph is a paragraph, list item or cell as plain text.
type Paragraph struct {
	newsletter.Place

	Text  string
	Prose string // the text without its code
	Cell  bool   // of a table
}

// Table is the shape of a table.
type Table struct {
	newsletter.Place

	Columns int
	Widest  int  // characters of its longest row
	Wide    bool // shown as records on a phone
}

// Outline reads the body of an issue without rendering it.
func (r *Renderer) Outline(n *newsletter.Newsletter, i *newsletter.Issue) (*Outline, error) {
	if err := bounded(i); err != nil {
		return nil, err
	}
	a := r.parse(n, i, Options{})
	o := &Outline{Title: a.title}
	a.check()
	o.Problems = a.problems
	if o.Title == "" {
		o.Title = a.firstHeading()
	}
	anchors := map[string]bool{}
	a.doc.walk(func(n *node) {
		if n.kind == heading {
			anchors[slug(n.plainText())] = true
		}
		a.note(o, n)
	})
	for i, l := range o.Links {
		o.Links[i].Dead = len(l.URL) > 1 && l.URL[0] == '#' && !anchors[slug(l.URL[1:])]
	}
	return o, nil
}

// place is where n stands in the file.
func (a *article) place(n *node) newsletter.Place {
	line, column := a.cuts.Position(n.at)
	return newsletter.Place{Line: line + max(a.issue.BodyLine, 1) - 1, Column: column}
}

// note puts what n is into the outline.
func (a *article) note(o *Outline, n *node) {
	text := func() string { return a.cuts.Restore(n.plainText()) }
	switch n.kind {
	case heading:
		o.Headings = append(o.Headings, Heading{a.place(n), n.level, text()})
	case paragraph, cell, citation, buttons:
		o.Paragraphs = append(o.Paragraphs, Paragraph{a.place(n), text(), a.cuts.Restore(n.prose()), n.kind == cell})
	case link:
		o.Links = append(o.Links, Link{a.place(n), a.cuts.Restore(n.url), text(), a.cuts.Restore(n.title), n.flag, false})
	case figure:
		if n.url != "" {
			o.Links = append(o.Links, Link{a.place(n), a.cuts.Restore(n.url), a.cuts.Restore(n.text), "", false, false})
		}
	case img:
		o.Images = append(o.Images, Image{a.place(n), a.cuts.Restore(n.url), a.cuts.Restore(n.text), a.cuts.Restore(n.title)})
	case table:
		o.Tables = append(o.Tables, Table{a.place(n), len(n.align), widestRow(n), wideTable(n, a.lang.start())})
	default: // nothing that is checked
	}
}

func widestRow(n *node) int {
	widest := 0
	for _, r := range n.kids {
		sum := 0
		for _, c := range r.kids {
			sum += len([]rune(c.plainText()))
		}
		widest = max(widest, sum)
	}
	return widest
}
