package render

import (
	"tidings/internal/newsletter"
)

// Gmail cuts off a mail after 102 KB of HTML, and with its end the way to
// unsubscribe. A mail stays below that by some KB, for links that grow on their
// way; its frame takes a few more.
const (
	maxMail   = 95 << 10
	frameRoom = 8 << 10
)

// cutOff ends an article that is too long for a mail before a heading, with a
// button that leads to the rest of it. What it takes off is still on the archive
// page. It returns where that begins in the file, or a zero Place.
func (a *article) cutOff(l *look) newsletter.Place {
	at := a.lastHeading(l)
	if at < 0 {
		return newsletter.Place{}
	}
	rest := a.doc.kids[at:]
	button := &node{kind: link, url: a.links.page, flag: true, kids: []*node{{kind: plain, text: a.lang.words.more}}}
	kept := append([]*node{}, a.doc.kids[:at]...)
	kept = append(kept, &node{kind: buttons, kids: []*node{button}})
	if last := rest[len(rest)-1]; last.kind == notes {
		kept = append(kept, notesOf(kept, last))
	}
	a.forget(rest)
	place := a.place(rest[0])
	a.doc = &node{kind: document, kids: kept}
	return place
}

// forget takes the headings of blocks that are cut off out of those that links
// can lead to.
func (a *article) forget(blocks []*node) {
	for _, b := range blocks {
		b.walk(func(n *node) {
			if n.kind == heading && n.word != "" {
				delete(a.links.anchors, slug(n.plainText()))
			}
		})
	}
}

// lastHeading is the number of the last heading before which the article fits
// into a mail, or of another block when there is no heading in its second half;
// -1 when all of it fits.
func (a *article) lastHeading(l *look) int {
	w := htmlWriter{look: l, lang: a.lang, links: a.links}
	open, block, head, half := 0, -1, -1, 0
	for i, n := range a.doc.kids {
		if i > 0 && open == 0 && w.Len() <= maxMail-frameRoom {
			block = i
			if n.kind == heading {
				head, half = i, w.Len()
			}
		}
		if n.kind == mergeLine {
			open += a.cuts.Opened(n.text)
		}
		w.block(n, l.para)
	}
	switch {
	case w.Len() <= maxMail-frameRoom || block < 0:
		return -1
	case half > maxMail/2:
		return head
	}
	return block
}

// notesOf returns the notes that the blocks refer to.
func notesOf(blocks []*node, all *node) *node {
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
	return &some
}
