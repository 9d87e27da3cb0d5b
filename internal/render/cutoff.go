package render

import (
	"strings"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
)

// What the article leaves of newsletter.MostHTML to the rest of the mail, in bytes.
const (
	frameRoom = 8 << 10
	noteRoom  = 500 // around the words of a note
)

// cutOff ends an article that is too long for a mail before a heading, with a
// button that leads to the rest of it. What it takes off is still on the archive
// page. It returns where that begins in the file, or a zero Place.
func (a *article) cutOff(l *look) newsletter.Place {
	at := a.lastHeading(l)
	if at < 0 || a.archive == "" { // or there is no page for the rest
		return newsletter.Place{}
	}
	rest := a.doc.kids[at:]
	kept := append([]*node{}, a.doc.kids[:at]...)
	kept = append(kept, button(a.archiveURL(), a.lang.words.Say("mail.more")))
	if some := notesOf(kept, rest[len(rest)-1]); some != nil {
		kept = append(kept, some)
	}
	a.leadAway(kept, rest)
	place := a.place(rest[0])
	a.doc = &node{kind: document, kids: kept}
	return place
}

// leadAway lets the links of kept blocks to headings that are cut off lead to
// them on the archive page; where each reader has a link of their own to it, to
// its beginning, since a tag cannot begin a longer link.
func (a *article) leadAway(kept, rest []*node) {
	gone := map[string]string{}
	for _, b := range rest {
		b.walk(func(n *node) {
			if s := slug(n.plainText()); n.kind == heading && n.word != "" && a.links.anchors[s] == n.word {
				if gone[s] = a.archiveURL(); !merge.Has(gone[s]) {
					gone[s] += "#" + n.word
				}
			}
		})
	}
	for _, b := range kept {
		b.walk(func(n *node) {
			if url, ok := gone[slug(strings.TrimPrefix(n.url, "#"))]; ok && n.url[0] == '#' {
				n.url = url
			}
		})
	}
}

// lastHeading is the number of the last heading before which the article fits
// into a mail, or of another block when there is no heading in its second half;
// -1 when all of it fits, or not even the first block.
func (a *article) lastHeading(l *look) int {
	w := htmlWriter{look: l, lang: a.lang, links: a.links}
	notes, open, block, head, half := a.weighNotes(l), 0, -1, -1, 0
	for i, n := range a.doc.kids {
		if size := w.Len() + notes.cited; i > 0 && open == 0 && size <= newsletter.MostHTML-frameRoom && a.doc.kids[i-1].kind != heading {
			block = i
			if n.kind == heading {
				head, half = i, size
			}
		}
		if n.kind == mergeLine {
			open += a.cuts.Opened(n.text)
		}
		w.block(n, l.para)
		notes.cite(n)
	}
	switch {
	case w.Len() <= newsletter.MostHTML-frameRoom || block < 0:
		return -1
	case half > newsletter.MostHTML/2:
		return head
	}
	return block
}

// noteSizes is how many bytes of HTML the notes take that were cited so far.
type noteSizes struct {
	sizes map[int]int // by number; those that were not cited yet
	cited int
}

func (a *article) weighNotes(l *look) noteSizes {
	s := noteSizes{sizes: map[int]int{}}
	last := a.doc.last()
	if last == nil || last.kind != notes {
		return s
	}
	for _, n := range last.kids {
		w := htmlWriter{look: l, lang: a.lang, links: a.links}
		w.blocks(n.kids, l.para, l.para)
		s.sizes[n.level] = w.Len() + noteRoom
	}
	return s
}

// cite adds the notes that a block refers to.
func (s *noteSizes) cite(block *node) {
	block.walk(func(n *node) {
		if n.kind == noteRef {
			s.cited += s.sizes[n.level]
			delete(s.sizes, n.level)
		}
	})
}

// notesOf returns those of the notes that the blocks refer to, or nil.
func notesOf(blocks []*node, all *node) *node {
	if all.kind != notes {
		return nil
	}
	wanted := map[int]bool{}
	for _, b := range blocks {
		b.walk(func(n *node) {
			if n.kind == noteRef {
				wanted[n.level] = true
			}
		})
	}
	some := *all
	some.kids = nil
	for _, n := range all.kids {
		if wanted[n.level] {
			some.kids = append(some.kids, n)
		}
	}
	if len(some.kids) == 0 {
		return nil
	}
	return &some
}
