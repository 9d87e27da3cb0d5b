package check

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"
)

const (
	leastLetters = 60 // from which on a text shows its script
	leastWords   = 40 // from which on a text shows its language
)

// scripts are the letters of each script (ISO 15924).
var scripts = map[string][]*unicode.RangeTable{
	"Latn": {unicode.Latin}, "Cyrl": {unicode.Cyrillic}, "Grek": {unicode.Greek}, "Arab": {unicode.Arabic},
	"Hebr": {unicode.Hebrew}, "Deva": {unicode.Devanagari}, "Thai": {unicode.Thai}, "Geor": {unicode.Georgian},
	"Armn": {unicode.Armenian}, "Hans": {unicode.Han}, "Hant": {unicode.Han},
	"Jpan": {unicode.Han, unicode.Hiragana, unicode.Katakana}, "Kore": {unicode.Hangul, unicode.Han},
}

// common are words that no text of a language does without, and that the other
// languages here do not have.
var common = map[string][]string{
	"en": {"the", "and", "of", "is", "that", "with", "was", "this", "not", "are", "have", "it", "you", "for"},
	"de": {"der", "die", "das", "und", "ist", "nicht", "mit", "ein", "eine", "zu", "den", "auf", "wir", "sie", "von"},
	"fr": {"les", "et", "est", "des", "une", "dans", "pour", "vous", "nous", "pas", "qui", "sur", "avec", "du"},
	"es": {"el", "los", "las", "y", "con", "por", "una", "del", "está", "pero", "más", "muy", "hay"},
	"pt": {"os", "não", "uma", "com", "do", "da", "em", "são", "mais", "mas", "você", "ao", "isso"},
	"nl": {"het", "een", "van", "niet", "dat", "zijn", "met", "voor", "ook", "aan", "wij", "wordt", "naar"},
	"it": {"il", "che", "di", "della", "sono", "gli", "più", "questo", "anche", "nel", "ma", "ho"},
}

// languageMissing wants a language that somebody chose, by which screen readers
// choose their voice.
func languageMissing(d *draft) []finding {
	if _, here := d.issue.Places["language"]; here || !d.newsletter.Unspoken && d.language() != "" {
		return nil
	}
	return []finding{{settings: true, message: "no language is set: it is taken for English", hint: `add the key language, such as "en" or "pt-BR"`}}
}

// languageMismatch finds an issue that is evidently written in another language
// than the one it is set in: screen readers would read it out wrongly.
func languageMismatch(d *draft) []finding {
	var b strings.Builder
	for _, p := range d.outline.Paragraphs {
		b.WriteString(tag.ReplaceAllString(p.Prose, "") + " ")
	}
	message := d.otherScript(b.String())
	if message == "" {
		message = d.otherTongue(b.String())
	}
	if message == "" {
		return nil
	}
	at, here := d.issue.Places["language"]
	if !here { // it is the newsletter's, and only the place says for which of its issues it is wrong
		at = d.issue.Places["title"]
	}
	return []finding{{at: at, message: message, hint: "correct the key language, of the issue or of the newsletter"}}
}

// otherScript says that most letters are of another script than the language's.
func (d *draft) otherScript(text string) string {
	t, err := language.Parse(d.language())
	if err != nil {
		return ""
	}
	script, _ := t.Script()
	expected, known := scripts[script.String()]
	letters, own := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if unicode.In(r, expected...) {
				own++
			}
		}
	}
	if !known || letters < leastLetters || own*2 > letters {
		return ""
	}
	return fmt.Sprintf("the language is %q, but most of the text is in another script", d.language())
}

// otherTongue says that the text has the common words of another language.
func (d *draft) otherTongue(text string) string {
	counts, total := map[string]int{}, 0
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		total++
		for tongue, words := range common {
			if slices.Contains(words, word) {
				counts[tongue]++
			}
		}
	}
	own, known := common[d.tongue()]
	if total < leastWords || !known || len(own) == 0 {
		return ""
	}
	best := d.tongue()
	for tongue := range common {
		if counts[tongue] > counts[best] {
			best = tongue
		}
	}
	if counts[best] <= 3*counts[d.tongue()] || counts[best]*8 < total {
		return ""
	}
	return fmt.Sprintf("the language is %q, but the text seems to be in %q", d.language(), best)
}
