package check

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// What inboxes show beside the subject, in characters.
const (
	shortDescription = 30
	longDescription  = 150
)

// written returns the description if the writer gave one.
func (d *draft) written() (string, bool) {
	_, ok := d.issue.Places["description"]
	return words(unknown(d.issue.Description)), ok
}

// aboutDescription is one finding at the description.
func (d *draft) aboutDescription(message, hint string) []finding {
	return []finding{{at: d.issue.Places["description"], message: message, hint: hint}}
}

// descriptionMissing wants a description of the writer's own. The first sentence,
// which stands in for it, was written for another place.
func descriptionMissing(d *draft) []finding {
	description, ok := d.written()
	if description == "" && d.mail != nil {
		description = d.mail.Description
	}
	switch {
	case ok && description != "":
		return nil
	case description == "":
		return d.aboutDescription("there is no description, and the article has no words to stand in for it", "add the key description: one sentence on what awaits the reader")
	}
	return d.aboutDescription(fmt.Sprintf("there is no description, and inboxes show %q beside the subject", clip(description)),
		"add the key description: one sentence on what awaits the reader")
}

// descriptionTitle finds a description that wastes its line on words that the
// reader sees beside it.
func descriptionTitle(d *draft) []finding {
	description, ok := d.written()
	if !ok || normal(description) == "" {
		return nil
	}
	for _, line := range []string{d.outline.Title, d.subject()} {
		rest, repeats := strings.CutPrefix(normal(description), normal(line))
		if repeats && normal(line) != "" && utf8.RuneCountInString(normal(rest)) < shortDescription/2 {
			return d.aboutDescription(fmt.Sprintf("the description repeats %q", clip(line)), "inboxes show both side by side: say something more")
		}
	}
	return nil
}

// descriptionLength holds the description to what inboxes show of it.
func descriptionLength(d *draft) []finding {
	description, ok := d.written()
	n := utf8.RuneCountInString(description)
	switch {
	case !ok || n == 0:
		return nil
	case n < shortDescription:
		return d.aboutDescription(fmt.Sprintf("the description has %d characters, fewer than %d: inboxes fill the line with the text", n, shortDescription), "say a little more")
	case n > longDescription:
		return d.aboutDescription(fmt.Sprintf("the description has %d characters, and inboxes show no more than %d", n, longDescription), "say the first thing first, and shorten the rest")
	}
	return nil
}

// newsletterAbout wants the newsletter to say what it is: in a short mail that is
// all there is to show beside the subject.
func newsletterAbout(d *draft) []finding {
	if strings.TrimSpace(d.newsletter.Description) != "" {
		return nil
	}
	return []finding{{settings: true, message: "the newsletter has no description", hint: "add the key description: one sentence on what readers get, and when"}}
}
