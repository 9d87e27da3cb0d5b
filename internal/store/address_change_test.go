package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

func mustAskAddress(t testing.TB, s *Store, id int64, email string) {
	t.Helper()
	err := s.AskAddress(t.Context(), AddressChange{
		Subscriber: id, Email: email, Key: email, Limit: Limit{Most: 3, Every: 24 * time.Hour},
		Ask: sampleTo(newsletter.KindAddress), Taken: sampleTo(newsletter.KindTaken),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sampleTo is a mail to one person.
func sampleTo(kind newsletter.Kind) *newsletter.Mail {
	m := sampleMail("About your address")
	m.Kind = kind
	return m
}

// mustMails lists the mails to one person as "kind address", the newest first.
func mustMails(t testing.TB, s *Store, id int64) (all []string) {
	t.Helper()
	for m, err := range s.Received(t.Context(), id) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(m.Kind)+" "+m.Email)
	}
	return all
}

// clock lets a test set the time of a store.
func clock(s *Store) *time.Time {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return now }
	return &now
}

// Nothing changes until the new address says so, and then all that waits goes
// there, and the old address is told.
func TestStore_ConfirmAddress(t *testing.T) {
	s := mustOpen(t)
	now := clock(s)
	id := mustReaders(t, s, 1)[0]
	mustPublish(t, s, "frost")
	asked := *now
	mustAskAddress(t, s, id, "new@example.net")
	if sub, err := s.Subscriber(t.Context(), id); err != nil || sub.Email != "reader0@example.org" {
		t.Fatalf("asked, they are %s, %v", sub.Email, err)
	}
	if email, at, err := s.PendingAddress(t.Context(), id); err != nil || email != "new@example.net" || !at.Equal(asked) {
		t.Errorf("pending is %q since %s, %v", email, at, err)
	}
	*now = now.Add(time.Hour)
	if err := s.ConfirmAddress(t.Context(), id, asked.Add(time.Second), sampleTo(newsletter.KindMoved), newsletter.Proof{}); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("with another's link: %v", err)
	}
	for range 2 { // twice is as good as once
		if err := s.ConfirmAddress(t.Context(), id, asked, sampleTo(newsletter.KindMoved), newsletter.Proof{Source: "page"}); err != nil {
			t.Fatal(err)
		}
	}
	sub, err := s.SubscriberByKey(t.Context(), "new@example.net")
	if err != nil || sub.ID != id || sub.Email != "new@example.net" {
		t.Errorf("they are %+v, %v", sub, err)
	}
	want := []string{"moved reader0@example.org", "address new@example.net", "issue new@example.net"}
	if got := mustMails(t, s, id)[:3]; !slices.Equal(got, want) {
		t.Errorf("mails %q, want %q", got, want)
	}
	all, err := s.Consents(t.Context(), id)
	if err != nil || all[len(all)-1].Act != newsletter.ConsentMoved || !all[len(all)-1].Intact {
		t.Errorf("receipts %+v, %v", all, err)
	}
}

