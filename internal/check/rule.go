package check

import (
	"embed"
	"fmt"
	"strings"

	"tidings/internal/newsletter"
)

// rule looks for one kind of mistake.
type rule struct {
	id    string
	level newsletter.Level
	find  func(*draft) []finding // nil: found while files are read or the mail is rendered
}

// waivable says whether an issue may say that the rule does not apply to it. No
// issue goes out that readers could not leave by, or that there is no mail of.
func (r rule) waivable() bool { return r.find != nil && r.id != "unsubscribe-link" }

const (
	stops = newsletter.LevelError
	warns = newsletter.LevelWarning
)

// rules lists every rule in the order in which people should learn of them.
func rules() []rule {
	return []rule{
		{"link-broken", stops, linkBroken},
		{"link-placeholder", stops, linkPlaceholder},
		{"link-local", stops, linkLocal},
		{"link-relative", warns, linkRelative},
		{"link-http", warns, linkHTTP},
		{"link-text", warns, linkText},
		{"link-same-text", warns, linkSameText},
		{"link-dead", stops, linkDead},
		{"link-unreachable", warns, linkUnreachable},
		{"image-alt", warns, imageAlt},
		{"image-alt-name", warns, imageAltName},
		{"image-alt-long", warns, imageAltLong},
		{"image-http", warns, imageHTTP},
		{"image-heavy", warns, imageHeavy},
		{"embedded-heavy", stops, embeddedHeavy},
		{"heading-order", warns, headingOrder},
		{"heading-h1", warns, headingH1},
		{"heading-empty", warns, headingEmpty},
		{"text-twice", warns, textTwice},
		{"closing-twice", warns, closingTwice},
		{"text-direction", warns, textDirection},
		{"leftover", stops, leftover},
		{"greeting-spam", warns, greetingSpam},
		{"table-wide", warns, tableWide},
		{"tag-default", warns, tagDefault},
		{"subject-empty", stops, subjectEmpty},
		{"subject-long", warns, subjectLong},
		{"subject-reply", stops, subjectReply},
		{"subject-shouting", warns, subjectShouting},
		{"subject-emoji", warns, subjectEmoji},
		{"description-missing", warns, descriptionMissing},
		{"description-title", warns, descriptionTitle},
		{"description-length", warns, descriptionLength},
		{"sender-badge", warns, senderBadge},
		{"postal-address", stops, postalAddress},
		{"unsubscribe-link", stops, unsubscribeLink},
		{"mail-frame", warns, mailFrame},
		{"mail-size", warns, mailSize},
		{"mail-clipped", stops, mailClipped},
		{"audience-empty", warns, audienceEmpty},
		{"send-date-past", warns, sendDatePast},
		{"send-date-far", warns, sendDateFar},
		{"newsletter-about", warns, newsletterAbout},
		{"language-missing", warns, languageMissing},
		{"language-mismatch", warns, languageMismatch},
		{"discreet-words", stops, discreetWords},
		{"discreet-pictures", stops, discreetPictures},
		{"waive-unknown", warns, waiveUnknown},

		{id: "merge-tag", level: stops},
		{id: "picture", level: stops},
		{id: "mail-template", level: stops},
		{id: "template-stray", level: warns},
		{id: "size", level: stops},
		{id: "syntax", level: stops},
		{id: "unknown-key", level: stops},
		{id: "wrong-type", level: stops},
		{id: "bad-value", level: stops},
		{id: "missing-key", level: stops},
		{id: "not-text", level: stops},
		{id: "too-large", level: stops},
		{id: "empty-body", level: stops},
		{id: "file-name", level: stops},
		{id: "folder-name", level: stops},
		{id: "duplicate-slug", level: stops},
		{id: "unreadable", level: stops},
	}
}

// Rule is what people are told of a rule.
type Rule struct {
	ID       string           `json:"rule"` // stable, as in waive
	Level    newsletter.Level `json:"level"`
	Title    string           `json:"title"`    // one sentence without a full stop
	Page     string           `json:"page"`     // Markdown: what it is about, why, how to mend it, an example
	Waivable bool             `json:"waivable"` // an issue may say that it does not apply
}

//go:embed rules/*.md
var pages embed.FS

// Rules returns all rules in the order in which people should learn of them.
func Rules() ([]Rule, error) {
	all := rules()
	list := make([]Rule, len(all))
	for i, r := range all {
		page, err := pages.ReadFile("rules/" + r.id + ".md")
		if err != nil {
			return nil, fmt.Errorf("page of rule %s: %w", r.id, err)
		}
		first, _, _ := strings.Cut(string(page), "\n")
		list[i] = Rule{r.id, r.level, strings.TrimPrefix(first, "# "), string(page), r.waivable()}
	}
	return list, nil
}

// ids returns the ids of all rules.
func ids() []string {
	all := rules()
	list := make([]string, len(all))
	for i, r := range all {
		list[i] = r.id
	}
	return list
}

// Explain returns one rule. An id that is not known is newsletter.ErrNotFound
// with the nearest one in its hint.
func Explain(id string) (Rule, error) {
	list, err := Rules()
	if err != nil {
		return Rule{}, err
	}
	for _, r := range list {
		if r.ID == id {
			return r, nil
		}
	}
	hint := "tidings check --rules lists them"
	if near := newsletter.Nearest(id, ids()); near != "" {
		hint = fmt.Sprintf("did you mean %s? %s", near, hint)
	}
	return Rule{}, newsletter.Hint(fmt.Errorf("rule %.60q: %w", id, newsletter.ErrNotFound), hint)
}
