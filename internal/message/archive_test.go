package message_test

import (
	"strings"
	"testing"
	"time"

	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/token"
)

// A reader's own link to the archive is good for that newsletter and purpose
// alone, and the same in every attempt.
func TestComposer_ArchiveURL(t *testing.T) {
	ring := mustRing(t)
	c := message.New(message.Config{Tokens: ring, BaseURL: "https://news.example.org"})
	m := sampleMail()
	m.ArchiveURL, m.ReadersOnly = "https://news.example.org/harbor/archive/first-frost", true
	m.Text = newsletter.Template{{Merge: "{{ archive_url }}"}, {Literal: " "}, {Merge: "{{ archive_url | downcase | size }}"}}
	f, err := c.Fill(m, sampleDelivery())
	if err != nil {
		t.Fatal(err)
	}
	link, _, _ := strings.Cut(f.Text, " ")
	text, ok := strings.CutPrefix(link, "https://news.example.org/archive/")
	tok, slug, _ := strings.Cut(text, "/")
	if !ok || slug != "first-frost" {
		t.Fatalf("the link is %s", link)
	}
	claims, err := ring.Open(token.Archive, tok, time.Now().AddDate(5, 0, 0))
	if err != nil || claims.Newsletter != "harbor" || claims.Subscriber != 42 {
		t.Errorf("the link says %+v, %v", claims, err)
	}
	if _, err := ring.Open(token.Unsubscribe, tok, time.Now()); err == nil {
		t.Error("the link unsubscribes")
	}
	m.ReadersOnly = false
	if f, err = c.Fill(m, sampleDelivery()); err != nil || !strings.HasPrefix(f.Text, m.ArchiveURL+" ") {
		t.Errorf("a page for everybody is %q, %v", f.Text, err)
	}
}
