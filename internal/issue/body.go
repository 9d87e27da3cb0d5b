package issue

import (
	"regexp"
	"strings"

	"github.com/rivo/uniseg"

	"tidings/internal/newsletter"
	"tidings/internal/settings"
)

var (
	// heading is a Markdown heading of the first level, "# text".
	heading = regexp.MustCompile(`^ {0,3}#[ \t]+(.*?)[ \t]*#*[ \t]*$`)

	// noProse begins a block that is no paragraph: code, a heading, a quote, a
	// table, HTML, a list, a picture, a rule, a definition, a container or a
	// condition.
	noProse = regexp.MustCompile(`^(?: {4}|\t| {0,3}(?:[#>|<]|[-*+] |\d{1,9}[.)] |!\[|:::|\{%|\[[^\]]+\]:|(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$))`)

	// underline makes a heading of the lines above it.
	underline = regexp.MustCompile(`^ {0,3}(?:=+|-+)[ \t]*$`)
)

// body takes the Markdown, and from it the title and the description where the
// front matter does not give them. A heading that says the title is taken out,
// since the layout sets the title; its line stays, empty, so that the others
// keep their numbers.
func (r *reader) body(body []byte) {
	lines := strings.Split(string(body), "\n")
	i := r.issue
	at := firstHeading(lines)
	switch {
	case r.table.Has("title"):
		if at >= 0 && blank(lines[:at]) && headingText(lines[at]) == plain(i.Title) {
			lines[at] = ""
		}
	case at >= 0:
		i.Title = headingText(lines[at])
		if err := settings.Line(i.Title); err != nil {
			r.report(settings.RuleBadValue, i.BodyLine+at, "title: "+err.Error(), "this heading is the title")
		}
		r.placeAt("title", newsletter.Place{Line: i.BodyLine + at, Column: 1})
		lines[at] = ""
	default:
		r.report(settings.RuleMissingKey, 0, `has no title, expected the key title or a line "# Title"`, "write one of them")
	}
	if blank(lines) {
		r.report(RuleEmptyBody, i.BodyLine, "has no text", "write something to send")
	}
	i.Markdown = []byte(strings.Join(lines, "\n"))
	if i.Subject == "" {
		i.Subject = i.Title
	}
	if i.Description == "" {
		i.Description = firstSentence(lines)
	}
}

// headingText is what a heading says, as plain text.
func headingText(line string) string {
	return plain(heading.FindStringSubmatch(line)[1])
}

func blank(lines []string) bool {
	for _, line := range lines {
		if strings.TrimSpace(line) != "" {
			return false
		}
	}
	return true
}

// firstHeading returns the index of the first line "# heading" that is not in a
// code block, or -1.
func firstHeading(lines []string) int {
	open := ""
	for i, line := range lines {
		wasOpen := open != ""
		open = fence(open, line)
		if !wasOpen && open == "" && heading.MatchString(line) {
			return i
		}
	}
	return -1
}

// fence follows code fences: it returns the marks of the code block that is
// open after line, or "". Open are the marks before it.
func fence(open, line string) string {
	text := strings.TrimLeft(line, " ")
	marks := text[:len(text)-len(strings.TrimLeft(text, "`"))]
	if marks == "" {
		marks = text[:len(text)-len(strings.TrimLeft(text, "~"))]
	}
	switch {
	case len(line)-len(text) > 3 || len(marks) < 3:
		return open
	case open == "":
		return marks
	case strings.HasPrefix(marks, open) && strings.TrimSpace(text) == marks:
		return ""
	}
	return open
}

// firstSentence returns the first sentence of the first paragraph as plain text.
// A salutation, which ends in a comma, is no sentence, and neither is a
// paragraph that not every reader gets.
func firstSentence(lines []string) string {
	for _, paragraph := range paragraphs(lines) {
		text := plain(paragraph)
		if text == "" || strings.HasSuffix(text, ",") || strings.Contains(text, "{%") {
			continue
		}
		sentence, _, _ := uniseg.FirstSentenceInString(text, -1)
		return strings.TrimSpace(sentence)
	}
	return ""
}

// condition begins or ends what not every reader gets.
var condition = regexp.MustCompile(`\{%-?\s*(end)?(?:if|unless|case|for|comment)\b`)

// opened is how many more conditions a line begins than it ends.
func opened(line string) int {
	n := 0
	for _, m := range condition.FindAllStringSubmatch(line, -1) {
		if m[1] == "" {
			n++
		} else {
			n--
		}
	}
	return n
}

// paragraphs returns the first few paragraphs that every reader gets, each with
// its lines joined. A first sentence that is not in them is not looked for any
// further.
func paragraphs(lines []string) []string {
	const enough = 5
	var found []string
	var block []string
	open, conditions := "", 0
	for _, line := range append(lines, "") {
		wasOpen := open != ""
		open = fence(open, line)
		if !wasOpen && open == "" {
			conditions += opened(line)
		}
		if !wasOpen && open == "" && strings.TrimSpace(line) != "" {
			block = append(block, line)
			continue
		}
		if conditions <= 0 && isParagraph(block) {
			found = append(found, strings.Join(block, "\n"))
		}
		block = nil
		if len(found) == enough {
			break
		}
	}
	return found
}

func isParagraph(block []string) bool {
	return len(block) > 0 && !noProse.MatchString(block[0]) && (len(block) == 1 || !underline.MatchString(block[1]))
}
