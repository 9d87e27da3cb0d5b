package render

import "strings"

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
	return shorten(oneLine(b.String()), maxPreheader)
}

// Inboxes show between 30 and 150 characters of a preheader.
const (
	minPreheader = 40
	maxPreheader = 140
)

// preheader is the description, made longer with the beginning of the article
// when it is too short, and shorter when it is too long.
func (a *article) preheader() string {
	s := oneLine(a.description())
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
	d := oneLine(a.issue.Description)
	if d == "" || strings.HasPrefix(a.opening(), strings.TrimRight(shorten(d, 60), ".…")) {
		return ""
	}
	return d
}
