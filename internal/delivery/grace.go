package delivery

import (
	"context"
	"sync"
	"time"
)

// grace bounds how long a connection works on a message that has no claim yet,
// after a stop was asked for. What is claimed is waited for: its final dot may be
// gone.
type grace struct {
	mu      sync.Mutex
	claimed bool
	over    bool
	cancel  context.CancelFunc
}

// beforeDot is how long a message may still take to reach its final dot once a
// stop was asked for. Whoever does not get there stays queued.
const beforeDot = 3 * time.Second

// newGrace returns the context of a connection: it ends with answers, and soon
// after stopping as long as there is no claim. Call release at the end.
func newGrace(stopping, answers context.Context) (ctx context.Context, g *grace, release func()) {
	g = &grace{}
	ctx, g.cancel = context.WithCancel(answers)
	unhook := context.AfterFunc(stopping, func() { time.AfterFunc(beforeDot, g.giveUp) })
	return ctx, g, func() { unhook(); g.cancel() }
}

func (g *grace) giveUp() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
	if !g.claimed {
		g.cancel()
	}
}

// begin says that a message is begun, which has no claim.
func (g *grace) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.claimed = false
	if g.over {
		g.cancel()
	}
}

// claim says that from now on only the answer ends the wait; an error if it is
// too late for that.
func (g *grace) claim(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	g.claimed = true
	return nil
}
