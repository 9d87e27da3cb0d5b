package public

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"tidings/internal/feed"
	"tidings/internal/newsletter"
	"tidings/internal/store"
	"tidings/internal/web"
)

// The files of feeds, of a newsletter and of the whole site.
const (
	atomFile = "feed.xml"
	rssFile  = "rss.xml"
	jsonFile = "feed.json"
)

// inFeed is how many issues a feed holds, each of them whole.
const inFeed = 20

// feedTypes are the MIME types of feeds.
var feedTypes = map[string]string{atomFile: "application/atom+xml", rssFile: "application/rss+xml", jsonFile: "application/feed+json"}

// feedLinks are the feeds below a path, for the head of its page.
func feedLinks(path, title string) []web.Feed {
	return []web.Feed{
		{Type: feedTypes[atomFile], Title: title, URL: path + "/" + atomFile},
		{Type: feedTypes[rssFile], Title: title + " (RSS)", URL: path + "/" + rssFile},
		{Type: feedTypes[jsonFile], Title: title + " (JSON)", URL: path + "/" + jsonFile},
	}
}

// entry is an issue of a feed before it is read whole.
type entry struct {
	newsletter *newsletter.Newsletter
	issue      store.SentIssue
}

// newsletterFeed answers GET /{newsletter}/feed.xml, rss.xml and feed.json.
func (p *pages) newsletterFeed(w http.ResponseWriter, r *http.Request, n *newsletter.Newsletter) error {
	if !n.Archive.Listed() {
		return fmt.Errorf("feed of an archive that is %s: %w", n.Archive, newsletter.ErrNotFound)
	}
	entries, err := p.entries(r.Context(), n)
	if err != nil {
		return err
	}
	f := feed.Feed{Title: n.Title, Description: n.Description, Language: n.Language, Home: p.BaseURL + "/" + n.ID}
	return p.serveFeed(w, r, f, entries)
}

// siteFeed answers GET /feed.xml, rss.xml and feed.json with what all
// newsletters sent whose archives are listed.
func (p *pages) siteFeed(w http.ResponseWriter, r *http.Request) error {
	all, err := p.Newsletters(r.Context())
	if err != nil {
		return fmt.Errorf("listing newsletters: %w", err)
	}
	var entries []entry
	for i := range all {
		if !all[i].Archive.Listed() {
			continue
		}
		more, err := p.entries(r.Context(), &all[i])
		if err != nil {
			return err
		}
		entries = append(entries, more...)
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return b.issue.SentAt.Compare(a.issue.SentAt) })
	entries = entries[:min(len(entries), inFeed)]
	return p.serveFeed(w, r, feed.Feed{Title: p.siteTitle(all), Home: p.BaseURL + "/"}, entries)
}

// siteTitle is what the site is called: as its newsletter, if that is one, or
// else as its host.
func (p *pages) siteTitle(all []newsletter.Newsletter) string {
	if len(all) == 1 {
		return all[0].Title
	}
	u, err := url.Parse(p.BaseURL)
	if err != nil {
		return p.BaseURL
	}
	return cmp.Or(u.Hostname(), p.BaseURL)
}

// entries are the newest issues of n.
func (p *pages) entries(ctx context.Context, n *newsletter.Newsletter) ([]entry, error) {
	issues, err := p.pastIssues(ctx, n, inFeed, 0)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, len(issues))
	for i := range issues {
		entries[i] = entry{n, issues[i]}
	}
	return entries, nil
}

// serveFeed answers with a feed in the format that the path asks for, or with
// 304 when the program that asks has it already (RFC 9110, section 13).
func (p *pages) serveFeed(w http.ResponseWriter, r *http.Request, f feed.Feed, entries []entry) error {
	file := path.Base(r.URL.Path)
	f.Self = p.BaseURL + r.URL.Path
	var changed time.Time
	if len(entries) > 0 {
		changed = entries[0].issue.SentAt
	}
	etag := version(f, entries)
	if isKnown(r, etag, changed) {
		w.Header().Set("ETag", etag)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if err := p.fill(r.Context(), &f, entries); err != nil {
		return err
	}
	var body bytes.Buffer
	write := map[string]func(io.Writer) error{atomFile: f.Atom, rssFile: f.RSS, jsonFile: f.JSON}
	if err := write[file](&body); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", feedTypes[file]+"; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=900")
	h.Set("ETag", etag)
	http.ServeContent(w, r, file, changed, bytes.NewReader(body.Bytes()))
	return nil
}

// version names what a feed holds. What was sent never changes, so that its
// address and time stand for it.
func version(f feed.Feed, entries []entry) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "2\n%+v\n", f)
	for _, e := range entries {
		fmt.Fprintf(sum, "%s %s %d\n", e.newsletter.ID, e.issue.Slug, e.issue.SentAt.UnixMicro())
	}
	return `"` + hex.EncodeToString(sum.Sum(nil)[:12]) + `"`
}

// isKnown says whether who asks has this version, before anything is read.
func isKnown(r *http.Request, etag string, changed time.Time) bool {
	if known := r.Header.Values("If-None-Match"); len(known) > 0 {
		return slices.ContainsFunc(known, func(list string) bool { return strings.Contains(list, etag) })
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !changed.IsZero() && !changed.Truncate(time.Second).After(since)
}

// fill reads the issues of a feed.
func (p *pages) fill(ctx context.Context, f *feed.Feed, entries []entry) error {
	for _, e := range entries {
		mail, _, err := p.Store.SentMail(ctx, e.newsletter.ID, e.issue.Slug)
		if err != nil {
			return fmt.Errorf("reading issue for feed: %w", err)
		}
		f.Items = append(f.Items, feed.Item{
			URL: p.BaseURL + archivePath(e.newsletter) + "/" + e.issue.Slug, Title: mail.Title, Summary: mail.Description,
			HTML: mail.Web, Author: mail.Author, Language: mail.Language, Image: mail.Image, Published: e.issue.SentAt,
		})
	}
	return nil
}
