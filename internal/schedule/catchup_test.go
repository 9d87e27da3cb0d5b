package schedule

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

func TestCatchUp(t *testing.T) {
	now := mustTime(t, "2026-11-22T12:00:00Z")
	hours := func(late ...float64) []time.Time {
		var slots []time.Time
		for _, h := range late {
			slots = append(slots, now.Add(-time.Duration(h*float64(time.Hour))))
		}
		return slots
	}
	tests := []struct {
		name   string
		policy newsletter.CatchUp
		missed []time.Time
		want   []Decision
	}{
		{"latest runs the last", newsletter.CatchUpLatest, hours(5, 3, 1), []Decision{Superseded, Superseded, Run}},
		{"latest is the default", "", hours(5, 1), []Decision{Superseded, Run}},
		{"latest, but too late", newsletter.CatchUpLatest, hours(30, 6.1), []Decision{Superseded, TooLate}},
		{"latest, of two that are punctual", newsletter.CatchUpLatest, hours(0.01, 0), []Decision{Superseded, Run}},
		{"exactly at the limit", newsletter.CatchUpLatest, hours(6), []Decision{Run}},
		{"all within the limit", newsletter.CatchUpAll, hours(7, 5, 3), []Decision{TooLate, Run, Run}},
		{"none", newsletter.CatchUpNone, hours(5, 1), []Decision{Declined, Declined}},
		{"none, but punctual", newsletter.CatchUpNone, hours(5, 0.01), []Decision{Declined, Run}},
		{"not yet due", newsletter.CatchUpAll, hours(1, -1), []Decision{Run}},
		{"nothing missed", newsletter.CatchUpAll, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []Decision
			for i, v := range CatchUp(tt.policy, tt.missed, now, 6*time.Hour) {
				if !v.Slot.Equal(tt.missed[i]) {
					t.Errorf("verdict %d is on %v, want %v", i, v.Slot, tt.missed[i])
				}
				got = append(got, v.Decision)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("decisions (-want +got):\n%s", diff)
			}
		})
	}
}
