package public

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/web"
)

// tooFast is how soon after it was shown nobody has filled in a form.
const tooFast = time.Second

// maxValue is how many bytes of one value are read: more than what is kept, so
// that a longer one is refused and not cut short.
const maxValue = 1200

// mostValues is how many values of one name are read.
const mostValues = 50

// The names under which forms post what we ask for. Other sites keep the forms
// they have, so that an address comes under any of these.
var (
	emailNames     = []string{"email", "email_address", "EMAIL", "fields[email]"}
	nameNames      = []string{"name", "fields[name]", "full_name", "fullname", "FULLNAME", "NAME"}
	firstNameNames = []string{"first_name", "FNAME", "fields[first_name]"}
	lastNameNames  = []string{"last_name", "LNAME", "fields[last_name]"}
	tagNames       = []string{"tag", "tags", "tag[]", "tags[]"}
	choiceNames    = []string{"newsletter", "newsletter[]"}
	zoneNames      = []string{"timezone", "fields[timezone]"}
	returnNames    = []string{"redirect", "redirect_url", "return_url"}
)

const (
	trapName     = "website" // seen by programs only
	shownName    = "shown"   // when the form was made, in milliseconds; not in forms on other sites
	languageName = "language"
)

// typed is what came with a sign-up, from a form or as JSON.
type typed struct{ url.Values }

// readTyped reads the body of a sign-up in any of its encodings.
func readTyped(w http.ResponseWriter, r *http.Request) (typed, error) {
	read := web.Form
	if web.SendsJSON(r) {
		read = web.JSONForm
	}
	values, err := read(w, r)
	return typed{values}, err
}

// value is the first that is not empty of what was typed under these names.
func (t typed) value(names ...string) string {
	i := slices.IndexFunc(names, func(name string) bool { return strings.TrimSpace(t.Get(name)) != "" })
	if i < 0 {
		return ""
	}
	return cut(strings.TrimSpace(t.Get(names[i])))
}

// list is everything that was typed under these names, also where several stand
// in one value with commas between them.
func (t typed) list(names ...string) []string {
	var all []string
	for _, name := range names {
		for _, v := range t.Values[name] {
			for part := range strings.SplitSeq(cut(v), ",") {
				if part = strings.TrimSpace(part); part != "" && len(all) < mostValues {
					all = append(all, part)
				}
			}
		}
	}
	return all
}

// cut keeps maxValue bytes of s.
func cut(s string) string { return newsletter.Beginning(s, maxValue) }

// field is what was typed for a declared field.
func (t typed) field(f *newsletter.Field) string {
	return t.value(f.Name, "fields["+f.Name+"]", strings.ToUpper(f.Name))
}

// name is the full name, put together where a form asks for its parts.
func (t typed) name() string {
	if full := t.value(nameNames...); full != "" {
		return full
	}
	last := t.value(lastNameNames...)
	if last == "" {
		return ""
	}
	return strings.TrimSpace(t.value(firstNameNames...) + " " + last)
}

// trapped says whether a program filled in what people do not see.
func (t typed) trapped() bool { return t.Get(trapName) != "" }

// tooFast says whether a form of ours came back sooner than a person can fill it
// in. A form on another site says nothing of when it was shown.
func (t typed) tooFast(now time.Time) bool {
	shown, err := strconv.ParseInt(t.Get(shownName), 10, 64)
	return err == nil && now.Sub(time.UnixMilli(shown)) < tooFast
}

// returns is where the form leads back to, if the newsletter lets it: a page that
// its newsletter.toml names as a whole, so that nobody can lead readers elsewhere.
func (t typed) returns(n *newsletter.Newsletter) string {
	if at := t.value(returnNames...); slices.Contains(n.FormReturns, at) {
		return at
	}
	return ""
}
