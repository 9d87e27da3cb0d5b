package render

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tidings/internal/merge"
	"tidings/internal/newsletter"
	"tidings/templates"
)

func mustRenderer(t testing.TB) *Renderer {
	t.Helper()
	r := New(templates.FS)
	return r
}

func harbor() *newsletter.Newsletter {
	return &newsletter.Newsletter{
		ID: "harbor", Title: "Harbor Letters", From: mail.Address{Name: "Harbor Letters", Address: "letters@example.org"},
		PostalAddress: "1 Quay Street, Anytown 12345", Language: "en",
		Fields: []newsletter.Field{{Name: "city", Label: "Town or city"}},
	}
}

// issueOf is an issue with that body, in a file whose body begins on line 8.
func issueOf(body string) *newsletter.Issue {
	return &newsletter.Issue{
		Newsletter: "harbor", File: "newsletters/harbor/2026-11-24-first-frost.md", Dir: "newsletters/harbor", Slug: "first-frost",
		Title: "First Frost", Description: "On a knot that would not open, and a ledger of cold mornings.",
		Places: map[string]newsletter.Place{"description": {Line: 3, Column: 1}},
		Author: "Marian Oakes", Date: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Markdown: []byte(body), BodyLine: 8,
	}
}

var ada = newsletter.Subscriber{
	Email: "ada@example.net", Name: "Ada Pike", FirstName: "Ada", Tags: []string{"local", "walks"}, Fields: map[string]string{"city": "Anytown"},
}

// mustFill fills a template for one reader.
func mustFill(t testing.TB, tmpl newsletter.Template, s newsletter.Subscriber) string {
	t.Helper()
	values := merge.Values{
		"subscriber": merge.SubscriberValues(s), "unsubscribe_url": "https://news.example.org/u/abc123",
		"preferences_url": "https://news.example.org/preferences/abc123", "confirm_url": "https://news.example.org/confirm/abc123",
		"access_url": "https://news.example.org/preferences/abc123", "address_url": "https://news.example.org/address/abc123",
	}
	var b strings.Builder
	for _, p := range tmpl {
		if p.Merge == "" {
			b.WriteString(p.Literal)
			continue
		}
		tag, err := merge.Compile(p.Merge)
		if err != nil {
			t.Fatalf("%s: %v", p.Merge, err)
		}
		filled, err := tag.Fill(values)
		if err != nil {
			t.Fatalf("%s: %v", p.Merge, err)
		}
		b.WriteString(filled)
	}
	return b.String()
}

// gallery is a site folder with pictures of several sizes and formats. It draws one
// when it is opened: most articles have none.
type gallery struct{}

// Open draws.
func (gallery) Open(name string) (fs.File, error) {
	var b bytes.Buffer
	var err error
	switch name {
	case "newsletters/harbor/images/quay.png":
		err = png.Encode(&b, drawn(1400, 700))
	case "newsletters/harbor/images/boat.jpg":
		err = jpeg.Encode(&b, drawn(400, 300), nil)
	case "newsletters/harbor/images/star.png":
		err = png.Encode(&b, drawn(40, 40))
	default:
		err = &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, err
	}
	return fstest.MapFS{name: {Data: b.Bytes()}}.Open(name)
}

func drawn(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(40 + 120*y/h), uint8(90 + 80*x/w), 120, 255})
		}
	}
	return m
}

func mustMail(t testing.TB, body string) *newsletter.Mail {
	t.Helper()
	m, err := mustRenderer(t).Mail(harbor(), issueOf(body), Options{BaseURL: "https://news.example.org", Files: gallery{}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Columns of a wide table get room for whole words before one of them spreads.
func TestMail_columns(t *testing.T) {
	m := mustMail(t, "| Boat | Built | Length | Since | Surveyed | Remarks |\n|---|---|---|---|---|---|\n"+
		"| Cormorant | 1912 | 9.40 m | 1998 | 2025-04-02 | needs a new mast before the spring gales arrive from the west |\n")
	sum := 0.0
	for _, share := range regexp.MustCompile(`;width:(\d+\.\d)%`).FindAllStringSubmatch(m.HTML.String(), -1) {
		n, _ := strconv.ParseFloat(share[1], 64)
		sum += n
		if n < 7 {
			t.Errorf("a column has %v%%", n)
		}
	}
	if sum < 99 || sum > 100.5 {
		t.Errorf("the columns have %v%% together", sum)
	}
}

// On the archive page, words are broken only in the columns that are too narrow
// for them.
func TestWeb_columns(t *testing.T) {
	web := mustMail(t, "| Day | Noon | Evening | Height | Link |\n|---|---|---|--:|---|\n"+
		"| Wed | Refreshments | Arrivals | 4 | https://example.org/a/very/long/path/that/goes/on/and/on/and/never/comes/to/an/end |\n").Web
	for _, want := range []string{`<td class="kept"><b class="label">Day: `, `<td class="kept"><b class="label">Noon: `, `<td class="right kept">`, `<td><b class="label">Link: `} {
		if !strings.Contains(web, want) {
			t.Errorf("no %s in\n%s", want, web)
		}
	}
}

// A word that has to be broken in any case takes no room from those that have not.
func TestMail_columnsOfLongWords(t *testing.T) {
	m := mustMail(t, "| Key | Value |\n|---|---|\n| URL | https://example.org/a/very/long/path/that/goes/on/and/on/and/never/comes/to/an/end/at/all |\n")
	share := regexp.MustCompile(`;width:(\d+\.\d)%`).FindStringSubmatch(m.HTML.String())
	if len(share) == 0 {
		t.Fatal("no share of a column")
	}
	if n, _ := strconv.ParseFloat(share[1], 64); n < 7 || n > 15 {
		t.Errorf("the column of three letters has %s%%", share[1])
	}
}

// The text part rests at the end of a phrase in scripts without blanks.
func TestWrap_phrases(t *testing.T) {
	got := wrap("寒い季節になると、港はゆっくり、と目を覚ます。最初に雑貨店の窓に灯りがともる。", 32, "")
	if want := "寒い季節になると、港はゆっくり、\nと目を覚ます。最初に雑貨店の窓に\n灯りがともる。"; got != want {
		t.Errorf("got\n%s", got)
	}
	got = wrap("寒い季節になると、港はゆっ、くりと目を覚ます", 32, "")
	if want := "寒い季節になると、港はゆっ、\nくりと目を覚ます"; got != want {
		t.Errorf("got\n%s", got)
	}
}

// An address without a scheme is taken for the encrypted one.
func TestMail_www(t *testing.T) {
	if html := mustMail(t, "See www.example.org/a for more.").HTML.String(); !strings.Contains(html, `<a href="https://www.example.org/a"`) {
		t.Errorf("got %s", html)
	}
}

// A line of the text part has room for the defaults of merge tags, and for the
// longest branch of a condition, not for all of them.
func TestMail_roomForTags(t *testing.T) {
	for src, want := range map[string]string{
		`Dear {{ subscriber.first_name | default: "friend and neighbor" }} of the mill, the third of July is the day for all of us.`: "" +
			`Dear {{ subscriber.first_name | default: "friend and neighbor" }} of the mill, the third of July is the day for all` + "\nof us.\n",
		`{% if subscriber.city %}Good morning in {{ subscriber.city }}!{% else %}Good morning to you!{% endif %} Here is what the week was.`: "" +
			`{% if subscriber.city %}Good morning in {{ subscriber.city }}!{% else %}Good morning to you!{% endif %} Here is what the week was.` + "\n",
	} {
		got := strings.ReplaceAll(mustMail(t, src).Text.String(), " | to_text", "")
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
}
