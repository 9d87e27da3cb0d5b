package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/newsletter"
)

const aDay = 24 * time.Hour

// later moves the store's clock.
func later(s *Store, d time.Duration) {
	now := s.now
	s.now = func() time.Time { return now().Add(d) }
}

// mustSettleMails marks every open mail to one person as sent.
func mustSettleMails(t testing.TB, s *Store, epoch int64) (sent int) {
	t.Helper()
	open, err := s.OpenIssues(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range open {
		due, _, err := s.Due(t.Context(), i.ID, s.now(), Cursor{}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range due {
			if err := s.Claim(t.Context(), d, epoch, nil); err != nil {
				t.Fatalf("claim of %s: %v", i.Slug, err)
			}
			d.State = newsletter.Attempting
			if err := s.Record(t.Context(), d, epoch, newsletter.Outcome{State: newsletter.Sent}, newsletter.Receipt{Code: 250}); err != nil {
				t.Fatal(err)
			}
			sent++
		}
	}
	return sent
}

// Whoever does not confirm is asked once more, for all that they were asked for
// together, and never again. Nobody else is.
func TestStore_Remind(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	ann := mustSubscribe(t, s, "ann@example.org", "harbor", "tides")
	bob := mustSubscribe(t, s, "bob@example.org", "harbor")
	mustConfirm(t, s, "harbor", bob)
	cyd := mustSubscribe(t, s, "cyd@example.org", "harbor")
	if _, err := s.Unsubscribe(t.Context(), "", cyd, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	mustSubscribe(t, s, "dan@example.org", "harbor")
	mustSuppress(t, s, s.seal.erased("dan@example.org"), "", newsletter.SuppressedErasure)
	mustSettleMails(t, s, epoch)
	later(s, 3*aDay)
	mustSubscribe(t, s, "cyd@example.org", "harbor") // by somebody, after they left
	mustSubscribe(t, s, "eve@example.org", "harbor") // a moment ago
	mustSettleMails(t, s, epoch)
	later(s, aDay)
	var asked [][]string
	mail := func(a Asked) (*newsletter.Mail, time.Duration, error) {
		asked = append(asked, a.Newsletters)
		return sampleNotice(), 0, nil
	}
	remind := func() int {
		t.Helper()
		_, n, err := s.Remind(t.Context(), "harbor", s.now().Add(-3*aDay), mail)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := remind(); n != 1 || len(asked) != 1 || !slices.Equal(asked[0], []string{"harbor", "tides"}) {
		t.Fatalf("%d were reminded, of %v; want Ann alone, of both", n, asked)
	}
	if n := mustSettleMails(t, s, epoch); n != 1 {
		t.Errorf("%d mails went out, want 1", n)
	}
	later(s, 20*aDay)
	for range 2 {
		if n := remind(); n > 1 { // Eve, now
			t.Errorf("%d were reminded later", n)
		}
	}
	if len(asked) != 2 {
		t.Errorf("asked for %v, want Ann and Eve once each", asked)
	}
	mustConfirm(t, s, "tides", ann)
	if state := mustStanding(t, s, "harbor", ann).State; state != newsletter.SubscriptionConfirmed {
		t.Errorf("harbor is %s, want confirmed by the same click", state)
	}
}

// Without a mail nobody is reminded, and nobody counts as reminded.
func TestStore_Remind_overTheLimit(t *testing.T) {
	s := mustOpen(t)
	mustSubscribe(t, s, "ann@example.org", "harbor")
	later(s, 4*aDay)
	none := func(Asked) (*newsletter.Mail, time.Duration, error) { return nil, 0, nil }
	if looked, n, err := s.Remind(t.Context(), "harbor", s.now().Add(-3*aDay), none); looked != 1 || n != 0 || err != nil {
		t.Fatalf("Remind = %d, %d, %v", looked, n, err)
	}
	if _, n, err := s.Remind(t.Context(), "harbor", s.now().Add(-3*aDay), sampleQuestion); n != 1 || err != nil {
		t.Fatalf("Remind = %d, %v; want 1", n, err)
	}
}

// farewell gathers the addresses that it is told.
func farewell(told *[]string) Farewell {
	return func(addresses []string) error {
		*told = append(*told, addresses...)
		return nil
	}
}

// Where what else is kept of somebody cannot go, nobody is forgotten.
func TestStore_EraseLeft_notToldThenNot(t *testing.T) {
	s := mustOpen(t)
	id := mustSubscribe(t, s, "ann@example.org", "harbor")
	mustConfirm(t, s, "harbor", id)
	if _, err := s.Unsubscribe(t.Context(), "", id, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	later(s, aDay)
	full := errors.New("the disk is gone")
	n, err := s.EraseLeft(t.Context(), "harbor", map[string]time.Time{"harbor": s.now()}, "retention", func([]string) error { return full })
	if n != 0 || !errors.Is(err, full) {
		t.Errorf("EraseLeft = %d, %v", n, err)
	}
	if _, err := s.Subscriber(t.Context(), id); err != nil {
		t.Errorf("Ann: %v, want kept", err)
	}
}

// Of whoever never confirmed nothing is left, not even a hash; what somebody
// confirmed elsewhere stays, and so does that they left.
func TestStore_ExpireUnconfirmed(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	mustReaders(t, s, 30)
	mustPublish(t, s, "frost")
	for range 3 {
		mustSubscribe(t, s, "vanish"+strings.Repeat("x", 30)+"@example.org", "harbor", "tides")
	}
	bob := mustSubscribe(t, s, "bob@example.org", "harbor")
	mustConfirm(t, s, "harbor", bob)
	mustSubscribe(t, s, "bob@example.org", "tides")
	cyd := mustSubscribe(t, s, "cyd@example.org", "tides")
	mustConfirm(t, s, "tides", cyd)
	if _, err := s.Unsubscribe(t.Context(), "", cyd, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	later(s, 2*aDay)
	mustSubscribe(t, s, "cyd@example.org", "tides")
	mustSettleMails(t, s, epoch)
	var told []string
	expire := func(name string) int {
		t.Helper()
		n, err := s.ExpireUnconfirmed(t.Context(), name, s.now().Add(-30*aDay), farewell(&told))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	later(s, 28*aDay-time.Minute)
	if n := expire("harbor") + expire("tides"); n != 0 {
		t.Fatalf("%d expired a minute too early", n)
	}
	later(s, 3*aDay)
	if n := expire("harbor"); n != 1 {
		t.Errorf("%d expired at harbor, want 1", n)
	}
	if n := expire("tides"); n != 3 {
		t.Errorf("%d expired at tides, want 3", n)
	}
	if n := expire("tides"); n != 0 {
		t.Errorf("%d more expired", n)
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"vanish" + strings.Repeat("x", 30) + "@example.org"}, told); diff != "" {
		t.Errorf("addresses that are forgotten (-want +got):\n%s", diff)
	}
	noTrace(t, s, "vanish")
	gone, err := s.SuppressionsOf(t.Context(), "vanish"+strings.Repeat("x", 30)+"@example.org")
	if err != nil || len(gone) != 0 {
		t.Errorf("there is %v against them, %v", gone, err)
	}
	if state := mustStanding(t, s, "harbor", bob).State; state != newsletter.SubscriptionConfirmed {
		t.Errorf("Bob is %s at harbor", state)
	}
	if _, err := s.Subscription(t.Context(), "tides", bob); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("Bob's sign-up at tides: %v, want none", err)
	}
	if p := mustStanding(t, s, "tides", cyd); p.State != newsletter.SubscriptionUnsubscribed || p.UnsubscribedAt.IsZero() {
		t.Errorf("Cyd is %+v, want unsubscribed as before", p)
	}
}

// Who was asked anew has as long from then; who never was is not reminded.
func TestStore_ExpireUnconfirmed_askedAnew(t *testing.T) {
	s := mustOpen(t)
	later(s, 0)
	id := mustSubscribe(t, s, "ann@example.org", "harbor")
	later(s, 20*aDay)
	mustSubscribe(t, s, "ann@example.org", "harbor")
	later(s, 20*aDay)
	if n, err := s.ExpireUnconfirmed(t.Context(), "harbor", s.now().Add(-30*aDay), nil); n != 0 || err != nil {
		t.Errorf("%d expired, %v, 20 days after they were asked anew", n, err)
	}
	if err := s.update(t.Context(), func(t *tx) error { // as an import leaves them that asks nobody
		_, err := t.exec(`UPDATE subscription SET asked_at = 0 WHERE subscriber_id = $1`, id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if looked, reminded, err := s.Remind(t.Context(), "harbor", s.now(), sampleQuestion); looked != 0 || reminded != 0 || err != nil {
		t.Errorf("%d looked at and %d reminded of what nobody asked, %v", looked, reminded, err)
	}
}

// Who left all newsletters long enough ago, by the rule of each, becomes a hash.
func TestStore_EraseLeft(t *testing.T) {
	s := mustOpen(t)
	leave := func(email string, names ...string) int64 {
		t.Helper()
		id := mustSubscribe(t, s, email, names...)
		mustConfirm(t, s, names[0], id)
		for _, name := range names[:max(1, len(names)-1)] {
			if _, err := s.Unsubscribe(t.Context(), name, id, newsletter.Proof{}); err != nil {
				t.Fatal(err)
			}
		}
		return id
	}
	one := leave("vanish1@example.org", "harbor")
	stays := leave("stays@example.org", "harbor", "tides") // reads tides
	other := leave("other@example.org", "harbor", "walks", "x")
	if _, err := s.Unsubscribe(t.Context(), "", other, newsletter.Proof{}); err != nil {
		t.Fatal(err) // walks and x have no rule
	}
	both := leave("vanish2.before@example.org", "tides", "harbor", "x")
	mustChange(t, s, both, "vanish2@example.org")
	later(s, 50*aDay)
	late := leave("late@example.org", "harbor")
	if _, err := s.Unsubscribe(t.Context(), "x", both, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	later(s, 60*aDay)
	before := map[string]time.Time{"harbor": s.now().Add(-100 * aDay), "tides": s.now().Add(-100 * aDay), "x": s.now().Add(-10 * aDay)}
	total := 0
	var told []string
	for _, name := range []string{"harbor", "tides", "x"} {
		n, err := s.EraseLeft(t.Context(), name, before, "retention", farewell(&told))
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	if total != 2 {
		t.Errorf("%d were erased, want 2", total)
	}
	slices.Sort(told)
	if diff := cmp.Diff([]string{"vanish1@example.org", "vanish2.before@example.org", "vanish2@example.org"}, told); diff != "" {
		t.Errorf("addresses that are erased (-want +got):\n%s", diff)
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	noTrace(t, s, "vanish")
	for _, id := range []int64{stays, other, late} {
		if _, err := s.Subscriber(t.Context(), id); err != nil {
			t.Errorf("subscriber %d: %v, want kept", id, err)
		}
	}
	if _, err := s.Subscriber(t.Context(), one); !errors.Is(err, newsletter.ErrNotFound) {
		t.Errorf("who left: %v, want ErrNotFound", err)
	}
	for _, key := range []string{"vanish1@example.org", "vanish2@example.org", "vanish2.before@example.org"} {
		against, err := s.SuppressionsOf(t.Context(), key)
		if err != nil || len(against) != 1 || against[0].Reason != newsletter.SuppressedErasure || against[0].Source != "retention" {
			t.Errorf("against %s, which is erased, stands %+v, %v", key, against, err)
		}
	}
}

// Old deliveries lose names and addresses, a chunk at a time; the equation holds,
// and the unknown ones among them are not sent again.
func TestStore_ClearDeliveries(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	mustReaders(t, s, 2*keepDeliveries+10)
	i, due := mustPublish(t, s, "frost")
	if err := s.Claim(t.Context(), due[0], epoch, nil); err != nil {
		t.Fatal(err)
	}
	due[0].State = newsletter.Attempting
	if err := s.Record(t.Context(), due[0], epoch, newsletter.Outcome{State: newsletter.Unknown}, newsletter.Receipt{}); err != nil {
		t.Fatal(err)
	}
	clearSome := func() int {
		t.Helper()
		n, err := s.ClearDeliveries(t.Context(), "harbor", s.now().Add(-100*aDay))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	later(s, 200*aDay)
	if n := clearSome(); n != 0 {
		t.Fatalf("%d deliveries of an issue that is going out were looked at", n)
	}
	if err := s.Cancel(t.Context(), i.ID); err != nil {
		t.Fatal(err)
	}
	before := mustFind(t, s, "frost").Tally
	if n := clearSome(); n != 0 {
		t.Fatalf("%d deliveries were looked at right after the issue was finished", n)
	}
	later(s, 101*aDay)
	if n, err := s.ClearDeliveries(t.Context(), "tides", s.now()); n != 0 || err != nil {
		t.Fatalf("%d deliveries of harbor were looked at by the rule of tides, %v", n, err)
	}
	rounds := 0
	for clearSome() > 0 {
		rounds++
	}
	if rounds != 3 {
		t.Errorf("it took %d rounds, want 3", rounds)
	}
	checkTally(t, s, "frost", before)
	var named int
	if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM delivery WHERE email <> '' OR name IS NOT NULL`).Scan(&named); err != nil || named != 0 {
		t.Errorf("%d deliveries still have a name, %v", named, err)
	}
	if err := s.update(t.Context(), func(t *tx) error { // as if it had come to its end by itself
		_, err := t.exec(`UPDATE issue SET state = 'sent'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ResendUnknown(t.Context(), i.ID, s.now()); n != 0 || err != nil {
		t.Errorf("ResendUnknown = %d, %v; want none", n, err)
	}
}

// Old confirmations go, with their mail; the number of the newest row never comes
// again.
func TestStore_DropNotices(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	for _, email := range []string{"ann@example.org", "bob@example.org", "cyd@example.org"} {
		mustSubscribe(t, s, email, "harbor")
	}
	if n := mustSettleMails(t, s, epoch); n != 3 {
		t.Fatalf("%d mails went out, want 3", n)
	}
	count := func(table string) (n int) {
		t.Helper()
		if err := s.read.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	later(s, 31*aDay)
	mustSubscribe(t, s, "dan@example.org", "harbor") // on its way
	if n, err := s.DropNotices(t.Context(), s.now().Add(-30*aDay)); n != 3 || err != nil {
		t.Fatalf("DropNotices = %d, %v; want 3", n, err)
	}
	if count("issue") != 1 || count("delivery") != 1 || count("notice") != 1 || count("mail") != 1 {
		t.Errorf("issue %d, delivery %d, notice %d, mail %d; want 1 each", count("issue"), count("delivery"), count("notice"), count("mail"))
	}
	mustSettleMails(t, s, epoch)
	later(s, 31*aDay)
	if n, err := s.DropNotices(t.Context(), s.now().Add(-30*aDay)); n != 0 || err != nil {
		t.Fatalf("DropNotices = %d, %v; want the newest row kept", n, err)
	}
	mustSubscribe(t, s, "eve@example.org", "harbor")
	if n, err := s.DropNotices(t.Context(), s.now().Add(-30*aDay)); n != 1 || err != nil {
		t.Fatalf("DropNotices = %d, %v; want 1", n, err)
	}
}

// What was finished lately stays, and so does every issue, however old.
func TestStore_DropNotices_others(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	mustReaders(t, s, 1)
	_, due := mustPublish(t, s, "frost")
	record(newsletter.Sent)(t, s, epoch, claim(t, s, epoch, due[0]))
	mustSubscribe(t, s, "ann@example.org", "harbor")
	mustSettleMails(t, s, epoch)
	later(s, 31*aDay)
	mustSubscribe(t, s, "bob@example.org", "harbor")
	mustSettleMails(t, s, epoch)
	mustSubscribe(t, s, "cyd@example.org", "harbor") // on its way: bob's is not the newest
	if n, err := s.DropNotices(t.Context(), s.now().Add(-30*aDay)); n != 1 || err != nil {
		t.Errorf("DropNotices = %d, %v; want the mail to ann only", n, err)
	}
	checkTally(t, s, "frost", newsletter.Tally{Audience: 1, Sent: 1})
}

// The welcome goes with the confirmation, once, to who still reads.
func TestStore_Confirm_welcomes(t *testing.T) {
	s := mustOpen(t)
	epoch := mustBegin(t, s)
	welcome := sampleMail("Welcome")
	welcome.Kind = newsletter.KindWelcome
	all := map[string]*newsletter.Mail{"harbor": welcome}
	confirm := func(id int64) {
		t.Helper()
		if state, err := s.Confirm(t.Context(), "harbor", id, newsletter.Proof{}, all); err != nil || state != newsletter.SubscriptionConfirmed {
			t.Fatalf("Confirm = %s, %v", state, err)
		}
	}
	ann := mustSubscribe(t, s, "ann@example.org", "harbor", "tides")
	if names, err := s.AskedTogether(t.Context(), "tides", ann); err != nil || !slices.Equal(names, []string{"harbor", "tides"}) {
		t.Errorf("AskedTogether = %v, %v", names, err)
	}
	mustSettleMails(t, s, epoch)
	confirm(ann)
	confirm(ann)
	if n := mustSettleMails(t, s, epoch); n != 1 {
		t.Errorf("%d mails welcome Ann, want 1", n)
	}
	bob := mustSubscribe(t, s, "bob@example.org", "harbor")
	mustSettleMails(t, s, epoch)
	confirm(bob)
	if _, err := s.Unsubscribe(t.Context(), "", bob, newsletter.Proof{}); err != nil {
		t.Fatal(err)
	}
	if n := mustSettleMails(t, s, epoch); n != 0 {
		t.Errorf("%d mails welcome Bob, who left before, want 0", n)
	}
	if open, err := s.Published(t.Context(), "harbor"); err != nil || len(open) != 0 {
		t.Errorf("a welcome counts as an issue: %v, %v", open, err)
	}
}

func TestStore_RotateTokenKey(t *testing.T) {
	s := mustOpen(t)
	for want := int64(2); want <= 255; want++ {
		if id, err := s.RotateTokenKey(t.Context()); id != want || err != nil {
			t.Fatalf("RotateTokenKey = %d, %v; want %d", id, err, want)
		}
	}
	if _, err := s.RotateTokenKey(t.Context()); !errors.Is(err, newsletter.ErrConflict) {
		t.Errorf("the 256th key: %v, want ErrConflict", err)
	}
	keys, err := s.TokenKeys(t.Context())
	if err != nil || len(keys) != 255 || keys[0].ID != 255 || keys[254].ID != 1 {
		t.Errorf("%d keys, %v; want 255, the newest first", len(keys), err)
	}
}
