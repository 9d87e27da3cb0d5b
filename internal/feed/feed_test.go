package feed_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"tidings/internal/feed"
)

func letters(items ...feed.Item) *feed.Feed {
	return &feed.Feed{
		Title: "Harbor & Quay", Description: "A letter.", Language: "en",
		Home: "https://news.example.org/harbor", Self: "https://news.example.org/harbor/feed.xml", Items: items,
	}
}

func frost() feed.Item {
	return feed.Item{
		URL: "https://news.example.org/harbor/archive/frost", Title: "Frost <1> & more \x01", Summary: "On “knots”.",
		HTML: `<p>The boards & <em>the quay</em> ]]> are white.</p>`, Author: "Marian Oakes", Language: "en",
		Published: time.Date(2026, 11, 24, 9, 0, 0, 0, time.FixedZone("", -8*3600)),
	}
}

// Each format is read back by the decoder of its language, and holds what was
// put in.
func TestFeed_Atom(t *testing.T) {
	var b strings.Builder
	if err := letters(frost()).Atom(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Title   string   `xml:"title"`
		ID      string   `xml:"id"`
		Updated string   `xml:"updated"`
		Links   []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Author string `xml:"author>name"`
		Entry  struct {
			Title     string `xml:"title"`
			Published string `xml:"published"`
			Content   struct {
				Type string `xml:"type,attr"`
				Lang string `xml:"http://www.w3.org/XML/1998/namespace base,attr"`
				HTML string `xml:",chardata"`
			} `xml:"content"`
			Author string `xml:"author>name"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if got.Title != "Harbor & Quay" || got.ID == "" || got.Author == "" || got.Updated != "2026-11-24T09:00:00-08:00" || len(got.Links) != 2 || got.Links[0].Rel != "self" {
		t.Errorf("the feed is %+v", got)
	}
	if e := got.Entry; e.Title != "Frost <1> & more \ufffd" || e.Published != "2026-11-24T09:00:00-08:00" || e.Content.Type != "html" ||
		e.Content.HTML != frost().HTML || e.Author != "Marian Oakes" || e.Content.Lang != frost().URL {
		t.Errorf("the entry is %+v", e)
	}
}

func TestFeed_RSS(t *testing.T) {
	var b strings.Builder
	if err := letters(frost()).RSS(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Item    struct {
			Link    string `xml:"link"`
			GUID    string `xml:"guid"`
			Date    string `xml:"pubDate"`
			Content string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
			Creator string `xml:"http://purl.org/dc/elements/1.1/ creator"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if got.Version != "2.0" || got.Item.Link != frost().URL || got.Item.GUID != frost().URL || got.Item.Date != "Tue, 24 Nov 2026 09:00:00 -0800" ||
		got.Item.Content != frost().HTML || got.Item.Creator != "Marian Oakes" {
		t.Errorf("the item is %+v", got.Item)
	}
	if !strings.Contains(b.String(), `<atom:link rel="self" type="application/rss+xml" href="https://news.example.org/harbor/feed.xml">`) {
		t.Errorf("the feed does not say where it is:\n%s", b.String())
	}
}

func TestFeed_JSON(t *testing.T) {
	var b strings.Builder
	if err := letters(frost()).JSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version string `json:"version"`
		Items   []struct {
			ID   string `json:"id"`
			HTML string `json:"content_html"`
			Date string `json:"date_published"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "https://jsonfeed.org/version/1.1" || len(got.Items) != 1 || got.Items[0].HTML != frost().HTML || got.Items[0].ID != frost().URL {
		t.Errorf("the feed is %+v", got)
	}
}

// A feed with nothing in it yet is a feed all the same.
func TestFeed_Empty(t *testing.T) {
	for name, write := range map[string]func(io.Writer) error{"atom": letters().Atom, "rss": letters().RSS, "json": letters().JSON} {
		var b strings.Builder
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if name == "json" && !strings.Contains(b.String(), `"items": []`) {
			t.Errorf("JSON Feed wants items, even none:\n%s", b.String())
		}
		if name != "json" {
			if err := xml.Unmarshal([]byte(b.String()), new(struct{})); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
