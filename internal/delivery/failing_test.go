package delivery_test

import (
	"sync/atomic"
	"testing"

	"tidings/internal/newsletter"
	"tidings/internal/smtptest"
)

// The disk fails to keep what it was told to, again and again, and a file where that
// happened takes nothing more until it is opened anew: whoever trusts it, or an fsync
// after the failed one, gets no further (rule R11). Everybody gets one, and nobody is
// unknown.
func TestWorker_DiskFails(t *testing.T) {
	t.Parallel()
	const readers = 300
	b := newBench(t, readers, smtptest.Config{})
	b.publish("frost")
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	var syncs, failed atomic.Int64
	d := newDisk(b.path)
	var sending atomic.Bool
	d.fails = func() bool {
		if !sending.Load() || syncs.Add(1)%7 != 0 {
			return false
		}
		failed.Add(1)
		return true
	}
	shim.watch(d)
	defer shim.forget(d)
	b.open()
	defer func() { _ = b.store.Close() }()
	stop := b.start()
	sending.Store(true)
	tally := b.finish("frost")
	stop()
	if want := (newsletter.Tally{Audience: readers, Sent: readers}); tally != want {
		t.Errorf("tally %+v, want %+v", tally, want)
	}
	b.once(readers)
	if failed.Load() < 3 {
		t.Errorf("the disk failed %d times in %d: the test shows nothing", failed.Load(), syncs.Load())
	}
	t.Logf("%d of %d syncs failed", failed.Load(), syncs.Load())
}
