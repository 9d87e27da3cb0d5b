package delivery_test

import (
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"

	"tidings/internal/smtptest"
)

// lineWriter is called with each line of a log.
type lineWriter func(line string)

func (w lineWriter) Write(line []byte) (int, error) {
	w(string(line))
	return len(line), nil
}

// The disk takes the answer to the first message only at the second try: the final
// dot of the next one waits for that (rule R4).
func TestWorker_ReceiptBeforeTheNextDot(t *testing.T) {
	t.Parallel()
	var full atomic.Bool
	var b *bench
	b = newBench(t, 3, smtptest.Config{Policy: func(e smtptest.Event) smtptest.Reply {
		switch {
		case e.Step == smtptest.Dot && e.Nth == 1:
			full.Store(true)
		case e.Step == smtptest.Dot && e.Nth == 2:
			if n := b.count("frost"); n.Sent != 1 || n.Attempting != 1 {
				t.Errorf("a second dot came with %+v on the disk", n)
			}
		}
		return smtptest.Reply{}
	}})
	b.publish("frost")
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	d := newDisk(b.path)
	d.full = full.Load
	shim.watch(d)
	defer shim.forget(d)
	b.open()
	defer func() { _ = b.store.Close() }()
	tries, waited, over := 0, false, false
	b.config.Routes[0].Connections = 1
	b.config.Log = slog.New(slog.NewTextHandler(lineWriter(func(line string) {
		if strings.Contains(line, "write receipt") {
			tries++
			full.Store(false)
		}
		waited = waited || strings.Contains(line, "cannot send now")
		over = over || strings.Contains(line, "sending again")
	}), nil))
	stop := b.start()
	b.finish("frost")
	stop()
	b.once(3)
	if tries != 1 {
		t.Errorf("%d receipts were not written at once, want the first: the test shows nothing", tries)
	}
	if !waited || !over {
		t.Errorf("said that it waits: %v, that it sends again: %v", waited, over)
	}
}
