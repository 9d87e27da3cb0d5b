package delivery

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// After a stop, a connection has a few seconds for a message without a claim, and
// none for one that it begins later; what is claimed has as long as there are answers.
func TestGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopping, stop := context.WithCancel(t.Context())
		ctx, g, release := newGrace(stopping, t.Context())
		defer release()
		g.begin()
		if err := g.claim(ctx); err != nil {
			t.Fatal(err)
		}
		stop()
		time.Sleep(time.Minute)
		if ctx.Err() != nil {
			t.Error("what was claimed is not waited for")
		}
		g.begin()
		if ctx.Err() == nil || g.claim(ctx) == nil {
			t.Error("a message begun after the grace may go on")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		stopping, stop := context.WithCancel(t.Context())
		ctx, g, release := newGrace(stopping, t.Context())
		defer release()
		g.begin()
		stop()
		time.Sleep(beforeDot - time.Millisecond)
		if ctx.Err() != nil {
			t.Error("no time for a message without a claim")
		}
		time.Sleep(2 * time.Millisecond)
		if ctx.Err() == nil {
			t.Error("a message without a claim goes on")
		}
	})
}
