package store

import (
	"errors"
	"testing"
	"time"

	"tidings/internal/newsletter"
)

// What is known of a person changes with a receipt, and without one where
// nothing changed. The words of tags and addresses are not theirs to change.
func TestStore_SetPerson(t *testing.T) {
	s := mustOpen(t)
	id := mustReaders(t, s, 1)[0]
	p, err := s.Subscriber(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	p.Name, p.Language, p.Timezone, p.PlainText, p.Fields = "Ada Lind", "ar", "Asia/Amman", true, map[string]string{"city": "Irbid"}
	p.Email, p.Tags = "other@example.net", []string{"team"}
	for range 2 {
		if err := s.SetPerson(t.Context(), p, newsletter.Proof{Source: "page"}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Subscriber(t.Context(), id)
	if err != nil || got.Name != "Ada Lind" || got.Language != "ar" || got.Timezone != "Asia/Amman" || !got.PlainText || got.Fields["city"] != "Irbid" {
		t.Errorf("changed: %+v, %v", got, err)
	}
	if got.Email != "reader0@example.org" || len(got.Tags) != 1 || got.Tags[0] != "clients" {
		t.Errorf("address or tags came along: %+v", got)
	}
	all, err := s.Consents(t.Context(), id)
	if err != nil || len(all) != 1 || all[0].Act != newsletter.ConsentChanged {
		t.Errorf("receipts %+v, %v; want one of the change", all, err)
	}
	p.ID = 9999
	if err := s.SetPerson(t.Context(), p, newsletter.Proof{}); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
}

func TestStore_Write(t *testing.T) {
	s := mustOpen(t)
	now := clock(s)
	ids := mustReaders(t, s, 2)
	mustSuppress(t, s, "reader1@example.org", "", newsletter.SuppressedComplained)
	limit := Limit{Most: 3, Every: time.Hour}
	for i, want := range []bool{true, true, true, false, false} {
		*now = now.Add(time.Minute)
		if got, err := s.Write(t.Context(), ids[0], sampleTo(newsletter.KindAccess), limit); err != nil || got != want {
			t.Errorf("mail %d: %t, %v", i+1, got, err)
		}
	}
	*now = now.Add(time.Hour)
	if got, err := s.Write(t.Context(), ids[0], sampleTo(newsletter.KindAccess), limit); err != nil || !got {
		t.Errorf("an hour later: %t, %v", got, err)
	}
	if got, err := s.Write(t.Context(), ids[1], sampleTo(newsletter.KindAccess), limit); err != nil || got {
		t.Errorf("to whoever complained: %t, %v", got, err)
	}
	if _, err := s.Write(t.Context(), 9999, sampleTo(newsletter.KindAccess), limit); !errors.Is(plain(err), newsletter.ErrNotFound) {
		t.Errorf("to nobody: %v", err)
	}
}

// Undo brings back what ended in one step, and not what ended before it.
func TestStore_ResubscribeAll(t *testing.T) {
	s := mustOpen(t)
	now := clock(s)
	id := mustSubscribe(t, s, "ann@example.org", "harbor", "tides", "walks")
	mustConfirm(t, s, "harbor", id)
	if _, err := s.Unsubscribe(t.Context(), "walks", id, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	*now = now.Add(time.Minute)
	if _, err := s.Unsubscribe(t.Context(), "", id, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	*now = now.Add(time.Hour)
	back, err := s.ResubscribeAll(t.Context(), id, 24*time.Hour, newsletter.Proof{})
	if err != nil || len(back) != 2 || back[0] != "harbor" || back[1] != "tides" {
		t.Errorf("back are %v, %v", back, err)
	}
	*now = now.Add(48 * time.Hour)
	if back, err = s.ResubscribeAll(t.Context(), id, 24*time.Hour, newsletter.Proof{}); err != nil || len(back) != 0 {
		t.Errorf("two days later %v came back, %v", back, err)
	}
}

// Undo confirms nobody: who never did is asked as before. And it has its time.
func TestStore_Resubscribe_neverConfirmed(t *testing.T) {
	s := mustOpen(t)
	now := clock(s)
	id := mustSubscribe(t, s, "ann@example.org", "harbor")
	leave := func() {
		t.Helper()
		if _, err := s.Unsubscribe(t.Context(), "harbor", id, newsletter.Proof{}); err != nil {
			t.Fatal(err)
		}
	}
	leave()
	if _, err := s.ResubscribeAll(t.Context(), id, time.Hour, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	if state := mustStanding(t, s, "harbor", id).State; state != newsletter.SubscriptionPending {
		t.Errorf("all taken back, Ann is %s, want pending", state)
	}
	leave()
	state, err := s.Resubscribe(t.Context(), "harbor", id, time.Hour, newsletter.Proof{})
	if err != nil || state != newsletter.SubscriptionPending {
		t.Errorf("taken back, Ann is %s, %v, want pending", state, err)
	}
	leave()
	*now = now.Add(time.Hour + time.Second)
	state, err = s.Resubscribe(t.Context(), "harbor", id, time.Hour, newsletter.Proof{})
	if err != nil || state != newsletter.SubscriptionUnsubscribed {
		t.Errorf("taken back too late, Ann is %s, %v, want unsubscribed", state, err)
	}
}
