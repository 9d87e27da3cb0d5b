package render

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
)

// maxMisses bounds the search for places that are not found.
const maxMisses = 20

// locate gives the links, pictures and headings of a block of raw HTML their own
// places: a block pasted from a page may have a hundred lines.
func (b *builder) locate(n *node, raw string, at int) {
	if !bytes.HasPrefix(b.cuts.Source[at:], []byte(raw)) {
		return // in a list or a quotation: the lines have marks before them
	}
	from, misses := 0, 0
	n.walk(func(kid *node) {
		needle := ""
		switch kid.kind { //nolint:exhaustive // what checks look at
		case link, img:
			needle = kid.url
		case heading:
			needle, _, _ = strings.Cut(strings.TrimSpace(kid.plainText()), " ")
		}
		if needle == "" || misses > maxMisses {
			return
		}
		i := strings.Index(raw[from:], needle)
		if i < 0 { // written with entities
			misses++
			return
		}
		kid.at = at + from + i
		from += i + len(needle)
	})
}

// refused returns the links in raw HTML that are taken out because of what they
// begin with: nothing of them is shown, but somebody should be told.
func refused(raw string, at int) []*node {
	if !strings.Contains(strings.ToLower(raw), "<a") {
		return nil
	}
	var out []*node
	t := html.NewTokenizer(strings.NewReader(raw))
	for from := 0; t.Next() != html.ErrorToken; {
		here := from
		from += len(t.Raw())
		token := t.Token()
		url := strings.TrimSpace(attr(token.Attr, "href"))
		if scheme, _, ok := strings.Cut(url, ":"); token.Data == "a" && ok && strings.Trim(scheme, letters) == "" && !allowed[strings.ToLower(scheme)] {
			out = append(out, &node{kind: link, at: at + here, url: url})
		}
	}
	return out
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// allowed are the schemes of links in raw HTML.
var allowed = map[string]bool{"http": true, "https": true, "mailto": true, "tel": true}
