package publish_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The clock sleeps until a slot comes, wakes for it to the second, and leaves
// when it is told to.
func TestClock_Run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "schedule = \"1 16 * * *\"\n") // a minute after the bubble's time began, in Los Angeles
		h.issue("1999-12-30-first", "")
		h.now = time.Time{}
		slot := time.Now().Add(time.Minute)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { h.clock.Run(ctx) })
		time.Sleep(time.Until(slot) - time.Millisecond)
		synctest.Wait()
		h.want("")
		time.Sleep(time.Second)
		synctest.Wait()
		stop()
		running.Wait()
		i, err := h.store.FindIssue(t.Context(), "harbor", "first")
		h.must(err)
		if late := i.StartedAt.Sub(slot); late < 0 || late > time.Second {
			t.Errorf("it went out %v after its slot", late)
		}
	})
}
