package delivery_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tidings/internal/delivery"
	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
	"tidings/internal/store"
)

// How hard TestCrash_KilledAtRandom tries. README.md says how to try harder.
var (
	kills       = flag.Int("kills", 12, "how often a sender is killed in mid-send")
	killReaders = flag.Int("kill-readers", 3000, "how many readers it sends to")
)

// The environment in which this test binary is a sender that will be killed.
const (
	envDatabase = "TIDINGS_TEST_DATABASE"
	envRelay    = "TIDINGS_TEST_RELAY"
	envStep     = "TIDINGS_TEST_STEP"
	envLines    = "TIDINGS_TEST_CONNECTIONS"
	envFiles    = "TIDINGS_TEST_FILES" // it may have so many open
	envFull     = "TIDINGS_TEST_FULL"  // its disk is full now and then
)

func TestMain(m *testing.M) {
	if os.Getenv(envDatabase) != "" {
		if err := sendUntilKilled(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// sendUntilKilled is the life of a sender: it sends what is due until nothing
// is, or until it is killed, by others or by itself at a step.
func sendUntilKilled() error {
	path := os.Getenv(envDatabase)
	if err := poorly(path); err != nil {
		return err
	}
	lock, err := store.AcquireLock(filepath.Join(filepath.Dir(path), "data.lock"))
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	config, err := newConfig(s, os.Getenv(envRelay))
	if err != nil {
		return err
	}
	for config.Epoch, _, err = s.Begin(ctx, lock); errors.Is(err, newsletter.ErrUnavailable); { // started again until there is room
		config.Epoch, _, err = s.Begin(ctx, lock)
	}
	if err != nil {
		return err
	}
	if _, err := fmt.Sscan(os.Getenv(envLines), &config.Routes[0].Connections); err != nil {
		return err
	}
	route, step := &config.Routes[0], os.Getenv(envStep)
	connect := route.Connect
	route.Connect = func() delivery.Sender { return &doomed{Sender: connect(), store: s, step: step} }
	config.Log = slog.New(slog.DiscardHandler)
	fmt.Println("sending")
	delivery.New(config).Run(ctx)
	return nil
}

// poorly makes the machine of a sender as poor as the environment says.
func poorly(path string) error {
	if os.Getenv(envFull) != "" {
		d, began := newDisk(path), time.Time{}
		d.full = func() bool { // from a while after the first write on
			if began.IsZero() {
				began = time.Now()
			}
			since := time.Since(began)
			return since > 150*time.Millisecond && since%(300*time.Millisecond) > 250*time.Millisecond
		}
		shim.watch(d)
	}
	if files := os.Getenv(envFiles); files != "" {
		var limit syscall.Rlimit
		if _, err := fmt.Sscan(files, &limit.Cur); err != nil {
			return err
		}
		limit.Max = limit.Cur
		return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
	return nil
}

// doomed ends the process at a step of its fifth message, as kill -9 would.
type doomed struct {
	delivery.Sender

	store *store.Store
	step  string
	n     int
}

func (d *doomed) at(step string) {
	if d.step == step && d.n == 5 {
		d.settled(step)
		os.Exit(137)
	}
}

// settled waits, before a claim, until the receipt of the message before is on
// the disk: it is on its way while this one is streamed.
func (d *doomed) settled(step string) {
	for step == "before claim" {
		i, err := d.store.FindIssue(context.Background(), "harbor", "frost")
		if err != nil || i.Attempting == 0 {
			return
		}
	}
}

// Send hands the message on, and dies on the way.
func (d *doomed) Send(ctx context.Context, m *message.Message, claim func() error, next func() *message.Message) (newsletter.Receipt, error) {
	d.n++
	r, err := d.Sender.Send(ctx, m, func() error {
		d.at("before claim")
		err := claim()
		d.at("after claim")
		return err
	}, next)
	d.at("after the answer")
	return r, err
}

// child starts a sender and waits until it sends. More of its environment may
// be given.
func (b *bench) child(step string, connections int, more ...string) *exec.Cmd {
	b.t.Helper()
	c := exec.CommandContext(b.t.Context(), os.Args[0])
	c.Env = append(append(os.Environ(), more...), envDatabase+"="+b.path, envRelay+"="+b.relay.Addr(), envStep+"="+step, fmt.Sprintf("%s=%d", envLines, connections))
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); strings.TrimSpace(line) != "sending" {
		b.t.Fatalf("the sender said %q, %v", line, err)
	}
	return c
}

// judge compares what the relay knows with what the database says, once all is
// over, and returns how many deliveries are unknown.
func (b *bench) judge(slug string, readers int) (unknown int) {
	b.t.Helper()
	b.open()
	defer func() { _ = b.store.Close() }()
	defer b.start()()
	tally := b.finish(slug)
	if tally.Sent+tally.Unknown != readers || tally.Audience != readers {
		b.t.Errorf("tally %+v: want sent + unknown = %d", tally, readers)
	}
	got := map[string]int{}
	for _, to := range slices.Concat(b.served, b.relay.Recipients()) {
		got[to]++
	}
	missing := 0
	for i := range readers {
		switch n := got[address(i)]; {
		case n > 1:
			b.t.Errorf("%s got it %d times", address(i), n)
		case n == 0:
			missing++
		}
	}
	if missing > tally.Unknown {
		b.t.Errorf("%d readers did not get it, but only %d are named unknown", missing, tally.Unknown)
	}
	return tally.Unknown
}

// A process that dies at any step leaves one delivery unknown at most, and
// exactly those whose final dot may have been sent (rules R3, R4, R7).
func TestCrash_AtEachStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step    string
		unknown int
		arrived int // at the relay, when the process died
	}{
		{"before claim", 0, 4}, {"after claim", 1, 4}, {"after the answer", 1, 5},
	} {
		t.Run(c.step, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 20, smtptest.Config{})
			b.publish("frost")
			if err := b.store.Close(); err != nil {
				t.Fatal(err)
			}
			err := b.child(c.step, 1).Wait()
			if e, ok := errors.AsType[*exec.ExitError](err); !ok || e.ExitCode() != 137 {
				t.Fatalf("the sender ended with %v", err)
			}
			if n := len(b.relay.Accepted()); n != c.arrived {
				t.Errorf("the relay has %d messages, want %d", n, c.arrived)
			}
			if n := b.judge("frost", 20); n != c.unknown {
				t.Errorf("%d unknown, want %d", n, c.unknown)
			}
		})
	}
}

