// Package locale is in charge of the words and dates that pages and mails say by
// themselves, in every language that has a file in templates/locale. It chooses
// among them what a person reads best, and knows plurals (CLDR), numbers and the
// direction of writing. What a language lacks is said in English.
package locale

import (
	"embed"
	"io/fs"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	texts "github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"tidings/templates"
)

// Bundle is every language there is. It does not change after Load, and can be
// used by several goroutines.
type Bundle struct {
	locales []*Locale // English first
	matcher language.Matcher
}

// Locale says things in one language. It can be used by several goroutines.
type Locale struct {
	tag     language.Tag // of its words
	dates   language.Tag // whose way of writing dates it keeps
	said    *i18n.Localizer
	plain   map[string]string // messages that nothing is filled into
	parser  texts.Parser
	numbers *message.Printer
	choices []Choice
}

// Choice is a language as people choose one.
type Choice struct {
	Tag  string // BCP 47
	Name string // in the language itself
}

// Load reads the built-in languages and those of files, which is templates.FS or
// a site's own files laid over it: locale/TAG.toml, one file for each language.
// A file of the same name as a built-in one needs to hold only what it says
// differently. What is wrong in a file is newsletter.Problems with its line.
func Load(files fs.FS) (*Bundle, error) {
	all := collection{}
	if err := all.read(templates.FS, embed.FS{}); err != nil {
		return nil, err
	}
	if err := all.read(files, templates.FS); err != nil {
		return nil, err
	}
	return all.bundle()
}

// Choose returns the language that suits a person best. Preferences go from the
// first to the last: each is a BCP 47 tag or an Accept-Language header (RFC 9110,
// section 12.5.4), and one that is empty, broken or asks for nothing we speak
// gives way to the next. At the end it is English.
func (b *Bundle) Choose(preferences ...string) *Locale {
	for _, p := range preferences {
		if l := b.first(p); l != nil {
			return l
		}
	}
	return b.locales[0]
}

// Speaks says whether there are words for a preference, as Choose takes it.
func (b *Bundle) Speaks(preference string) bool { return b.first(preference) != nil }

// maxPreference is the most that is read of a preference, in bytes.
const maxPreference = 500

// first returns the language that a preference asks for, or nil.
func (b *Bundle) first(preference string) *Locale {
	if preference == "" || len(preference) > maxPreference {
		return nil
	}
	var known []string // one that cannot be read would hide the others
	for part := range strings.SplitSeq(preference, ",") {
		if _, _, err := language.ParseAcceptLanguage(part); err == nil {
			known = append(known, part)
		}
	}
	wanted, weights, err := language.ParseAcceptLanguage(strings.Join(known, ","))
	if err != nil {
		return nil
	}
	var tags []language.Tag
	for i, tag := range wanted {
		if weights[i] > 0 && tag != language.Und {
			tags = append(tags, tag)
		}
	}
	if _, at, confidence := b.matcher.Match(tags...); confidence != language.No {
		return b.locales[at]
	}
	return nil
}

// For returns the words to stand around a text in the language of that BCP 47
// tag. Where we do not speak it, they are English and dates are in figures, which
// everybody reads.
func (b *Bundle) For(tag string) *Locale {
	wanted, err := language.Parse(tag)
	if err != nil {
		return b.locales[0]
	}
	if _, at, confidence := b.matcher.Match(wanted); confidence != language.No {
		return b.locales[at]
	}
	l := *b.locales[0]
	l.dates = wanted
	return &l
}

// Tag is the BCP 47 tag of the words, for lang attributes.
func (l *Locale) Tag() string { return l.tag.String() }

// Direction is the direction of writing, for dir attributes: "ltr" or "rtl".
func (l *Locale) Direction() string { return Direction(l.tag.String()) }

// Direction is the direction of writing of the language of a BCP 47 tag: "rtl",
// or "ltr" for most languages and for what is no tag.
func Direction(tag string) string {
	script, _ := language.Make(tag).Script()
	if slices.Contains([]string{"Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg"}, script.String()) {
		return "rtl"
	}
	return "ltr"
}

// Languages are all languages there are, ordered by their own names.
func (l *Locale) Languages() []Choice { return slices.Clone(l.choices) }

// choices lists locales for people to choose from.
func choices(locales []*Locale) []Choice {
	all := make([]Choice, 0, len(locales))
	for _, l := range locales {
		all = append(all, Choice{l.Tag(), l.Say("language")})
	}
	slices.SortFunc(all, func(a, b Choice) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return all
}
