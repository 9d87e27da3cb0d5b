package publish

import (
	"testing"
	"time"

	"tidings/internal/newsletter"
)

// With local_time a slot of today has passed as soon as it came in the first zone
// of the world: the queue skips it, though the newsletter's clock is before it.
func TestNext_localTime(t *testing.T) {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	n := &newsletter.Newsletter{ID: "harbor", Schedule: []string{"0 9 * * *"}, Zone: zone, LocalTime: true}
	after := time.Date(2026, 11, 24, 8, 0, 0, 0, zone) // an hour before nine
	pause := newsletter.Pause{From: time.Date(2026, 11, 27, 0, 0, 0, 0, zone), Until: time.Date(2026, 11, 28, 0, 0, 0, 0, zone)}
	used := []time.Time{time.Date(2026, 11, 26, 9, 0, 0, 0, firstZone)}
	got, err := Next(n, []newsletter.Pause{pause}, used, after, 3)
	if err != nil || len(got) != 3 {
		t.Fatalf("Next = %v, %v", got, err)
	}
	for i, want := range []Coming{
		{At: time.Date(2026, 11, 25, 9, 0, 0, 0, zone)},
		{At: time.Date(2026, 11, 27, 9, 0, 0, 0, zone), Paused: true},
		{At: time.Date(2026, 11, 28, 9, 0, 0, 0, zone)},
	} {
		if !got[i].At.Equal(want.At) || got[i].Paused != want.Paused {
			t.Errorf("slot %d is %v, want %v", i, got[i], want)
		}
	}
	r, err := newRhythm(n, nil, nil)
	if err != nil || !r.shown(r.next(after)).Equal(got[0].At) {
		t.Errorf("the queue takes %v, %v", r.shown(r.next(after)), err)
	}
	slots := r.coming(after, 3)
	if r.used = slots[:2]; !r.next(after).Equal(slots[2]) {
		t.Errorf("the queue takes %v, though two slots are used", r.shown(r.next(after)))
	}
}
