package settings

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"tidings/internal/newsletter"
)

// maxLine is the greatest length of a line of text in characters.
const maxLine = 1000

// Line is a check that wants one line of text which is not blank: it may come to
// stand in a header.
func Line(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return newsletter.Hint(errors.New("is empty"), "write a text or remove the line")
	case strings.ContainsFunc(text, unicode.IsControl):
		return errors.New("has a line break or another control character, expected one line")
	case utf8.RuneCountInString(text) > maxLine:
		return fmt.Errorf("is longer than %d characters", maxLine)
	}
	return nil
}

// Language is a check that wants a language tag (BCP 47).
func Language(text string) error {
	// The parser also takes the underscores of locale names.
	if _, err := language.Parse(text); err != nil || strings.Contains(text, "_") {
		return newsletter.Hint(fmt.Errorf("%.40q is not a language tag (BCP 47)", text), `such as "en" or "pt-BR"`)
	}
	return nil
}

// WebURL is a check that wants an absolute URL of the web without a password in
// it.
func WebURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return newsletter.Hint(errors.New("is not a web address"), `such as "https://news.example.org"`)
	}
	return nil
}
