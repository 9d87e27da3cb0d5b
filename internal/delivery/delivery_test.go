package delivery_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"tidings/internal/delivery"
	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
	"tidings/internal/store"
	"tidings/internal/store/storetest"
	"tidings/internal/token"
)

// bench is a store with readers, and what sends for it.
type bench struct {
	t      testing.TB
	store  *store.Store
	path   string
	relay  *smtptest.Server
	served []string // who got it from a relay before this one
	config delivery.Config
}

// empty is a database as each test begins with.
var empty = storetest.New(store.Open)

func newBench(t testing.TB, readers int, relay smtptest.Config) *bench {
	t.Helper()
	b := &bench{t: t, path: filepath.Join(t.TempDir(), "tidings.db"), relay: smtptest.New(t, relay)}
	empty.Copy(t, b.path)
	b.open()
	t.Cleanup(func() { _ = b.store.Close() })
	b.subscribe("example.org", readers)
	return b
}

// subscribe adds readers of a domain, many at a time: they share commits.
func (b *bench) subscribe(domain string, n int) {
	b.t.Helper()
	var next atomic.Int64
	var group errgroup.Group
	for range 64 {
		group.Go(func() error {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				email := fmt.Sprintf("reader%d@%s", i, domain)
				_, err := b.store.Subscribe(b.t.Context(), store.SubscribeParams{
					Newsletters: []string{"harbor"}, Subscriber: newsletter.Subscriber{Email: email}, Key: email, Proof: newsletter.Proof{Source: "test"}, Direct: true,
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		b.t.Fatal(err)
	}
}

func address(i int) string { return fmt.Sprintf("reader%d@example.org", i) }

func (b *bench) open() {
	b.t.Helper()
	var err error
	if b.store, err = store.Open(b.t.Context(), b.path); err != nil {
		b.t.Fatal(err)
	}
	if b.config, err = newConfig(b.store, b.relay.Addr()); err != nil {
		b.t.Fatal(err)
	}
}

// newConfig is a worker that sends to a relay over four connections.
func newConfig(s *store.Store, relay string) (delivery.Config, error) {
	ring, err := token.New([]token.Key{{ID: 1, Secret: bytes.Repeat([]byte("k"), token.MinSecret)}})
	if err != nil {
		return delivery.Config{}, err
	}
	client := smtpclient.New(smtpclient.Config{Name: "test", Address: relay, TLS: smtpclient.NoTLS})
	return delivery.Config{
		Store: s, Composer: message.New(message.Config{Tokens: ring, BaseURL: "https://news.example.org"}),
		Routes: []delivery.Route{{Name: "test", Connect: func() delivery.Sender { return client.Conn() }, Connections: 4}},
		Retry:  newsletter.Retry{Waits: []time.Duration{time.Millisecond}, GiveUp: time.Hour},
		Drain:  5 * time.Second, Log: slog.New(slog.DiscardHandler),
	}, nil
}

func (b *bench) publish(slug string) {
	b.t.Helper()
	_, err := b.store.Publish(b.t.Context(), store.Publication{Slug: slug, Mail: &newsletter.Mail{
		Newsletter: "harbor", Kind: newsletter.KindIssue, ListName: "Harbor", Title: slug,
		From: mail.Address{Address: "letters@example.org"}, Subject: newsletter.Literal(slug),
		Text: newsletter.Literal("What the tide leaves.\n"), HTML: newsletter.Literal("<p>What the tide leaves.</p>\n"),
	}})
	if err != nil {
		b.t.Fatal(err)
	}
}

// start runs a worker until the returned function is called.
func (b *bench) start() (stop func()) {
	b.t.Helper()
	lock, err := store.AcquireLock(filepath.Join(filepath.Dir(b.path), "data.lock"))
	if err != nil {
		b.t.Fatal(err)
	}
	epoch, _, err := b.store.Begin(b.t.Context(), lock)
	if err != nil {
		b.t.Fatal(err)
	}
	b.config.Epoch = epoch
	ctx, cancel := context.WithCancel(b.t.Context())
	var running sync.WaitGroup
	w := delivery.New(b.config)
	running.Go(func() { w.Run(ctx) })
	return func() {
		cancel()
		running.Wait()
		_ = lock.Release()
	}
}

// stuck is how long nothing may move: longer than the longest wait after trouble,
// on a machine that has much else to do.
const stuck = 90 * time.Second

// finish waits until an issue is finished and returns its tally.
func (b *bench) finish(slug string) newsletter.Tally {
	b.t.Helper()
	var last newsletter.Tally
	moved := time.Now()
	for ; ; time.Sleep(5 * time.Millisecond) {
		i, err := b.store.FindIssue(b.t.Context(), "harbor", slug)
		if err != nil {
			b.t.Fatal(err)
		}
		if i.State == newsletter.IssueSent {
			return b.tally(i)
		}
		if i.Tally != last {
			last, moved = i.Tally, time.Now()
		}
		if time.Since(moved) > stuck {
			b.t.Fatalf("not finished: %+v", i.Tally)
		}
	}
}

// tally proves the issue's numbers against its deliveries.
func (b *bench) tally(i *store.Issue) newsletter.Tally {
	b.t.Helper()
	counted, err := b.store.Recount(b.t.Context(), i.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	if diff := cmp.Diff(counted, i.Tally); diff != "" || !i.Closes() {
		b.t.Errorf("the equation does not close (-deliveries +issue):\n%s", diff)
	}
	return i.Tally
}

// once fails the test unless each of the readers got exactly one message.
func (b *bench) once(readers int) {
	b.t.Helper()
	got := b.relay.Recipients()
	slices.Sort(got)
	want := make([]string, readers)
	for i := range want {
		want[i] = address(i)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("recipients (-want +got):\n%s", diff)
	}
}

func TestWorker_SendsToEachReaderOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, 200, smtptest.Config{})
	b.publish("frost")
	defer b.start()()
	if diff := cmp.Diff(newsletter.Tally{Audience: 200, Sent: 200}, b.finish("frost")); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	b.once(200)
	ids := map[string]bool{}
	for _, m := range b.relay.Accepted() {
		ids[m.MessageID] = true
	}
	if len(ids) != 200 {
		t.Errorf("%d different Message-IDs, want 200", len(ids))
	}
}

// Each fault, and what must come of 40 readers. Whatever happens, nobody gets
// two and the equation closes (rules R6 and R15).
func TestWorker_Faults(t *testing.T) {
	t.Parallel()
	each := func(n int, step smtptest.Step, reply smtptest.Reply) func(smtptest.Event) smtptest.Reply {
		return func(e smtptest.Event) smtptest.Reply {
			if e.Step == step && e.Nth%n == 0 {
				return reply
			}
			return smtptest.Reply{}
		}
	}
	firstTime := func(reply smtptest.Reply) func(smtptest.Event) smtptest.Reply {
		seen := map[string]bool{}
		return func(e smtptest.Event) smtptest.Reply {
			if e.Step != smtptest.Rcpt || seen[e.To] {
				return smtptest.Reply{}
			}
			seen[e.To] = true
			return reply
		}
	}
	for _, c := range []struct {
		name   string
		policy func(smtptest.Event) smtptest.Reply
		want   newsletter.Tally
		once   bool // everybody got it in the end
	}{
		{"everyone is greylisted first", firstTime(smtptest.Say(451, "4.7.1 later")), newsletter.Tally{Audience: 40, Sent: 40}, true},
		{"a tenth is unknown to the relay", each(10, smtptest.Rcpt, smtptest.Say(550, "5.1.1 no such user")), newsletter.Tally{Audience: 40, Sent: 36, Failed: 4}, false},
		{"a tenth is refused after the dot", each(10, smtptest.Dot, smtptest.Say(554, "5.7.1 no")), newsletter.Tally{Audience: 40, Sent: 36, Failed: 4}, false},
		{"full for a moment after the dot", each(10, smtptest.Dot, smtptest.Say(452, "4.3.1 full")), newsletter.Tally{Audience: 40, Sent: 40}, true},
		{"the line drops before the dot", each(7, smtptest.Data, smtptest.Drop(smtptest.Reset)), newsletter.Tally{Audience: 40, Sent: 40}, true},
		{"the line drops after the dot", each(10, smtptest.Dot, smtptest.Lose(smtptest.Close)), newsletter.Tally{Audience: 40, Sent: 36, Unknown: 4}, true},
		{"the relay closes after each message", each(1, smtptest.Dot, smtptest.Reply{Then: smtptest.Close}), newsletter.Tally{Audience: 40, Sent: 40}, true},
		{"the sender is refused once", each(1000, smtptest.Mail, smtptest.Say(550, "5.7.1 not now")), newsletter.Tally{Audience: 40, Sent: 40}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, 40, smtptest.Config{Policy: c.policy})
			b.publish("frost")
			defer b.start()()
			if diff := cmp.Diff(c.want, b.finish("frost")); diff != "" {
				t.Errorf("tally (-want +got):\n%s", diff)
			}
			if c.once {
				b.once(40)
			}
		})
	}
}

// A stop in the middle leaves nothing unknown, and the next start goes on (rule
// R14).
func TestWorker_StopsAndGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t, 300, smtptest.Config{})
	b.publish("frost")
	stop := b.start()
	if err := b.relay.Wait(t.Context(), 20); err != nil {
		t.Fatal(err)
	}
	stop()
	i, err := b.store.FindIssue(t.Context(), "harbor", "frost")
	if err != nil {
		t.Fatal(err)
	}
	if half := b.tally(i); half.Attempting != 0 || half.Unknown != 0 || half.Queued == 0 {
		t.Errorf("after the stop: %+v; want something queued and nothing in doubt", half)
	}
	defer b.start()()
	b.finish("frost")
	b.once(300)
}

