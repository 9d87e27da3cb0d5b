package delivery_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tidings/internal/smtptest"
)

// How hard TestPowerCut tries. README.md says how to try harder.
var powerCuts = flag.Int("power-cuts", 16, "how often the power is cut in mid-send")

// outage is what is left when the power went: files, and whom the relay has
// served by then.
type outage struct {
	files  map[string][]byte
	served []string
}

// The power goes at random moments of a send, inside commits and checkpoints
// too: what was not synced is there or not, sector by sector, and of what a sync
// failed to keep nothing is. Whatever is left opens, and nobody gets two, nobody
// is lost, and at most one for each connection is unknown.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	const readers, connections = 200, 10
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	cuts, unknown := 0, 0
	for cuts < *powerCuts {
		b := newBench(t, readers, smtptest.Config{})
		b.publish("frost")
		if err := b.store.Close(); err != nil {
			t.Fatal(err)
		}
		for _, o := range b.outages(random, *powerCuts-cuts, connections) {
			n := o.judge(t, filepath.Base(b.path), readers)
			if n > connections {
				t.Errorf("power cut %d: %d unknown, more than one for each of %d connections", cuts, n, connections)
			}
			unknown += n
			cuts++
		}
	}
	t.Logf("seed %d: %d power cuts, 0 lost, 0 duplicated, %d unknown (%.1f a cut)", seed, cuts, unknown, float64(unknown)/float64(cuts))
}

// outages sends an issue and notes what would be left if the power went, at
// random writes on the way.
func (b *bench) outages(random *rand.Rand, cuts, connections int) []outage {
	b.t.Helper()
	var (
		mu    sync.Mutex
		all   []outage
		ready bool
	)
	d := newDisk(b.path)
	d.wrote = func() { // SQLite waits meanwhile, so no other message is claimed
		mu.Lock()
		defer mu.Unlock()
		if ready && len(all) < cuts && random.IntN(15) == 0 {
			left := d.cut(random)
			all = append(all, outage{left, b.relay.Recipients()})
		}
	}
	d.fails = func() bool {
		mu.Lock()
		defer mu.Unlock()
		return ready && random.IntN(20) == 0
	}
	shim.watch(d)
	defer shim.forget(d)
	b.open()
	defer func() { _ = b.store.Close() }()
	b.config.Routes[0].Connections = connections
	defer b.start()()
	mu.Lock()
	ready = true
	mu.Unlock()
	b.finish("frost")
	return all
}

// judge starts again on what is left, with a relay that is still there, and
// returns how many are unknown.
func (o outage) judge(t *testing.T, name string, readers int) int {
	t.Helper()
	b := &bench{t: t, path: filepath.Join(t.TempDir(), name), relay: smtptest.New(t, smtptest.Config{}), served: o.served}
	for path, content := range o.files {
		if err := os.WriteFile(filepath.Join(filepath.Dir(b.path), filepath.Base(path)), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := whole(t.Context(), b.path); err != nil {
		t.Fatalf("what the power cut left: %v", err)
	}
	return b.judge("frost", readers)
}

// whole says what is wrong with a database file, without our own code.
func whole(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return errors.New(verdict)
	}
	return nil
}
