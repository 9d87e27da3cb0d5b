package delivery_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tidings/internal/delivery"
	"tidings/internal/newsletter"
	"tidings/internal/smtpclient"
	"tidings/internal/smtptest"
)

// A sender that may have 64 files open, and is set to a hundred connections,
// sends over those that it gets.
func TestFewFiles(t *testing.T) {
	t.Parallel()
	const readers = 400
	b := newBench(t, readers, smtptest.Config{})
	b.publish("frost")
	c := b.child("", 100, envFiles+"=64")
	if diff := cmp.Diff(newsletter.Tally{Audience: readers, Sent: readers}, b.finish("frost")); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	b.once(readers)
	if n := b.relay.MostOpen(); n >= 64 {
		t.Errorf("%d connections at once with 64 files: the test shows nothing", n)
	}
}

// A sender that is set to more connections than it can open works over those that
// it has, and tries none of the others while one of them is free.
func TestWorker_FewConnections(t *testing.T) {
	const readers, most = 12, 3
	greylist := firstTime(func(to string) bool { return to == address(5) }, smtptest.Say(451, "4.7.1 later"))
	policy := func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot {
			return smtptest.Reply{Delay: 500 * time.Millisecond}
		}
		return greylist(e)
	}
	weather(t, readers, smtptest.Config{Policy: policy}, func(b *bench) {
		client := smtpclient.New(smtpclient.Config{Name: "test", Address: b.relay.Addr(), TLS: smtpclient.NoTLS, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if b.relay.Connections() >= most { // none of them is closed before the end
				return nil, syscall.EMFILE
			}
			return b.relay.Dial(ctx, network, address)
		}})
		b.config.Routes = []delivery.Route{{Name: "test", Connect: func() delivery.Sender { return client.Conn() }, Connections: 10}}
		b.config.Retry = newsletter.Retry{Waits: []time.Duration{10 * time.Second}, GiveUp: time.Hour}
		b.publish("frost")
		defer b.start()()
		if tally, took := b.await("frost", 5*time.Minute); tally.Sent != readers || took > 15*time.Second {
			t.Errorf("%+v after %v", tally, took)
		}
	})
}

// A sender is stopped with messages past their dot, somebody removes its lock,
// another takes over, and then the first goes on: it sends nothing more, and
// changes nothing that the other has written (rule R10).
func TestFencing_StoppedSenderWakesUp(t *testing.T) {
	t.Parallel()
	const readers, connections = 60, 4
	b := newBench(t, readers, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot && e.Nth >= 20 && e.Nth < 20+connections {
			return smtptest.Reply{Delay: 3 * time.Second}
		}
		return smtptest.Reply{}
	}})
	b.publish("frost")
	first := b.child("", connections)
	for rest := (newsletter.Tally{}); rest.Sent != 19 || rest.Attempting != connections; rest = b.count("frost") {
		if rest.Sent > 19 {
			t.Fatalf("%+v: the machine is too slow for this test", rest)
		}
		time.Sleep(5 * time.Millisecond) // until each waits for its answer, and the database is at rest
	}
	signal(t, first.Process, syscall.SIGSTOP)
	if err := os.Remove(filepath.Join(filepath.Dir(b.path), "data.lock")); err != nil {
		t.Fatal(err)
	}
	b.config.Routes[0].Connections, b.config.Routes[0].PerSecond = 1, 8 // slow enough for the first to find something to do
	defer b.start()()
	streamed := b.relay.Events(smtptest.Data)
	signal(t, first.Process, syscall.SIGCONT)
	want := newsletter.Tally{Audience: readers, Sent: readers - connections, Unknown: connections}
	if diff := cmp.Diff(want, b.finish("frost")); diff != "" {
		t.Errorf("tally (-want +got):\n%s", diff)
	}
	for began := time.Now(); b.relay.Events(smtptest.Data) < streamed+readers-19; time.Sleep(5 * time.Millisecond) { // more than the second alone makes
		if time.Since(began) > time.Minute {
			t.Fatal("the first does not go on")
		}
	}
	_ = first.Process.Kill()
	_ = first.Wait()
	if diff := cmp.Diff(want, b.count("frost")); diff != "" {
		t.Errorf("tally after the first went on (-want +got):\n%s", diff)
	}
	b.once(readers)
	for _, m := range b.relay.Accepted()[19+connections:] {
		if m.Conn != connections+1 {
			t.Fatalf("the first sent %s a mail after another had taken over", m.To)
		}
	}
}

func signal(t *testing.T, p *os.Process, s os.Signal) {
	t.Helper()
	if err := p.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// count is the tally of an issue at this moment.
func (b *bench) count(slug string) newsletter.Tally {
	b.t.Helper()
	i, err := b.store.FindIssue(b.t.Context(), "harbor", slug)
	if err != nil {
		b.t.Fatal(err)
	}
	return i.Tally
}
