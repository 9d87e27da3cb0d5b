package store

import (
	"fmt"
	"testing"

	"tidings/internal/newsletter"
)

// All receipts of all people are checked, across the ends of pages, and those
// that are broken are named.
func TestStore_Chains(t *testing.T) {
	s := mustOpen(t)
	const people = 700 // three receipts each: more than a page
	for i := range people {
		id := mustSubscribe(t, s, fmt.Sprintf("r%d@example.org", i), "harbor")
		mustConfirm(t, s, "harbor", id)
		if _, err := s.Unsubscribe(t.Context(), "harbor", id, newsletter.Proof{Source: "one-click"}); err != nil {
			t.Fatal(err)
		}
	}
	count := func() (seen, receipts int, broken map[string]int) {
		broken = map[string]int{}
		for c, err := range s.Chains(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			seen++
			receipts += c.Receipts
			if c.Broken > 0 {
				broken[c.Email] = c.Broken
			}
		}
		return seen, receipts, broken
	}
	if seen, receipts, broken := count(); seen != people || receipts != 3*people || len(broken) != 0 {
		t.Errorf("%d people, %d receipts, broken %v", seen, receipts, broken)
	}
	if n, err := s.CountChains(t.Context()); err != nil || n != people {
		t.Errorf("CountChains = %d, %v", n, err)
	}
	for _, query := range []string{
		`UPDATE consent SET source = 'paper' WHERE subscriber_id = 500 AND n = 2`,
		`DELETE FROM consent WHERE subscriber_id = 700 AND n = 1`,
		`UPDATE consent SET at = at + 1 WHERE subscriber_id = 1 AND n = 3`,
	} {
		if err := s.update(t.Context(), func(t *tx) error { _, err := t.exec(query); return err }); err != nil {
			t.Fatal(err)
		}
	}
	_, _, broken := count()
	if len(broken) != 3 || broken["r499@example.org"] != 2 || broken["r699@example.org"] != 1 || broken["r0@example.org"] != 3 {
		t.Errorf("broken: %v", broken)
	}
}
