package store

import (
	"fmt"
	"testing"

	"tidings/internal/newsletter"
)

// Whoever is in a state is named once, however many pages that takes, and nobody
// else.
func TestDeliveries(t *testing.T) {
	s := mustOpen(t)
	const n = 2*pageRows + 1
	mustReaders(t, s, n)
	i, _ := mustPublish(t, s, "frost")
	if err := s.update(t.Context(), func(t *tx) error {
		_, err := t.exec(`UPDATE delivery SET state = 'unknown', attempt = 2, reply = 'no answer', updated_at = 5000000
			WHERE subscriber_id IN (SELECT min(subscriber_id) FROM delivery UNION SELECT max(subscriber_id) FROM delivery)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		state       newsletter.DeliveryState
		from, count int
		step        int
	}{{newsletter.Queued, 1, n - 2, 1}, {newsletter.Unknown, 0, 2, n - 1}, {newsletter.Failed, 0, 0, 0}} {
		next := c.from
		for d, err := range s.Deliveries(t.Context(), i.ID, c.state) {
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("reader%d@example.org", next); d.Email != want {
				t.Fatalf("%s: %s, want %s", c.state, d.Email, want)
			}
			if c.state == newsletter.Unknown && (d.Attempts != 2 || d.Receipt.Text != "no answer" || d.UpdatedAt.Unix() != 5) {
				t.Errorf("%+v", d)
			}
			next += c.step
		}
		if want := c.from + c.count*c.step; next != want {
			t.Errorf("%s: it ended before reader%d, want reader%d", c.state, next, want)
		}
	}
}
