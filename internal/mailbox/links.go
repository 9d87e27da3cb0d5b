package mailbox

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/emersion/go-message"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Link is a web link of a message.
type Link struct {
	Text string // what stands on the link, or the URL again
	URL  string // absolute, http or https
}

// bracketed finds the URIs of a List-Unsubscribe field (RFC 2369, section 2).
var bracketed = regexp.MustCompile(`<([^<>]+)>`)

// webLink finds a web address in plain text: up to a space, a quotation mark or
// an angle bracket, and not the punctuation that ends a sentence.
var webLink = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:!?)\]]`)

// links returns the web links of a message, each URL once, at most maxLinks.
func links(htmlPart, text string) []Link {
	found := htmlLinks(htmlPart)
	if htmlPart == "" {
		for _, u := range webLink.FindAllString(text, maxLinks) {
			found = append(found, Link{URL: u})
		}
	}
	seen := make(map[string]bool, len(found))
	list := found[:0]
	for _, l := range found {
		if !isWeb(l.URL) || seen[l.URL] || len(list) == maxLinks {
			continue
		}
		seen[l.URL] = true
		if l.Text == "" {
			l.Text = cut(l.URL, maxListed)
		}
		list = append(list, l)
	}
	return list
}

// htmlLinks returns the target and the words of each <a href> of an HTML part.
func htmlLinks(htmlPart string) []Link {
	var found []Link
	inside := false
	for z := html.NewTokenizer(strings.NewReader(htmlPart)); ; {
		kind := z.Next()
		switch token := z.Token(); {
		case kind == html.ErrorToken:
			return found
		case kind == html.StartTagToken && token.DataAtom == atom.A:
			var href string
			href, inside = attribute(token, "href")
			if inside {
				found = append(found, Link{URL: strings.TrimSpace(href)})
			}
		case kind == html.EndTagToken && token.DataAtom == atom.A:
			inside = false
		case inside && kind == html.TextToken:
			found[len(found)-1].add(token.Data)
		case inside && token.DataAtom == atom.Img:
			alt, _ := attribute(token, "alt")
			found[len(found)-1].add(alt)
		}
	}
}

// add appends words to what stands on the link, with single spaces between.
func (l *Link) add(words string) {
	words = strings.Join(strings.Fields(clean(words)), " ")
	if len(l.Text) < maxListed {
		l.Text = strings.TrimSpace(l.Text + " " + cut(words, maxListed))
	}
}

// attribute returns the value of an HTML attribute and whether it is there.
func attribute(t html.Token, name string) (string, bool) {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// oneClick returns the URL that a mail program posts to when its reader
// unsubscribes with one click: the first web link of List-Unsubscribe, if
// List-Unsubscribe-Post allows it (RFC 8058, section 3.1). The RFC asks for
// https; on one machine, http will do.
func oneClick(h message.Header) string {
	if !strings.EqualFold(strings.TrimSpace(h.Get("List-Unsubscribe-Post")), "List-Unsubscribe=One-Click") {
		return ""
	}
	for _, match := range bracketed.FindAllStringSubmatch(h.Get("List-Unsubscribe"), maxLinks) {
		if u := strings.Join(strings.Fields(match[1]), ""); isWeb(u) { // a fold may stand inside
			return u
		}
	}
	return ""
}

// isWeb says whether s is an absolute http or https URL.
func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