// A stop does not wait for a relay that says nothing before the dot: nothing was
// sent, so everything stays queued.
func TestWorker_StopsWhileTheRelayHangs(t *testing.T) {
	t.Parallel()
	hanging := make(chan struct{})
	b := newBench(t, 5, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Mail && e.Nth == 1 {
			close(hanging)
		}
		if e.Step == smtptest.Mail {
			return smtptest.Reply{Quiet: true, Then: smtptest.Hang}
		}
		return smtptest.Reply{}
	}})
	b.config.Drain = time.Hour
	b.publish("frost")
	stop := b.start()
	<-hanging
	stop()
	i, err := b.store.FindIssue(t.Context(), "harbor", "frost")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(newsletter.Tally{Audience: 5, Queued: 5}, b.tally(i)); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
}

// A relay that is down for a while costs time and nothing else.
func TestWorker_RelayDown(t *testing.T) {
	t.Parallel()
	b := newBench(t, 20, smtptest.Config{})
	at := b.relay.Addr()
	b.relay.Close()
	b.publish("frost")
	defer b.start()()
	b.relay = smtptest.New(t, smtptest.Config{Address: at})
	if diff := cmp.Diff(newsletter.Tally{Audience: 20, Sent: 20}, b.finish("frost")); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	b.once(20)
}

func BenchmarkWorker(b *testing.B) {
	bench := newBench(b, 2000, smtptest.Config{})
	bench.config.Routes[0].Connections = 20
	n := 0
	for b.Loop() {
		n++
		slug := fmt.Sprintf("issue-%d", n)
		bench.publish(slug)
		stop := bench.start()
		bench.finish(slug)
		stop()
	}
	b.ReportMetric(float64(2000*n)/b.Elapsed().Seconds(), "messages/s")
}
