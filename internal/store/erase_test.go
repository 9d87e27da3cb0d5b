package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"

	"tidings/internal/newsletter"
)

// After an erasure nothing in the files of the database names the person, and
// every report still adds up.
func TestStore_Erase(t *testing.T) {
	s := mustOpen(t)
	readers := mustReaders(t, s, 400)
	epoch := mustBegin(t, s)
	var gone []string
	for i := range 12 {
		// Of many lengths, among others, so that they lie all over the pages.
		email := fmt.Sprintf("vanish%d.%0*d@example.org", i, i*3+1, 7)
		gone = append(gone, email)
		id := mustSubscribe(t, s, email, "harbor", "tides")
		mustConfirm(t, s, "harbor", id)
		mustReadersAt(t, s, 400+i*40, 40)
	}
	mustSuppress(t, s, gone[3], "tides", newsletter.SuppressedBlocked)
	_, due := mustPublish(t, s, "frost")
	for _, d := range due[:200] {
		if err := s.Claim(t.Context(), d, epoch, nil); err != nil {
			t.Fatal(err)
		}
		d.State = newsletter.Attempting
		reply := newsletter.Receipt{Code: 250, Text: "2.0.0 taken for <" + d.Subscriber.Email + ">"}
		if err := s.Record(t.Context(), d, epoch, newsletter.Outcome{State: newsletter.Sent}, reply); err != nil {
			t.Fatal(err)
		}
	}
	before := mustFind(t, s, "frost").Tally
	for _, email := range gone {
		sub, err := s.SubscriberByKey(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Erase(t.Context(), sub.ID, "page"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Subscriber(t.Context(), sub.ID); !errors.Is(err, newsletter.ErrNotFound) {
			t.Errorf("%s is still there: %v", email, err)
		}
		if err := s.Erase(t.Context(), sub.ID, "page"); !errors.Is(err, newsletter.ErrNotFound) {
			t.Errorf("erased again: %v", err)
		}
	}
	noTrace(t, s, "vanish")
	after := mustFind(t, s, "frost").Tally
	if after.Audience != before.Audience || !after.Closes() {
		t.Errorf("tally %+v became %+v", before, after)
	}
	if left, err := s.SuppressionsOf(t.Context(), gone[3]); err != nil || len(left) != 2 {
		t.Errorf("suppressions of a blocked person after erasure: %+v, %v; want blocked and erased", left, err)
	}
	if _, err := s.Subscriber(t.Context(), readers[0]); err != nil {
		t.Errorf("another reader: %v", err)
	}
}

// mustReadersAt makes more confirmed readers.
func mustReadersAt(t testing.TB, s *Store, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		id := mustSubscribe(t, s, fmt.Sprintf("other%d@example.org", i), "harbor")
		mustConfirm(t, s, "harbor", id)
	}
}

// noTrace searches the files of the database for a word.
func noTrace(t testing.TB, s *Store, word string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(s.path + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for at := 0; ; {
			i := bytes.Index(bytes.ToLower(data[at:]), []byte(word))
			if i < 0 {
				break
			}
			at += i + len(word)
			t.Errorf("tidings.db%s, byte %d, page %d: %q", suffix, at, at/4096+1, data[max(0, at-30):min(len(data), at+40)])
		}
	}
}
