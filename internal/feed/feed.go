// Package feed is in charge of feeds: past issues, whole, as Atom (RFC 4287), RSS
// 2.0 and JSON Feed 1.1 for programs that read newsletters without mail. It
// writes them itself, since no library at hand names a feed's own address and
// the language of each entry, which those programs ask for.
package feed

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// Feed is what all three formats say. URLs are absolute.
type Feed struct {
	Title       string
	Description string // may be empty
	Language    string // BCP 47; empty: several
	Home        string // the page that the feed is about
	Self        string // where the feed itself is
	Items       []Item // newest first
}

// Item is one issue.
type Item struct {
	URL       string // of its page, which names it for good
	Title     string
	Summary   string // plain text; may be empty
	HTML      string // all of it
	Author    string
	Language  string    // BCP 47
	Image     string    // may be empty
	Published time.Time // on the clock of its newsletter, so that its day is the one of the archive
}

// updated is when the feed last changed.
func (f *Feed) updated() time.Time {
	if len(f.Items) == 0 {
		return time.Unix(0, 0).UTC()
	}
	return f.Items[0].Published
}

// Atom writes the feed as RFC 4287 has it.
func (f *Feed) Atom(w io.Writer) error {
	a := atomFeed{
		Namespace: "http://www.w3.org/2005/Atom", Language: f.Language, ID: f.Self, Title: f.Title, Subtitle: f.Description,
		Updated: f.updated().Format(time.RFC3339), Author: atomPerson{f.Title},
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: f.Self}, {Rel: "alternate", Type: "text/html", Href: f.Home}},
	}
	for i := range f.Items {
		item := &f.Items[i]
		at := item.Published.Format(time.RFC3339)
		e := atomEntry{
			Language: item.Language, ID: item.URL, Title: item.Title, Published: at, Updated: at, Summary: item.Summary,
			Link:    atomLink{Rel: "alternate", Type: "text/html", Href: item.URL, HrefLang: item.Language},
			Content: atomContent{Type: "html", Base: item.URL, HTML: item.HTML},
		}
		if item.Author != "" {
			e.Author = &atomPerson{item.Author}
		}
		a.Entries = append(a.Entries, e)
	}
	return writeXML(w, a)
}

// RSS writes the feed as RSS 2.0, with the modules that every reader of it knows.
func (f *Feed) RSS(w io.Writer) error {
	c := rssChannel{
		Title: f.Title, Link: f.Home, Description: f.Description, Language: f.Language, Generator: "Tidings",
		Self: rssSelf{Rel: "self", Type: "application/rss+xml", Href: f.Self},
	}
	if c.Description == "" { // must be there
		c.Description = f.Title
	}
	if len(f.Items) > 0 {
		c.Built = f.updated().Format(time.RFC1123Z)
	}
	for i := range f.Items {
		item := &f.Items[i]
		c.Items = append(c.Items, rssItem{
			Title: item.Title, Link: item.URL, GUID: rssGUID{Permanent: true, ID: item.URL},
			Published: item.Published.Format(time.RFC1123Z), Creator: item.Author,
			Description: item.Summary, Content: item.HTML,
		})
	}
	return writeXML(w, rss{
		Version: "2.0", AtomNamespace: "http://www.w3.org/2005/Atom",
		ContentNamespace: "http://purl.org/rss/1.0/modules/content/", DCNamespace: "http://purl.org/dc/elements/1.1/",
		Channel: c,
	})
}

// JSON writes the feed as JSON Feed 1.1.
func (f *Feed) JSON(w io.Writer) error {
	j := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.Title, Home: f.Home, Self: f.Self,
		Description: f.Description, Language: f.Language, Items: make([]jsonItem, 0, len(f.Items)),
	}
	for i := range f.Items {
		item := &f.Items[i]
		out := jsonItem{
			ID: item.URL, URL: item.URL, Title: item.Title, Summary: item.Summary, HTML: item.HTML,
			Image: item.Image, Published: item.Published.Format(time.RFC3339), Language: item.Language,
		}
		if item.Author != "" {
			out.Authors = []jsonAuthor{{item.Author}}
		}
		j.Items = append(j.Items, out)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(j); err != nil {
		return fmt.Errorf("writing feed: %w", err)
	}
	return nil
}

func writeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("writing feed: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("writing feed: %w", err)
	}
	return nil
}
