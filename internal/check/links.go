package check

import (
	"fmt"
	"slices"
	"strings"

	"tidings/internal/render"
)

// linkKind says where a link leads.
type linkKind int

const (
	toNowhere  linkKind = iota // a placeholder
	toHeading                  // "#frost"
	toTag                      // all of it is a merge tag
	toAddress                  // "mailto:", "tel:"
	toWeb                      // "http:", "https:", "//"
	toNeighbor                 // a relative one
	toUnknown                  // a scheme that no mail should have
)

// placeholders are what people write before they know where a link leads.
var placeholders = []string{"", "#", "http://", "https://", "http:", "https:", "www.", "todo", "tk", "xxx", "url", "link", "tbd", "http://todo", "https://todo", "http://xxx", "https://xxx"}

// kindOf says where a URL leads.
func kindOf(raw string) linkKind {
	lower := strings.ToLower(raw)
	scheme, rest, colon := strings.Cut(lower, ":")
	switch {
	case slices.Contains(placeholders, lower):
		return toNowhere
	case raw[0] == '#':
		return toHeading
	case strings.HasPrefix(raw, "{{"):
		return toTag
	case strings.HasPrefix(raw, "//"):
		return toWeb
	case !colon || strings.ContainsAny(scheme, "/?#{"):
		return toNeighbor
	case scheme == "http" || scheme == "https":
		return toWeb
	case scheme == "mailto" || scheme == "tel":
		return toAddress
	case strings.Trim(rest, "0123456789") == "" || strings.Contains(scheme, "."): // "example.org:8080"
		return toNeighbor
	}
	return toUnknown
}

// eachLink calls what is wrong with a link for each link of some kinds, and
// gathers what it says: a message and a hint, or nothing.
func (d *draft) eachLink(wrong func(l render.Link) (message, hint string), kinds ...linkKind) []finding {
	var found []finding
	for _, l := range d.outline.Links {
		l.URL = strings.TrimSpace(l.URL)
		if !slices.Contains(kinds, kindOf(l.URL)) {
			continue
		}
		if message, hint := wrong(l); message != "" {
			found = append(found, finding{at: l.Place, message: message, hint: hint})
		}
	}
	return found
}

// linkPlaceholder finds links that were to be given their address later.
func linkPlaceholder(d *draft) []finding {
	return d.eachLink(func(l render.Link) (string, string) {
		if l.URL == "" {
			return fmt.Sprintf("the link %q has no address", clip(l.Text)), "write where it leads, between the parentheses"
		}
		return fmt.Sprintf("the link %q leads to %q, which is a placeholder", clip(l.Text), l.URL), "write where it leads"
	}, toNowhere)
}

// linkRelative finds addresses without a host. They are completed from the
// archive page when the mail is rendered, but seldom meant so.
func linkRelative(d *draft) []finding {
	return d.eachLink(func(l render.Link) (string, string) {
		return fmt.Sprintf("the link to %q is relative; a mail has no page that it could be relative to", l.URL), "write the whole address, such as https://example.org/" + strings.TrimLeft(l.URL, "./")
	}, toNeighbor)
}

// linkHTTP finds addresses that are asked for without encryption.
func linkHTTP(d *draft) []finding {
	return d.eachLink(func(l render.Link) (string, string) {
		rest, ok := strings.CutPrefix(l.URL, "http://")
		if !ok || isLocalURL(l.URL) {
			return "", ""
		}
		return fmt.Sprintf("the link to %q is not encrypted", clip(l.URL)), "write https://" + rest
	}, toWeb)
}

// linkLocal finds addresses of the writer's own machine or network, such as that
// of a preview.
func linkLocal(d *draft) []finding {
	const hint = "write the public address"
	found := d.eachLink(func(l render.Link) (string, string) {
		if !isLocalURL(l.URL) {
			return "", ""
		}
		return fmt.Sprintf("the link to %q leads to a machine or network that readers cannot reach", clip(l.URL)), hint
	}, toWeb)
	for _, i := range d.outline.Images {
		if isLocalURL(i.Src) {
			found = append(found, finding{
				at: i.Place, hint: hint,
				message: fmt.Sprintf("the picture %q is on a machine or network that readers cannot reach", clip(i.Src)),
			})
		}
	}
	return found
}

// linkSameText finds links that a reader who hears only their texts cannot tell
// apart (WCAG 2.2, success criterion 2.4.4).
func linkSameText(d *draft) []finding {
	first := map[string]render.Link{}
	return d.eachLink(func(l render.Link) (string, string) {
		text := normal(l.Text)
		if text == "" || d.saysNothing(l) != "" {
			return "", ""
		}
		before, again := first[text]
		if !again {
			first[text] = l
		}
		if !again || strings.TrimRight(before.URL, "/") == strings.TrimRight(l.URL, "/") {
			return "", ""
		}
		return fmt.Sprintf("the link %q leads elsewhere than the one with the same text in line %d", clip(l.Text), before.Line), "say in its text where each leads"
	}, toHeading, toAddress, toWeb, toNeighbor)
}