// What was never tried goes to the new address, also of an issue that is paused; what
// was keeps its bytes, so that a copy of it can be told.
func TestStore_ConfirmAddress_onItsWay(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	id := mustReaders(t, s, 1)[0]
	frost, _ := mustPublish(t, s, "frost")
	if err := s.Pause(t.Context(), frost.ID); err != nil {
		t.Fatal(err)
	}
	thaw, due := mustPublish(t, s, "thaw")
	record(newsletter.Unknown)(t, s, epoch, claim(t, s, epoch, due[0]))
	if n, err := s.ResendUnknown(t.Context(), thaw.ID, time.Now()); n != 1 || err != nil {
		t.Fatalf("%d queued again, %v", n, err)
	}
	now := clock(s)
	mustAskAddress(t, s, id, "new@example.net")
	if err := s.ConfirmAddress(t.Context(), id, *now, sampleTo(newsletter.KindMoved), newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	for i, want := range map[*Issue]string{frost: "new@example.net", thaw: "reader0@example.org"} {
		if got := only(t, s, i).Subscriber.Email; got != want {
			t.Errorf("%s goes to %s, want %s", i.Slug, got, want)
		}
	}
}

// Whoever signed up with the new address and never confirmed that is nobody who has
// it: they are asked, as anybody is, get no other mail, and make room.
func TestStore_AskAddress_unconfirmed(t *testing.T) {
	s := mustOpen(t)
	now := clock(s)
	id := mustReaders(t, s, 1)[0]
	waits := mustSubscribe(t, s, "new@example.net", "tides")
	asked := *now
	mustAskAddress(t, s, id, "new@example.net")
	if got, want := mustMails(t, s, waits), []string{"confirm new@example.net"}; !slices.Equal(got, want) {
		t.Errorf("who never confirmed got %q, want %q", got, want)
	}
	if err := s.ConfirmAddress(t.Context(), id, asked, sampleTo(newsletter.KindMoved), newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	if sub, err := s.SubscriberByKey(t.Context(), "new@example.net"); err != nil || sub.ID != id {
		t.Errorf("the address is that of %+v, %v", sub, err)
	}
	if _, err := s.Subscriber(t.Context(), waits); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("who never confirmed: %v, want forgotten", err)
	}
}

// What stands against the old address stays with it, and what stands against the
// new one for good is not to be moved to.
func TestStore_AskAddress_suppressed(t *testing.T) {
	s := mustOpen(t)
	now := clock(s)
	ids := mustReaders(t, s, 2)
	mustSuppress(t, s, "reader0@example.org", "", newsletter.SuppressedBounced)
	mustSuppress(t, s, "blocked@example.net", "", newsletter.SuppressedBlocked)
	mustSuppress(t, s, "left@example.net", "harbor", newsletter.SuppressedLeft)
	mustAskAddress(t, s, ids[0], "blocked@example.net")
	if got := mustMails(t, s, ids[0]); slices.Contains(got, "address blocked@example.net") {
		t.Errorf("mails %q", got)
	}
	*now = now.Add(time.Minute)
	asked := *now
	mustAskAddress(t, s, ids[0], "left@example.net")
	if err := s.ConfirmAddress(t.Context(), ids[0], asked, sampleTo(newsletter.KindMoved), newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	if state := mustStanding(t, s, "harbor", ids[0]).State; state != newsletter.SubscriptionConfirmed {
		t.Errorf("at an address that works they are %s", state)
	}
	if left, err := s.SuppressionsOf(t.Context(), "reader0@example.org"); err != nil || len(left) != 1 {
		t.Errorf("against the old address: %+v, %v", left, err)
	}
	// Blocked meanwhile.
	*now = now.Add(time.Minute)
	asked = *now
	mustAskAddress(t, s, ids[1], "late@example.net")
	mustSuppress(t, s, "late@example.net", "", newsletter.SuppressedComplained)
	if err := s.ConfirmAddress(t.Context(), ids[1], asked, sampleTo(newsletter.KindMoved), newsletter.Proof{}); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("to an address that complained: %v", err)
	}
}

// An address that is on the list already: its reader is told, nobody else.
func TestStore_AskAddress_taken(t *testing.T) {
	s := mustOpen(t)
	now := clock(s)
	ids := mustReaders(t, s, 3)
	for range 5 {
		*now = now.Add(time.Minute)
		mustAskAddress(t, s, ids[0], "reader1@example.org")
		mustAskAddress(t, s, ids[0], "reader0@example.org") // their own
	}
	if got := mustMails(t, s, ids[0]); slices.ContainsFunc(got, func(m string) bool { return m[:5] == "taken" || m[:7] == "address" }) {
		t.Errorf("whoever asked got %q", got)
	}
	if got := mustMails(t, s, ids[1]); len(got) != 3+len(mustMails(t, s, ids[2])) || got[0] != "taken reader1@example.org" {
		t.Errorf("whoever has it got %q, want three that tell them", got)
	}
	// They remember it as any other, and it ends what they asked before.
	*now = now.Add(time.Minute)
	before := *now
	mustAskAddress(t, s, ids[0], "mine@example.org")
	*now = now.Add(time.Minute)
	mustAskAddress(t, s, ids[0], "reader2@example.org")
	if email, _, err := s.PendingAddress(t.Context(), ids[0]); err != nil || email != "reader2@example.org" {
		t.Errorf("pending is %q, %v", email, err)
	}
	if err := s.ConfirmAddress(t.Context(), ids[0], before, sampleTo(newsletter.KindMoved), newsletter.Proof{}); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("with the link from before: %v", err)
	}
	// Taken while its link was on the way.
	*now = now.Add(time.Minute)
	asked := *now
	mustAskAddress(t, s, ids[0], "soon@example.org")
	mustConfirm(t, s, "harbor", mustSubscribe(t, s, "soon@example.org", "harbor"))
	if err := s.ConfirmAddress(t.Context(), ids[0], asked, sampleTo(newsletter.KindMoved), newsletter.Proof{}); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("to an address that somebody has by now: %v", err)
	}
}

// Nobody can fill a mailbox with questions, not even with many addresses of
// their own.
func TestStore_AskAddress_limits(t *testing.T) {
	s := mustOpen(t)
	now := clock(s)
	ids := mustReaders(t, s, 6)
	for range 5 {
		*now = now.Add(time.Minute)
		mustAskAddress(t, s, ids[0], "victim@example.net")
	}
	for _, id := range ids[1:] {
		*now = now.Add(time.Minute)
		mustAskAddress(t, s, id, "victim@example.net")
	}
	n := 0
	for _, id := range ids {
		for _, m := range mustMails(t, s, id) {
			if m == "address victim@example.net" {
				n++
			}
		}
	}
	if n > 5 {
		t.Errorf("the address was asked %d times in a day", n)
	}
	// Asked for once too often, the link that they have goes on working.
	*now = now.Add(48 * time.Hour)
	var last time.Time
	for range 4 {
		last = *now
		mustAskAddress(t, s, ids[4], "much@example.net")
		*now = now.Add(time.Minute)
	}
	if err := s.ConfirmAddress(t.Context(), ids[4], last.Add(-time.Minute), sampleTo(newsletter.KindMoved), newsletter.Proof{}); err != nil {
		t.Errorf("with the last link that was mailed: %v", err)
	}
	// Two that follow in the same second would have the same link.
	*now = now.Add(48 * time.Hour)
	asked := *now
	mustAskAddress(t, s, ids[5], "mine@example.net")
	mustAskAddress(t, s, ids[5], "yours@example.net")
	if err := s.ConfirmAddress(t.Context(), ids[5], asked, sampleTo(newsletter.KindMoved), newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	if sub, err := s.Subscriber(t.Context(), ids[5]); err != nil || sub.Email != "mine@example.net" {
		t.Errorf("they moved to %s, %v", sub.Email, err)
	}
}
