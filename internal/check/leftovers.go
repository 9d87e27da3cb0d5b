package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// remnant is a kind of leftover.
type remnant struct {
	find *regexp.Regexp
	not  []string // languages in which it means something
}

// remnants are what writers leave for later, and what other programs leave
// behind. Capital letters count where a word has another meaning in small ones.
var remnants = []remnant{
	{regexp.MustCompile(`\b(?:TK)+\b`), []string{"de"}}, // a German health insurance
	{regexp.MustCompile(`\bTODO\b`), []string{"es", "pt"}},
	{regexp.MustCompile(`\bTODO:|\bFIXME\b|\bXXX+\b`), nil},
	{regexp.MustCompile(`(?i)\blorem ipsum\b|\bdolor sit amet\b`), nil},
	{regexp.MustCompile(`\}\}|%\}`), nil},
	{regexp.MustCompile(`(?i)\[ ?(?:insert|your|placeholder|first ?name|last ?name|company name)\b[^\]]{0,60}\]?`), nil},
	{regexp.MustCompile(`(?i)\byour (?:first |last |company )?(?:name|title|text|headline|logo) (?:goes )?here\b`), nil},
	{regexp.MustCompile(`\|[A-Z][A-Z0-9_:]{1,40}\||%%[A-Za-z_.]{1,40}%%|\[\[[A-Za-z_ ]{1,40}\]\]`), nil}, // merge tags of others
	{regexp.MustCompile(`\[\^[^\]\s]{1,40}\]|\^\[[^\]]{1,400}\]`), nil},                                  // a note that is nowhere, or inside the line
	{regexp.MustCompile(`\{[.#][A-Za-z][\w-]*\}|\{width=[^}]{0,20}\}|\[![A-Za-z]{2,12}\]`), nil},         // marks in a place where they mean nothing
}

// leftover finds what was to be written later. Code is left out, and so are merge
// tags, which have rules of their own.
func leftover(d *draft) []finding {
	found := lostNotes(d)
	language := d.tongue()
	if words := tag.FindString(d.issue.Title); words != "" {
		found = append(found, finding{
			at: d.issue.Places["title"], message: fmt.Sprintf("%q in the title is not filled in: the title is the same for everybody, in the archive too", clip(words)),
			hint: "write the title without it; a subject may have it",
		})
	}
	for _, p := range d.passages() {
		text := tag.ReplaceAllString(p.text, "")
		var known []string
		for _, r := range remnants {
			if slices.Contains(r.not, language) {
				continue
			}
			words := r.find.FindString(text)
			again := slices.ContainsFunc(known, func(w string) bool { return strings.HasPrefix(words, w) }) // "TODO:" is a "TODO"
			if words != "" && !again {
				known = append(known, words)
				found = append(found, finding{
					at: d.source.find(p.at, words), message: fmt.Sprintf("%q was left for later", clip(words)),
					hint: "write what belongs there, or take it out",
				})
			}
		}
	}
	return found
}

// spamGreeting is what SpamAssassin's rules DEAR_FRIEND and DEAR_SOMETHING look
// for in the beginning of a line.
var spamGreeting = regexp.MustCompile(`(?i)^\s*dear (?:friend|sirs?|madam|sir/madam|sir or madam|candidate|investor|internet|customer|winner|beneficiary)\b`)

// greetingSpam finds greetings that filters know from unwanted mail, also as
// readers get them of whom no name is known.
func greetingSpam(d *draft) []finding {
	var found []finding
	for _, p := range d.outline.Paragraphs {
		if words := spamGreeting.FindString(unknown(p.Prose)); words != "" {
			found = append(found, finding{
				at: p.Place, message: fmt.Sprintf("%q is how unwanted mail begins, and filters know it", words),
				hint: `greet with a name, or with {{ subscriber.first_name | default: "reader" }}`,
			})
		}
	}
	return found
}
