package publish_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// notices is the text of the mails to staff, with their recipients.
func (h *house) notices() []string {
	h.t.Helper()
	open, err := h.store.OpenIssues(h.t.Context())
	h.must(err)
	var all []string
	for _, i := range open {
		if i.Kind != newsletter.KindNotice {
			continue
		}
		m, err := h.store.Mail(h.t.Context(), i.MailID)
		h.must(err)
		for d := range h.deliveries(i.ID) {
			all = append(all, d.Subscriber.Email+": "+m.Subject.String()+"\n"+strings.Join(strings.Fields(m.Text.String()), " "))
		}
	}
	return all
}

const notify = "base_url = \"https://news.example.org\"\n[notify]\nto = [\"ida@example.org\", \"ole@example.org\"]\n"

// What happens at one time comes in one mail to each of the staff, and what
// goes on is not told again.
func TestStaff_AreTold(t *testing.T) {
	h := newHouse(t, tuesdays+required)
	h.write("tidings.toml", notify)
	h.reopen()
	h.issue("2026-11-19-first", "")
	h.issue("2026-11-20-late", "send_by: 2026-11-24 08:00\n")
	h.at("2026-11-23T20:00:00Z")
	h.approve("2026-11-19-first")
	h.issue("2026-11-19-first", "author: Ida\n")
	for _, when := range []string{"2026-11-24T17:00:00Z", "2026-11-24T17:00:02Z", "2026-11-24T17:00:04Z"} {
		h.at(when)
	}
	got := h.notices()
	if len(got) != 2 || !strings.HasPrefix(got[0], "ida@") || !strings.HasPrefix(got[1], "ole@") {
		t.Fatalf("%d mails, want one to each of two:\n%s\n%s", len(got), strings.Join(got, "\n"), h.log.String())
	}
	for _, want := range []string{"was changed after ida approved it", "did not go out at its slot", "Dec"} {
		if want != "Dec" && !strings.Contains(got[0], want) {
			t.Errorf("the mail does not say %q:\n%s", want, got[0])
		}
	}
}

func TestStaff_EmptyQueueADayAhead(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.write("tidings.toml", notify)
	h.reopen()
	h.at("2026-11-23T16:59:00Z")
	if got := h.notices(); len(got) != 0 {
		t.Errorf("told more than a day ahead: %v", got)
	}
	h.at("2026-11-23T17:00:00Z")
	h.at("2026-11-24T01:00:00Z")
	got := h.notices()
	if len(got) != 2 || !strings.Contains(got[0], "The queue of harbor is empty: nothing will go out at 09:00 on Tuesday, 24 November") {
		t.Errorf("told %v", got)
	}
}

func TestStaff_FinishedWithItsEquation(t *testing.T) {
	h := newHouse(t, "")
	h.write("tidings.toml", notify)
	h.reopen()
	h.issue("2026-11-19-first", "")
	h.publishNow("harbor", "newsletters/harbor/2026-11-19-first.md")
	i, err := h.store.FindIssue(t.Context(), "harbor", "first")
	h.must(err)
	h.now = time.Now()
	for d := range h.deliveries(i.ID) {
		h.must(h.store.Record(t.Context(), d, 0, newsletter.Outcome{State: newsletter.Failed}, newsletter.Receipt{Code: 550}))
	}
	h.clock.Tick(t.Context())
	got := h.notices()
	if len(got) != 2 || !strings.Contains(got[0], "sent 0 + failed 1 + unknown 0 + skipped 0 = audience 1") {
		t.Errorf("told %v", got)
	}
}

// A relay that takes nothing is told once, and only after a while.
func TestStaff_RelayFails(t *testing.T) {
	h := newHouse(t, "")
	h.issue("2026-11-19-first", "")
	h.publishNow("harbor", "newsletters/harbor/2026-11-19-first.md")
	h.now = time.Now()
	h.clock.Tick(t.Context())
	h.now = h.now.Add(14 * time.Minute)
	h.clock.Tick(t.Context())
	if strings.Contains(h.log.String(), "relay") {
		t.Errorf("told too early:\n%s", h.log.String())
	}
	h.now = h.now.Add(2 * time.Minute)
	h.clock.Tick(t.Context())
	h.wantLog("The relay has taken nothing of harbor/first for 16m")
}

