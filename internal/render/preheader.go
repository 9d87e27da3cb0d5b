package render

import (
	"strings"
	"unicode/utf8"
)

// description is what the inbox shows beside the subject: the writer's words,
// or else the beginning of the article.
func (a *article) description() string {
	if a.issue.Description != "" {
		return a.issue.Description
	}
	return a.opening()
}

// opening is the first sentences of the article, without merge tags and without
// what not every reader gets. An article that has hardly any sentences begins
// with whatever it says first.
func (a *article) opening() string {
	if s := a.beginning(" ", sentences); len([]rune(s)) >= minPreheader {
		return s
	}
	return a.beginning(" · ", (*node).said)
}

// beginning joins what the first blocks say.
func (a *article) beginning(with string, said func(*node) []string) string {
	var parts []string
	length, open := 0, 0
	for _, n := range a.doc.kids {
		open += a.cuts.Opened(n.text)
		if open > 0 || isLoop(n) || length > maxPreheader {
			continue
		}
		for _, s := range said(n) {
			if s = oneLine(a.cuts.Drop(s)); s != "" {
				parts, length = append(parts, s), length+utf8.RuneCountInString(s)
			}
		}
	}
	return shorten(strings.Join(parts, with), maxPreheader)
}

func sentences(n *node) []string {
	if n.kind != paragraph {
		return nil
	}
	return []string{n.plainText()}
}

// said is what a block and the blocks in it say, one after the other.
func (n *node) said() []string {
	var all []string
	n.walk(func(n *node) {
		switch n.kind {
		case heading, paragraph, citation, cell, code, buttons:
			all = append(all, n.plainText())
		case figure:
			all = append(all, n.text+" "+n.title)
		default: // its blocks say it
		}
	})
	return all
}

// Inboxes show between 30 and 150 characters of a preheader.
const (
	minPreheader = 40
	maxPreheader = 140
)

// preheader is the line of the article, and when that says hardly anything also
// what the newsletter is, unless a locked phone must not show it.
func (a *article) preheader() string {
	line, about := a.cut(a.line()), a.about()
	if length := len([]rune(line)); length < minPreheader && about != "" && a.news.Discreet == nil {
		about = shorten(about, maxPreheader-length)
		return strings.TrimPrefix(line+" · "+about, " · ")
	}
	return line
}

// line is the description, made longer with the beginning of the article when it
// is too short, and shorter when it is too long.
func (a *article) line() string {
	s := oneLine(a.description())
	if len([]rune(s)) < minPreheader {
		opening := a.opening()
		if _, after, found := strings.Cut(opening, a.typeset(s)); found {
			opening = after
		}
		s = oneLine(s + " " + opening)
	}
	return shorten(s, maxPreheader)
}

// typeset is a line as the article would say it, without merge tags.
func (a *article) typeset(line string) string { return a.cuts.Drop(a.cut(line)) }

// shorten cuts s at a blank before n characters, unless there are merge tags in
// it.
func shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n || (strings.Contains(s, "{{") || strings.Contains(s, "{%")) {
		return s
	}
	cut := string(runes[:n-1])
	if i := strings.LastIndexByte(cut, ' '); i > n/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:–—-") + "…"
}

// dek is the standfirst below the title: the writer's description, unless the
// article begins with the same words. What stands in for a description that was
// not written is in the article already.
func (a *article) dek() string {
	d := oneLine(a.issue.Description)
	_, written := a.issue.Places["description"]
	if !written || strings.HasPrefix(a.opening(), strings.TrimRight(shorten(a.typeset(d), 60), ".…")) {
		return ""
	}
	return d
}
