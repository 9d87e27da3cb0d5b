package check

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"tidings/internal/newsletter"
	"tidings/internal/render"
)

// unread is what looks like a link to people but not to Markdown: brackets with
// a blank between them or in the address, a reference that is nowhere defined,
// brackets the wrong way round, and an address with a slip in its first signs.
var unread = regexp.MustCompile(`\] ?\(\s*(?:https?:|mailto:|www\.)[^)]{0,500}` +
	`|\[[^\]]{0,200}\pL{2}[^\]]{0,200}\]\[[^\]]{0,200}\pL{2}[^\]]{0,200}\]` +
	`|\(https?:[^)\s]{1,500}\)\[` +
	`|\bhttps?(?:;/|//|:/[^/\s])\S{0,200}`)

// maxUnread bounds how many of them are named in one paragraph.
const maxUnread = 20

// linkBroken finds addresses that lead nowhere, and links that Markdown did not
// take for any.
func linkBroken(d *draft) []finding {
	found := d.eachLink(func(l render.Link) (string, string) {
		why, hint := broken(l)
		if why == "" {
			return "", ""
		}
		return fmt.Sprintf("the link to %q %s", clip(l.URL), why), hint
	}, toHeading, toTag, toAddress, toWeb, toUnknown)
	for _, p := range d.outline.Paragraphs {
		for _, words := range unread.FindAllString(tag.ReplaceAllString(p.Prose, ""), maxUnread) {
			found = append(found, finding{
				at:      d.source.find(p.Place, words[:1+strings.IndexAny(words[1:]+"(", "([:/;")]),
				message: fmt.Sprintf("%q looks like a link, but is shown as text", clip(words)),
				hint:    "a link is written [text](https://example.org), without a blank between the brackets or in the address",
			})
		}
	}
	return found
}

// broken says what is wrong with the address of a link, or nothing.
func broken(l render.Link) (why, hint string) {
	switch kindOf(l.URL) {
	case toHeading:
		if l.Dead {
			return "leads to a heading that is not there", "write the words of the heading in lower case, with hyphens between them"
		}
	case toTag:
		if !strings.HasSuffix(l.URL, "}}") || strings.Count(l.URL, "{{") > 1 {
			return "begins with a merge tag and goes on after it, and is shown as text", "begin with https://, or let the tag be the whole address"
		}
	case toAddress:
		return brokenAddress(tag.ReplaceAllString(l.URL, "x")), "such as mailto:letters@example.org or tel:+15550100"
	case toWeb:
		return brokenWeb(tag.ReplaceAllString(l.URL, "x")), "copy it from the address bar of a browser"
	case toUnknown:
		scheme, _, _ := strings.Cut(l.URL, ":")
		hint = "links begin with https:, mailto: or tel:"
		if near := newsletter.Nearest(scheme, []string{"http", "https", "mailto", "tel"}); near != "" {
			hint = fmt.Sprintf("did you mean %s:?", near)
		}
		return fmt.Sprintf("begins with %q, which mail programs do not open", clip(scheme)+":"), hint
	case toNowhere, toNeighbor: // other rules are about these
	}
	return "", ""
}

// brokenWeb says what is wrong with an address of the web, or nothing.
func brokenWeb(raw string) string {
	u, err := url.Parse(absolute(raw))
	switch {
	case strings.ContainsAny(raw, " \t\n\\"):
		return "has a blank or a backslash in it"
	case err != nil:
		return "cannot be read as an address"
	case u.Hostname() == "":
		return "names no host"
	case u.User != nil:
		return "holds a user name, which mail programs take for a trick"
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil || isLocalURL(raw) {
		return ""
	}
	if _, _, err := newsletter.ParseAddress("x@" + u.Hostname()); err != nil {
		return fmt.Sprintf("has a host %q that cannot be one", clip(u.Hostname()))
	}
	return ""
}

// brokenAddress says what is wrong with "mailto:" and "tel:", or nothing.
func brokenAddress(raw string) string {
	scheme, rest, _ := strings.Cut(raw, ":")
	rest, query, _ := strings.Cut(rest, "?")
	rest, err := url.PathUnescape(rest)
	switch {
	case err != nil:
		return "has a % that is not followed by two hexadecimal digits"
	case strings.EqualFold(scheme, "tel"):
		if strings.Trim(rest, "+0123456789-.()") != "" || rest == "" {
			return "is no telephone number"
		}
		return ""
	case rest == "" && query != "": // the reader fills in to whom
		return ""
	}
	for address := range strings.SplitSeq(rest, ",") {
		if _, _, err := newsletter.ParseAddress(address); err != nil {
			return "is no mail address"
		}
	}
	return ""
}
