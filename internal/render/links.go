package render

import (
	"strings"

	"tidings/internal/merge"
)

// links knows where links and pictures may lead.
type links struct {
	base    string            // of the site, without a slash at its end
	page    string            // of the archive page, for what is relative
	content int               // width of the text in CSS pixels
	anchors map[string]string // id of a heading by its slug
	cuts    conditions
}

// conditions are the merge tags of a list in a loop.
type conditions struct{ first, last, endif string }

// href makes a URL safe for an attribute. It is false for a URL that could run
// something, and for an anchor that leads nowhere.
func (l *links) href(url string) (string, bool) {
	url = strings.TrimSpace(url)
	switch {
	case url == "":
		return "", false
	case url[0] == '#':
		id, ok := l.anchors[slug(url[1:])]
		return "#" + id, ok
	}
	resolved, ok := l.resolve(url, "http", "https", "mailto", "tel")
	return attribute(resolved), ok
}

// src makes the URL of a picture safe for an attribute.
func (l *links) src(url string) (string, bool) {
	resolved, ok := l.resolve(strings.TrimSpace(url), "http", "https")
	return attribute(resolved), ok && resolved != ""
}

// attribute encodes a URL for an attribute of HTML. A tag at its beginning is a
// URL as a whole, later ones are parts.
func attribute(url string) string {
	return placed(escapeText(encode(url)), merge.HTMLURL, merge.HTMLURLPart)
}

// placed sets the tags of a URL to land as a whole or as parts.
func placed(url string, whole, part merge.Place) string {
	if !merge.Has(url) {
		return url
	}
	first, size := firstTag(url)
	if size == len(url) {
		return merge.At(whole, first)
	}
	return merge.At(part, url)
}