// The dot has gone, and the process dies before the relay answers.
func TestCrash_AfterTheDot(t *testing.T) {
	t.Parallel()
	dot, dead := make(chan struct{}), make(chan struct{})
	b := newBench(t, 20, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		if e.Step == smtptest.Dot && e.Nth == 5 {
			close(dot)
			<-dead
			return smtptest.Lose(smtptest.Close)
		}
		return smtptest.Reply{}
	}})
	b.publish("frost")
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	c := b.child("", 1)
	<-dot
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	close(dead)
	if n := b.judge("frost", 20); n != 1 {
		t.Errorf("%d unknown, want 1", n)
	}
}

// Killed at random, again and again: nobody twice, nobody lost, and at most one
// unknown for each connection and kill.
func TestCrash_KilledAtRandom(t *testing.T) {
	t.Parallel()
	const connections = 20
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	b := newBench(t, *killReaders, smtptest.Config{})
	b.publish("frost")
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	done := 0
	for done < *kills && len(b.relay.Accepted()) < *killReaders*9/10 {
		c := b.child("", connections)
		time.Sleep(time.Duration(20+random.IntN(180)) * time.Millisecond) // the moment is the test
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = c.Wait()
		done++
	}
	unknown := b.judge("frost", *killReaders)
	t.Logf("seed %d: %d kills, 0 lost, 0 duplicated, %d unknown (%.1f a kill)", seed, done, unknown, float64(unknown)/float64(done))
	if unknown > done*connections {
		t.Errorf("%d unknown after %d kills: more than one for each connection", unknown, done)
	}
}
