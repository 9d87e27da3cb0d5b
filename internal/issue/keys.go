package issue

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
	"tidings/internal/settings"
)

// slugs is what a slug may look like.
var slugs = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

// maxSlug is the greatest length of a slug.
const maxSlug = 100

// keys reads the front matter.
func (r *reader) keys() {
	t, i := r.table, r.issue
	i.Title = t.Text("title", "", settings.Line)
	i.Subject = t.Text("subject", "", settings.Line)
	i.Description = t.Text("description", "", settings.Line)
	i.Author = t.Text("author", "", settings.Line)
	i.Slug = t.Text("slug", "", isSlug)
	i.Image = t.Text("image", "", settings.Line, r.isPicture)
	i.CanonicalURL = t.Text("canonical_url", "", settings.Line, settings.WebURL)
	i.Status = settings.Word(t, "status", newsletter.IssueDraft, newsletter.IssueDraft, newsletter.IssueReady)
	i.Layout = settings.Word(t, "layout", cmp.Or(r.newsletter.Layout, newsletter.LayoutLetter),
		newsletter.LayoutLetter, newsletter.LayoutDigest, newsletter.LayoutAnnouncement)
	i.Audience = t.Text("audience", "", settings.Line, r.isAudience)
	i.Language = t.Text("language", r.newsletter.Language, settings.Language)
	i.Date = r.day("date")
	i.SendAt = r.moment("send_at")
	i.SendBy = r.moment("send_by")
	if !i.SendAt.IsZero() && !i.SendBy.IsZero() && i.SendBy.Before(i.SendAt) {
		t.Reject("send_by", errors.New("lies before send_at"))
	}
	i.Waive = r.waive()
	r.place("title", "subject", "description", "audience", "language", "send_at", "send_by")
}

// isAudience holds an audience to its grammar, and to the fields that there are.
func (r *reader) isAudience(s string) error {
	a, err := newsletter.ParseAudience(s)
	if err != nil {
		return err
	}
	return a.Declared(r.newsletter.Fields)
}

// place remembers where keys stand, for those who find something wrong with
// their values.
func (r *reader) place(keys ...string) {
	for _, key := range keys {
		if r.table.Has(key) {
			r.placeAt(key, r.table.Place(key))
		}
	}
}

func (r *reader) placeAt(key string, at newsletter.Place) {
	if r.issue.Places == nil {
		r.issue.Places = map[string]newsletter.Place{}
	}
	r.issue.Places[key] = at
}

// day reads the date at key: midnight in the newsletter's zone, or zero.
func (r *reader) day(key string) time.Time {
	text := r.table.Text(key, "")
	if text == "" {
		return time.Time{}
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return midnight(t, r.newsletter.Zone)
	}
	if t, err := schedule.Moment(text, r.newsletter.Zone); err == nil {
		return midnight(t, r.newsletter.Zone)
	}
	r.table.Reject(key, newsletter.Hint(fmt.Errorf("%.40q is not a date, expected year-month-day", text), `such as 2026-11-24`))
	return time.Time{}
}

// midnight is the first instant of the day that t shows.
func midnight(t time.Time, zone *time.Location) time.Time {
	return schedule.Instant(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC), zone)
}

// moment reads the instant at key, in the newsletter's zone, or zero.
func (r *reader) moment(key string) time.Time {
	text := r.table.Text(key, "")
	if text == "" {
		return time.Time{}
	}
	t, err := schedule.Moment(text, r.newsletter.Zone)
	if err != nil {
		r.table.Reject(key, err)
	}
	return t
}

// waive reads the table of rules that do not apply to this issue.
func (r *reader) waive() map[string]string {
	table := r.table.Table("waive")
	var waive map[string]string
	for _, rule := range table.Keys() {
		reason := table.Text(rule, "", func(text string) error {
			if strings.TrimSpace(text) == "" {
				return newsletter.Hint(errors.New("needs a reason"), "say why the rule does not apply here")
			}
			return nil
		})
		if waive == nil {
			waive = map[string]string{}
		}
		waive[rule] = reason
		r.placeAt("waive."+rule, table.Place(rule))
	}
	return waive
}

// isSlug wants what can stand in a URL as it is.
func isSlug(text string) error {
	if len(text) > maxSlug || !slugs.MatchString(text) {
		return newsletter.Hint(fmt.Errorf("%.40q is not a slug, expected a-z, 0-9 and single hyphens between them, at most %d", text, maxSlug),
			`such as "first-frost"`)
	}
	return nil
}

// isPicture wants a URL of the web, or a path that stays in the site folder.
// Whether the picture exists is for a check to say.
func (r *reader) isPicture(text string) error {
	if strings.Contains(text, "://") {
		return settings.WebURL(text)
	}
	if strings.ContainsAny(text, `\:`) || !fs.ValidPath(path.Join(r.issue.Dir, text)) || path.IsAbs(text) {
		return newsletter.Hint(fmt.Errorf("%.80q is not a path inside the site", text), `such as "images/frost.jpg"`)
	}
	return nil
}
