package check

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"

	"tidings/internal/newsletter"
)

const (
	subjectColumns = 60 // what most mail programs show of a subject
	shoutLetters   = 10 // capital letters from which on they are no abbreviation
)

// aboutSubject is one finding at the subject, or at the title that stands for
// it.
func (d *draft) aboutSubject(message, hint string) []finding {
	at, ok := d.issue.Places["subject"]
	if !ok {
		at = d.issue.Places["title"]
	}
	return []finding{{at: at, message: message, hint: hint}}
}

// subject is the subject as a reader gets it of whom nothing is known.
func (d *draft) subject() string {
	s := d.issue.Subject
	if s == "" {
		s = d.outline.Title
	}
	return words(unknown(s))
}

// subjectEmpty wants words for every reader, also for one of whom nothing is
// known.
func subjectEmpty(d *draft) []finding {
	if d.subject() != "" {
		return nil
	}
	if d.issue.Subject != "" {
		return d.aboutSubject("the subject is empty for readers of whom nothing is known", `give its merge tags a default, such as {{ subscriber.first_name | default: "friend" }}`)
	}
	return d.aboutSubject("the subject is empty", "give the issue a title or a subject")
}

// subjectLong measures the subject in columns, in which letters of Chinese,
// Japanese and Korean take two.
func subjectLong(d *draft) []finding {
	width := runewidth.StringWidth(d.subject())
	if width <= subjectColumns {
		return nil
	}
	return d.aboutSubject(fmt.Sprintf("the subject is %d columns wide, and many programs show no more than %d", width, subjectColumns),
		"say the first thing first, and shorten the rest")
}

// answer begins the subject of an answer or of a forwarded mail, in the
// languages of the mail programs that write it.
var answer = regexp.MustCompile(`(?i)^(?:\[[^\]]*\]\s*)?(?:re|fw|fwd|aw|antw|wg|sv|vs|vb|tr|rv|res|enc|doorst|rif|odp|pd|ynt|回复|答复|转发)(?:\[\d+\])?\s*[:：]`)

// subjectReply finds a subject that feigns an answer (15 U.S.C. 7704(a)(2)).
func subjectReply(d *draft) []finding {
	words := answer.FindString(d.subject())
	if words == "" {
		return nil
	}
	return d.aboutSubject(fmt.Sprintf("the subject begins with %q as if the mail were an answer or passed on", words), "take it out")
}

// subjectShouting finds capital letters and exclamation marks. An abbreviation or
// a single mark is not shouting.
func subjectShouting(d *draft) []finding {
	subject := d.subject()
	upper, lower := 0, 0
	for _, r := range subject {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
	}
	switch {
	case upper >= shoutLetters && upper > 4*lower:
		return d.aboutSubject("the subject is in capital letters, which reads as shouting", "write it as you would say it")
	case strings.Count(subject, "!")+strings.Count(subject, "！") > 1:
		return d.aboutSubject("the subject has more than one exclamation mark", "one is enough, and none is better")
	}
	return nil
}

// subjectEmoji finds a subject of signs alone.
func subjectEmoji(d *draft) []finding {
	subject := d.subject()
	wordless := !strings.ContainsFunc(subject, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	if subject == "" || !wordless {
		return nil
	}
	return d.aboutSubject(fmt.Sprintf("the subject %q has no word in it", clip(subject)), "say what the mail is about")
}

// senderBadge finds signs in the sender's name that look like the mark of a
// verified sender, for which mail providers turn mail away.
func senderBadge(d *draft) []finding {
	if !strings.ContainsFunc(d.newsletter.From.Name, func(r rune) bool { return unicode.In(r, unicode.So, unicode.Sk) }) {
		return nil
	}
	return []finding{{
		settings: true, at: newsletter.Place{},
		message: fmt.Sprintf("the sender's name %q holds a sign that could pass for a badge", clip(d.newsletter.From.Name)), hint: "write the name in letters alone",
	}}
}
