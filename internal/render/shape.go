package render

import (
	"regexp"
	"strconv"
	"strings"

	"tidings/internal/merge"
)

// shape turns what Markdown has no word for into what a letter is made of:
// buttons, figures, callouts, quotations with their source, lists in a loop.
func shape(n *node, cuts *merge.Cuts) {
	for _, kid := range n.kids {
		shape(kid, cuts)
	}
	marked := attributed(n)
	switch n.kind {
	case paragraph:
		shapeParagraph(n, marked)
	case quote:
		shapeQuote(n)
	default: // is what it is
	}
	if !n.kind.isInline() {
		n.kids = shapeLoops(n.kids, cuts)
	}
}

// attributes is what may follow a link or an image: {.button}, {width=300}.
var attributes = regexp.MustCompile(`^\{\s*(?:\.(button)|width=(\d{1,4}))\s*\}`)

// attributed takes the attributes from behind links and images, and returns how
// many links are to be buttons. Only a paragraph of its own can hold one.
func attributed(n *node) int {
	marked := 0
	for i, kid := range n.kids[:max(len(n.kids)-1, 0)] {
		after := n.kids[i+1]
		m := attributes.FindStringSubmatch(after.text)
		if after.kind != plain || m == nil {
			continue
		}
		switch {
		case kid.kind == link && m[1] != "":
			kid.flag = n.kind == paragraph
			marked++
		case kid.kind == img && m[2] != "":
			kid.width, _ = strconv.Atoi(m[2])
		default:
			continue
		}
		after.text = after.text[len(m[0]):]
	}
	return marked
}

// shapeParagraph sees whether the paragraph is a figure or a row of buttons.
func shapeParagraph(n *node, marked int) {
	if marked > 0 && allButtons(n) {
		n.kind = buttons
		n.kids = keep(n.kids, link)
		return
	}
	for _, kid := range n.kids {
		if kid.kind == link {
			kid.flag = false
		}
	}
	shapeFigure(n)
}

func allButtons(n *node) bool {
	for _, kid := range n.kids {
		space := kid.kind == plain && strings.TrimSpace(kid.text) == "" || kid.kind == lineBreak
		if !space && (kid.kind != link || !kid.flag) {
			return false
		}
	}
	return true
}

// shapeFigure makes a figure of an image that is alone in its paragraph, with or
// without a link around it. Its title is the caption.
func shapeFigure(n *node) {
	var pic *node
	for _, kid := range n.kids {
		switch {
		case kid.kind == plain && strings.TrimSpace(kid.text) == "":
		case pic == nil && (kid.kind == img || kid.kind == link && kid.only() != nil && kid.only().kind == img):
			pic = kid
		default:
			return
		}
	}
	if pic == nil {
		return
	}
	pictured, href := pic, ""
	if pic.kind == link {
		pictured, href = pic.only(), pic.url
	}
	n.kind, n.kids = figure, []*node{pictured}
	n.title, n.url, n.text = pictured.title, href, pictured.text
}

// alert is the first line of a callout: [!NOTE], [!WARNING] Mind the step.
var alert = regexp.MustCompile(`^\[!([A-Za-z]+)\][ \t]*`)

// shapeQuote sees whether a quotation is a callout, a pull quote, or has a source.
func shapeQuote(n *node) {
	if len(n.kids) == 0 || n.kids[0].kind != paragraph {
		return
	}
	first := n.kids[0]
	if len(first.kids) > 0 && first.kids[0].kind == plain {
		if m := alert.FindStringSubmatch(first.kids[0].text); m != nil {
			shapeCallout(n, first, m)
		}
	}
	if n.kind != callout {
		shapeSource(n)
	}
}

func shapeCallout(n, first *node, m []string) {
	n.kind, n.word = callout, strings.ToLower(m[1])
	if n.word == "quote" || n.word == "pull" {
		n.kind = pullQuote
	}
	first.kids[0].text = first.kids[0].text[len(m[0]):]
	if blank(first) {
		n.kids = n.kids[1:]
	}
}

// source begins the line that names who said it.
var source = regexp.MustCompile(`^(?:[—–―]+|--)[ \x{00a0}]*`)

// shapeSource makes a citation of a last line that begins with a dash.
func shapeSource(n *node) {
	last := n.last()
	if last == nil || last.kind != paragraph || len(last.kids) == 0 {
		return
	}
	if len(n.kids) > 1 && last.kids[0].kind == plain && source.MatchString(last.kids[0].text) {
		last.kids[0].text = source.ReplaceAllString(last.kids[0].text, "")
		last.kind = citation
		return
	}
	for i := len(last.kids) - 2; i > 0; i-- {
		after := last.kids[i+1]
		if last.kids[i].kind != lineBreak || after.kind != plain || !source.MatchString(after.text) {
			continue
		}
		after.text = source.ReplaceAllString(after.text, "")
		n.kids = append(n.kids, &node{kind: citation, at: after.at, kids: last.kids[i+1:]})
		last.kids = last.kids[:i]
		return
	}
}

// shapeLoops moves a loop that stands around a single list into the list, or
// each turn of it would begin a list of its own. The list is begun by the first
// turn and ended by the last, so that no turn leaves no list.
func shapeLoops(kids []*node, cuts *merge.Cuts) []*node {
	for i := 0; i+2 < len(kids); i++ {
		begin, l, end := kids[i], kids[i+1], kids[i+2]
		if l.kind != list || begin.kind != mergeLine || end.kind != mergeLine || !cuts.IsFor(begin.text) || !cuts.IsEndFor(end.text) {
			continue
		}
		l.title = begin.text + "\n" + end.text
		kids = append(kids[:i], append([]*node{l}, kids[i+3:]...)...)
	}
	return kids
}

// level gives the headings levels without gaps below that of the title, and
// drops a first heading that says the title again.
func level(doc *node, title string) {
	if len(doc.kids) > 0 && doc.kids[0].kind == heading && doc.kids[0].level == 1 &&
		slug(doc.kids[0].plainText()) == slug(title) {
		doc.kids = doc.kids[1:]
	}
	shift, before := 0, 1
	doc.walk(func(n *node) {
		if n.kind == heading && n.level == 1 {
			shift = 1
		}
	})
	doc.walk(func(n *node) {
		if n.kind == heading {
			n.level = min(n.level+shift, before+1, 6)
			before = n.level
		}
	})
}
