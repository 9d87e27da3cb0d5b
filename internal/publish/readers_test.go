package publish_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// reader signs somebody up, with a time zone unless it is empty.
func (h *house) reader(newsletterID, name, zone string) {
	h.t.Helper()
	s := newsletter.Subscriber{Email: name + "@example.org"}
	if zone != "" {
		s.Fields = map[string]string{store.ZoneField: zone}
	}
	_, err := h.store.Subscribe(h.t.Context(), store.SubscribeParams{
		Newsletters: []string{newsletterID}, Subscriber: s, Key: s.Email, Proof: newsletter.Proof{Source: "test"}, Direct: true,
	})
	h.must(err)
}

// due is when each reader of an issue gets it, in UTC.
func (h *house) due(newsletterID, slug string) map[string]string {
	h.t.Helper()
	i, err := h.store.FindIssue(h.t.Context(), newsletterID, slug)
	h.must(err)
	all := map[string]string{}
	for d := range h.deliveries(i.ID) {
		name, _, _ := strings.Cut(d.Subscriber.Email, "@")
		all[name] = d.DueAt.Format("02 15:04")
	}
	return all
}

func (h *house) deliveries(issue int64) func(func(newsletter.Delivery) bool) {
	return func(yield func(newsletter.Delivery) bool) {
		page, _, err := h.store.Due(h.t.Context(), issue, time.Now().AddDate(100, 0, 0), store.Cursor{}, 1000)
		h.must(err)
		for _, d := range page {
			if !yield(d) {
				return
			}
		}
	}
}

// Each reader gets it at nine by their own clock: the first in Kiritimati, and
// whoever names no zone that is known by the newsletter's.
func TestClock_LocalTime(t *testing.T) {
	h := newHouse(t, tuesdays+"local_time = true\n")
	for name, zone := range map[string]string{
		"kim": "Pacific/Kiritimati", "noa": "Asia/Kolkata", "ben": "Europe/Berlin", "sam": "Pacific/Pago_Pago", "odd": "Mars/Olympus",
	} {
		h.reader("harbor", name, zone)
	}
	_, err := h.store.Subscribe(t.Context(), store.SubscribeParams{
		Newsletters: []string{"harbor"}, Key: "zoe@example.org", Proof: newsletter.Proof{Source: "test"}, Direct: true,
		Subscriber: newsletter.Subscriber{
			Email: "zoe@example.org", Timezone: "Asia/Kolkata", Fields: map[string]string{store.ZoneField: "Europe/Berlin"},
		},
	})
	h.must(err)
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T18:00:00Z")
	h.wantQueue("first scheduled Nov 24 09:00") // as the newsletter's own zone has it
	entries, _, err := h.publisher.Queue(t.Context(), h.newsletter())
	h.must(err)
	if want := h.moment("2026-11-24T17:00:00Z"); !entries[0].At.Equal(want) {
		t.Errorf("the queue says %v, want %v", entries[0].At, want)
	}
	h.at("2026-11-23T18:59:59Z")
	h.want("")
	h.at("2026-11-23T19:00:00Z")
	h.want("first", store.SlotSent)
	want := map[string]string{ // what zoe chose counts more than her field
		"kim": "23 19:00", "noa": "24 03:30", "zoe": "24 03:30", "ben": "24 08:00", "sam": "24 20:00",
		"ada": "24 17:00", "odd": "24 17:00",
	}
	if diff := cmp.Diff(want, h.due("harbor", "first")); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
	i, err := h.store.FindIssue(t.Context(), "harbor", "first")
	h.must(err)
	if sum, err := h.store.Recount(t.Context(), i.ID); err != nil || sum != i.Tally || !sum.Closes() || sum.Audience != 7 {
		t.Errorf("tally %+v, counted %+v, %v", i.Tally, sum, err)
	}
}

// An issue with a time of its own goes to all at that instant.
func TestClock_LocalTimeFixed(t *testing.T) {
	h := newHouse(t, tuesdays+"local_time = true\n")
	h.reader("harbor", "noa", "Asia/Kolkata")
	h.issue("2026-11-19-first", "send_at: 2026-11-23 13:00\n")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-23T21:00:00Z")
	h.want("first")
	if due := h.due("harbor", "first"); due["noa"] != due["ada"] {
		t.Errorf("due %v, want one instant for all", due)
	}
}

func TestClock_QuietGap(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.write("tidings.toml", "base_url = \"https://news.example.org\"\n[delivery]\nquiet_gap = \"20h\"\n")
	h.write("newsletters/notes/newsletter.toml", settings)
	h.reopen()
	h.reader("harbor", "bo", "")
	h.reader("notes", "bo", "")
	h.reader("notes", "cy", "")
	h.issue("2026-11-19-first", "")
	h.write("newsletters/notes/2026-11-20-note.md", "---\ntitle: Note\ndescription: A description that says what the letter is about.\n---\n\nText.\n")
	h.publishNow("harbor", "newsletters/harbor/2026-11-19-first.md")
	first := h.due("harbor", "first")
	h.publishNow("notes", "newsletters/notes/2026-11-20-note.md")
	note := h.due("notes", "note")
	if note["cy"] != first["ada"] && note["bo"] <= note["cy"] {
		t.Errorf("bo waits, cy does not: %v after %v", note, first)
	}
	for _, ref := range []string{"harbor/first", "notes/note"} {
		id, slug, _ := strings.Cut(ref, "/")
		i, err := h.store.FindIssue(t.Context(), id, slug)
		h.must(err)
		later, last, err := h.store.Later(t.Context(), i.ID, time.Now())
		h.must(err)
		wait := last.Sub(i.StartedAt).Round(time.Minute)
		if got, want := fmt.Sprint(later, " ", wait), map[string]string{"harbor/first": "0 ", "notes/note": "1 20h0m0s"}[ref]; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s wait, want %s", ref, got, want)
		}
	}
}

// A tag without a default is counted in the readers that the issue goes to.
func TestPublisher_Prepare_blank(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.reader("harbor", "bo", "")
	h.reader("harbor", "cy", "")
	const file = "newsletters/harbor/2026-11-19-first.md"
	h.write(file, "---\ntitle: First\ndescription: A description that says what the letter is about.\n---\n\nDear {{ subscriber.first_name }}, it is white.\n")
	draft, err := h.publisher.Prepare(t.Context(), h.newsletter(), file)
	h.must(err)
	want, err := h.store.CountBlank(t.Context(), "harbor", newsletter.Audience{}, "first_name")
	h.must(err)
	if words := fmt.Sprintf("leaves a blank for %d readers", want); want < 2 || len(draft.Warnings) != 1 || !strings.Contains(draft.Warnings[0].Message, words) {
		t.Errorf("warnings %v, want one that says %q", draft.Warnings, words)
	}
}

// publishNow sends an issue by hand.
func (h *house) publishNow(id, file string) {
	h.t.Helper()
	n, err := h.folder.Newsletter(id)
	h.must(err)
	draft, err := h.publisher.Prepare(h.t.Context(), n, file)
	h.must(err)
	_, err = h.publisher.Publish(h.t.Context(), draft, "ida")
	h.must(err)
}