// mustQueueLong writes so many issues, one for a day.
func mustQueueLong(tb testing.TB, n int) *house {
	tb.Helper()
	h := newHouse(tb, tuesdays)
	for i := range n {
		h.issue(fmt.Sprintf("%s-i%d", time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), i), "")
	}
	return h
}

// In a long queue each issue has its slot.
func TestQueue_Long(t *testing.T) {
	const n = 1000
	h := mustQueueLong(t, n)
	entries, _, err := h.publisher.Queue(t.Context(), h.newsletter())
	h.must(err)
	if len(entries) != n || entries[n-1].At.Sub(entries[0].At) < (n-2)*7*24*time.Hour {
		t.Errorf("%d issues, the last on %v", len(entries), entries[len(entries)-1].At)
	}
	h.must(h.publisher.Hold(t.Context(), h.newsletter(), "i500", ""))
}

// How long a queue of 10,000 issues takes to be looked at, once it is known.
func BenchmarkPublisher_Queue(b *testing.B) {
	h := mustQueueLong(b, 10_000)
	for b.Loop() {
		_, _, err := h.publisher.Queue(b.Context(), h.newsletter())
		h.must(err)
	}
}

// A clock that was far ahead and is set right again loses no slot and repeats
// none.
func TestClock_FarAheadAndBack(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2027-11-24T20:00:00Z")
	h.want("", allSlots(53, store.SlotPassed, store.SlotLate)...)
	h.must(h.publisher.Release(t.Context(), h.newsletter(), "first"))
	h.at("2026-11-23T20:10:00Z")
	h.wantLog("was ahead by at least")
	h.at("2026-11-24T17:00:00Z")
	h.want("first", store.SlotSent)
}

// A slot that sent something by a clock that was ahead is not promised again.
func TestQueue_UsedSlot(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-11-24T17:00:00Z")
	h.issue("2026-11-20-second", "")
	h.at("2026-11-23T20:10:00Z")
	h.wantQueue("second scheduled Dec 1 09:00")
	events, err := h.publisher.Calendar(t.Context(), h.newsletter(), 2)
	h.must(err)
	if len(events) != 2 || events[0].Summary != "Harbor Letters: 2026-11-20-second" {
		t.Errorf("the calendar shows %+v, want two slots from 1 December on", events)
	}
}

// A slot that a clock which was ahead has used passes without a word when it
// comes, however long the schedule has no other.
func TestClock_UsedSlotComes(t *testing.T) {
	h := newHouse(t, tuesdays)
	h.issue("2026-11-19-first", "")
	h.at("2026-11-23T20:00:00Z")
	h.at("2026-12-01T17:00:00Z") // a week ahead
	h.at("2026-11-23T20:01:00Z") // and back
	h.issue("2026-11-20-second", "")
	h.at("2026-11-24T17:00:00Z")
	h.want("first second", store.SlotSent, store.SlotSent)
	h.log.Reset()
	for minute := range 5 {
		h.at(time.Date(2026, 12, 1, 17, minute, 0, 0, time.UTC).Format(time.RFC3339))
	}
	if strings.Contains(h.log.String(), "missed") {
		t.Errorf("a slot that was used is said to be missed:\n%s", h.log.String())
	}
	h.want("first second", store.SlotSent, store.SlotSent)
}

// allSlots is so many outcomes, the last of them another.
func allSlots(n int, most, last store.SlotOutcome) []store.SlotOutcome {
	all := make([]store.SlotOutcome, n)
	for i := range all {
		all[i] = most
	}
	all[n-1] = last
	return all
}

// The time in which an issue was paused says nothing about the relay.
func TestStaff_PauseIsNoFailure(t *testing.T) {
	h := newHouse(t, "")
	h.issue("2026-11-19-first", "")
	h.publishNow("harbor", "newsletters/harbor/2026-11-19-first.md")
	i, err := h.store.FindIssue(t.Context(), "harbor", "first")
	h.must(err)
	h.now = time.Now()
	h.clock.Tick(t.Context())
	h.must(h.store.Pause(t.Context(), i.ID))
	h.now = h.now.Add(time.Hour)
	h.clock.Tick(t.Context())
	h.must(h.store.Resume(t.Context(), i.ID))
	h.now = h.now.Add(time.Minute)
	h.clock.Tick(t.Context())
	if strings.Contains(h.log.String(), "relay") {
		t.Errorf("staff are told that the relay fails:\n%s", h.log.String())
	}
}
