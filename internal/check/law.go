package check

import (
	"html"
	"regexp"
	"strings"

	"tidings/internal/newsletter"
)

// markup is what stands between the words of HTML.
var markup = regexp.MustCompile(`<[^>]*>`)

// postalAddress wants the postal address in both parts (15 U.S.C.
// 7704(a)(5)(A)(iii)). A template of the site's own may have lost it.
func postalAddress(d *draft) []finding {
	address := words(d.newsletter.PostalAddress)
	if address == "" {
		return []finding{{
			settings: true, message: "the newsletter has no postal address, which the law of many countries wants in each mail",
			hint: `add the key postal_address, such as "1 Quay Street, Anytown"`,
		}}
	}
	if d.mail == nil {
		return nil
	}
	var found []finding
	missing := func(part, text string) {
		if !strings.Contains(words(text), address) {
			found = append(found, finding{
				message: "the postal address is not in the " + part + " part of the mail", hint: "put it back into the site's mail template",
			})
		}
	}
	missing("HTML", html.UnescapeString(markup.ReplaceAllString(d.mail.HTML.String(), " ")))
	missing("text", d.mail.Text.String())
	return found
}

// words is a text with single blanks, however it is wrapped.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// unsubscribeLink wants a link to leave in both parts, beside the one in the
// header (RFC 8058), as the law and the large mailbox providers do.
func unsubscribeLink(d *draft) []finding {
	if d.mail == nil {
		return nil
	}
	var found []finding
	missing := func(part string, t newsletter.Template) {
		if !hasUnsubscribe(t) {
			found = append(found, finding{
				message: "no link to unsubscribe is in the " + part + " part of the mail", hint: "put it back into the site's mail template",
			})
		}
	}
	missing("HTML", d.mail.HTML)
	missing("text", d.mail.Text)
	return found
}

// hasUnsubscribe says whether every reader gets the link.
func hasUnsubscribe(t newsletter.Template) bool {
	for _, p := range t {
		// In a block, such as a condition, some readers would not get it.
		if strings.HasPrefix(p.Merge, "{{ unsubscribe_url") {
			return true
		}
	}
	return false
}
