package message_test

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"testing"

	"tidings/internal/message"
	"tidings/internal/newsletter"
)

func TestCompose_ReturnPath(t *testing.T) {
	d := sampleDelivery()
	for _, c := range []struct {
		name, bounce, want string
	}{
		{"none is set", "", `^letters@example\.org$`},
		{"one is set", "bounces@bounce.example.org", `^bounces\+([a-z2-7]+)@bounce\.example\.org$`},
		{"no room for a token", "bounces-of-all-the-newsletters-of-this-house@example.org", `^bounces-of-all-the-newsletters-of-this-house@example\.org$`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := mustCompile(t, message.Config{Bounce: c.bounce}, sampleMail()).Compose(d)
			if err != nil {
				t.Fatal(err)
			}
			found := regexp.MustCompile(c.want).FindStringSubmatch(m.From)
			if found == nil {
				t.Fatalf("return path %s, want %s", m.From, c.want)
			}
			if local, _, _ := strings.Cut(m.From, "@"); len(local) > 64 {
				t.Errorf("%d octets before the @ in %s", len(local), m.From)
			}
			if len(found) == 1 {
				return
			}
			issue, subscriber, err := mustRing(t).OpenReturnPath(strings.ToUpper(found[1]))
			if err != nil || issue != d.IssueID || subscriber != d.Subscriber.ID {
				t.Errorf("the token says issue %d, subscriber %d, %v", issue, subscriber, err)
			}
		})
	}
}

// Gmail wants up to four names, none twice and none of one reader alone, the last
// of them the sender's.
func TestCompose_FeedbackID(t *testing.T) {
	template := mustCompile(t, message.Config{Sender: "example-org"}, sampleMail())
	names := map[string]bool{}
	for id := range int64(3) {
		d := sampleDelivery()
		d.Subscriber.ID += id
		m, err := template.Compose(d)
		if err != nil {
			t.Fatal(err)
		}
		header, _, _ := parts(t, m.Bytes)
		names[header.Get("Feedback-ID")] = true
	}
	if !names["issue-7:list-harbor:mail-issue:example-org"] || len(names) != 1 {
		t.Errorf("Feedback-ID: %v", names)
	}
}

// One template serves many connections, and one buffer many messages.
func TestAppend(t *testing.T) {
	file, _ := mustRSA(t, 1024)
	ed, _ := mustEd25519(t)
	key := mustDKIM(t, message.DKIMKey{Selector: "t1", File: file}, message.DKIMKey{Selector: "t2", File: ed})
	template := mustCompile(t, message.Config{DKIM: key, Bounce: "bounces@example.org"}, longMail())
	reader := func(id int64) newsletter.Delivery {
		d := sampleDelivery()
		d.Subscriber.ID, d.Subscriber.FirstName = id, strings.Repeat("Ada ", int(id%40))
		return d
	}
	const readers = 120
	var want [readers][]byte
	for id := range want {
		m, err := template.Compose(reader(int64(id)))
		if err != nil {
			t.Fatal(err)
		}
		want[id] = m.Bytes
	}
	var connections sync.WaitGroup
	for range 4 {
		connections.Go(func() {
			var buf []byte
			for id := range want {
				m, err := template.Append(buf, reader(int64(id)))
				if err != nil || !bytes.Equal(m.Bytes, want[id]) {
					t.Errorf("message %d is not what it was, %v", id, err)
					return
				}
				buf = m.Bytes
			}
		})
	}
	connections.Wait()
}
