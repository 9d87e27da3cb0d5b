package publish_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/publish"
	"tidings/internal/schedule"
)

// After any sequence of adds, moves, holds, releases and removals each issue is
// in the queue once, and each that may go has exactly one slot, of its own and
// in the queue's order.
func TestQueue_AnySequence(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, tuesdays)
			const issues = 8
			in := map[string]bool{}
			for i := range issues {
				h.issue(fmt.Sprintf("2026-11-%02d-i%d", i+1, i), "")
				in[fmt.Sprintf("i%d", i)] = true
			}
			h.wantSlots(in)
			r := rand.New(rand.NewPCG(seed, 1))
			for range 60 {
				op := h.anyEdit(r, in, r.IntN(issues), r.IntN(issues))
				h.wantSlots(in)
				if t.Failed() {
					t.Fatal("after ", op)
				}
			}
		})
	}
}

// anyEdit does something to an issue, in a queue that holds the issues in, and
// says what.
func (h *house) anyEdit(r *rand.Rand, in map[string]bool, a, b int) string {
	h.t.Helper()
	n, ctx, p := h.newsletter(), h.t.Context(), h.publisher
	slug, other := fmt.Sprintf("i%d", a), fmt.Sprintf("i%d", b)
	switch op := r.IntN(7); op {
	case 0:
		_, err := p.Add(ctx, n, fmt.Sprintf("newsletters/harbor/2026-11-%02d-%s.md", a+1, slug))
		h.wantOutcome(err, !in[slug])
		in[slug] = true
		return "add " + slug
	case 1:
		h.wantOutcome(p.Remove(ctx, n, slug), in[slug])
		delete(in, slug)
		return "remove " + slug
	case 2:
		h.wantOutcome(p.Hold(ctx, n, slug, ""), in[slug])
		return "hold " + slug
	case 3:
		_ = p.Release(ctx, n, slug) // it may not be held
		return "release " + slug
	case 4:
		h.wantOutcome(p.Move(ctx, n, slug, publish.Target{Before: other}), in[slug] && in[other] && slug != other)
		return "move " + slug + " before " + other
	case 5:
		h.wantOutcome(p.Move(ctx, n, slug, publish.Target{After: other}), in[slug] && in[other] && slug != other)
		return "move " + slug + " after " + other
	default:
		h.wantOutcome(p.Move(ctx, n, slug, publish.Target{Position: b + 1}), in[slug])
		return fmt.Sprintf("move %s to %d", slug, b+1)
	}
}

func (h *house) wantOutcome(err error, works bool) {
	h.t.Helper()
	if (err == nil) != works {
		h.t.Errorf("error %v, expected to work: %t", err, works)
	}
}

// wantSlots wants these issues in the queue, each with its slot.
func (h *house) wantSlots(in map[string]bool) {
	h.t.Helper()
	entries, _, err := h.publisher.Queue(h.t.Context(), h.newsletter())
	h.must(err)
	seen := map[string]bool{}
	slot := h.now
	for _, e := range entries {
		if seen[e.Slug] {
			h.t.Errorf("%s is there twice", e.Slug)
		}
		seen[e.Slug] = true
		if e.State == newsletter.QueueHeld {
			if !e.At.IsZero() {
				h.t.Errorf("%s is held and has a slot", e.Slug)
			}
			continue
		}
		if slot = nextTuesday(slot); !e.At.Equal(slot) {
			h.t.Errorf("%s goes out at %v, want %v", e.Slug, e.At, slot)
		}
	}
	if diff := cmp.Diff(in, seen); diff != "" {
		h.t.Errorf("queue (-want +got):\n%s", diff)
	}
}

// nextTuesday is the next 9:00 of a Tuesday in Los Angeles.
func nextTuesday(after time.Time) time.Time {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		panic(err)
	}
	at := after.In(zone)
	for at = time.Date(at.Year(), at.Month(), at.Day(), 9, 0, 0, 0, zone); at.Weekday() != time.Tuesday || !at.After(after); {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// TestClock_threeYears lives through three years in steps of hours and days,
// with a clock that is sometimes set back, in zones of every kind of jump: each
// slot that was due was dealt with, and none twice.
func TestClock_threeYears(t *testing.T) {
	for _, zone := range zones(t) {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, "catch_up = \"all\"\nmax_lateness = \"2000h\"\nschedule = [\"30 2 * * SUN\", \"0 0 1 * *\"]\n")
			h.replace("newsletters/harbor/newsletter.toml", "America/Los_Angeles", zone)
			for i := range 5 {
				h.issue(fmt.Sprintf("2026-11-0%d-i%d", i+1, i), "")
			}
			from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			until := h.live(from, from.AddDate(3, 0, 0))
			location, err := schedule.Zone(zone)
			h.must(err)
			times, err := schedule.Parse([]string{"30 2 * * SUN", "0 0 1 * *"}, location)
			h.must(err)
			want := slices.Collect(times.Between(from, until))
			slots, err := h.store.Slots(t.Context(), "harbor", 10_000)
			h.must(err)
			got := make([]time.Time, len(slots))
			for i, s := range slots {
				got[len(slots)-1-i] = s.At
			}
			if !slices.EqualFunc(want, got, time.Time.Equal) {
				t.Errorf("%d slots were due, %d were dealt with:\n%s", len(want), len(got), cmp.Diff(want, got))
			}
			if sent := strings.Fields(h.sent()); len(sent) != 5 {
				t.Errorf("sent %v, want all five once", sent)
			}
		})
	}
}

// live turns the clock from one instant to another, and returns when it ended.
func (h *house) live(from, until time.Time) time.Time {
	h.t.Helper()
	r := rand.New(rand.NewPCG(3, 5))
	h.at(from.Format(time.RFC3339))
	latest := from
	for now := from; now.Before(until); {
		now = now.Add(time.Duration(r.Int64N(int64(14 * 24 * time.Hour)))).Truncate(time.Second)
		if r.IntN(4) == 0 {
			now = now.Add(-30 * time.Minute)
		}
		if now.After(latest) {
			latest = now
		}
		h.at(now.Format(time.RFC3339))
	}
	return latest
}

// zones lists the time zones of the corpus, or else one for every kind of jump.
func zones(t *testing.T) []string {
	t.Helper()
	dir := os.Getenv("TIDINGS_CORPORA")
	if dir == "" {
		return []string{"America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"}
	}
	file, err := os.Open(filepath.Join(dir, "own", "cron_dst.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comma = '\t'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, row := range rows[1:] {
		all = append(all, row[0])
	}
	slices.Sort(all)
	return slices.Compact(all)
}
