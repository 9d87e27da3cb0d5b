package publish

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"time"

	"tidings/internal/newsletter"
)

const (
	look   = 2 * time.Second // how often files, settings and the queue are looked at
	share  = 100             // a look may take this part of the time: a large site is looked at less often
	glance = time.Second     // how often the machine's clock is read while nothing is due
)

// Clock runs the schedules of a site: at each slot the head of the newsletter's
// queue goes out. It belongs to the process that holds the site's lock.
type Clock struct {
	publisher *Publisher
	told      map[string]bool   // what was logged at the last look, so that it is logged once
	seen      map[string]bool   // what would be logged at this one
	prints    map[string]uint64 // the state of the files at which a newsletter's approvals were checked
	progress  map[int64]pace    // of issues that are going out
	folders   []string          // the newsletters that were there at the last look
}

// NewClock returns a Clock for a publisher's site.
func NewClock(p *Publisher) *Clock {
	return &Clock{publisher: p, told: map[string]bool{}, seen: map[string]bool{}, prints: map[string]uint64{}, progress: map[int64]pace{}}
}

// Run keeps the schedules until ctx ends.
func (c *Clock) Run(ctx context.Context) {
	for ctx.Err() == nil {
		c.sleep(ctx, c.Tick(ctx))
	}
}

// sleep waits until the clock shows an instant. It reads the clock each second,
// because a clock that is set, or a laptop that was closed, wakes no timer.
func (c *Clock) sleep(ctx context.Context, until time.Time) {
	for {
		left := until.Sub(c.publisher.config.Now())
		if left <= 0 {
			return
		}
		timer := time.NewTimer(min(left, glance))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// Tick does whatever is due now and returns when it wants to be called again.
// What goes wrong with one newsletter is logged and does not hold up another.
func (c *Clock) Tick(ctx context.Context) time.Time {
	p, began := c.publisher, time.Now()
	now := p.config.Now()
	newsletters, problems, err := p.config.Site.Usable()
	if err != nil {
		p.config.Log.Error("read newsletters", slog.Any("error", err))
	}
	for _, problem := range problems {
		if c.first(problem.String()) {
			p.config.Log.Error("a newsletter cannot be read: nothing of it goes out", slog.String("problem", problem.String()))
		}
	}
	c.missFolders(newsletters)
	next := now.Add(look)
	for i := range newsletters {
		at, err := c.newsletter(ctx, &newsletters[i], now)
		if err != nil && ctx.Err() == nil {
			p.config.Log.Error("keep schedule", slog.String("newsletter", newsletters[i].ID), slog.Any("error", err))
		}
		next = earlier(next, at)
	}
	c.tend(ctx)
	c.forget(now)
	if slow := now.Add(share * time.Since(began)); slow.After(next) && next.Equal(now.Add(look)) {
		next = slow
	}
	return next
}

// missFolders says aloud that a newsletter went away since the last look.
func (c *Clock) missFolders(newsletters []newsletter.Newsletter) {
	for _, id := range c.folders {
		if _, err := fs.Stat(c.publisher.config.Site.FS(), "newsletters/"+id); errors.Is(err, fs.ErrNotExist) {
			c.publisher.config.Log.Error("the folder of a newsletter is gone: nothing of it goes out", slog.String("newsletter", id))
		}
	}
	c.folders = c.folders[:0]
	for i := range newsletters {
		c.folders = append(c.folders, newsletters[i].ID)
	}
}

// newsletter does what is due of one newsletter and returns its next moment.
func (c *Clock) newsletter(ctx context.Context, n *newsletter.Newsletter, now time.Time) (time.Time, error) {
	p := c.publisher
	queue, problems, err := p.Queue(ctx, n)
	if err != nil {
		return time.Time{}, err
	}
	for _, problem := range problems {
		if c.first(problem.String()) {
			p.config.Log.Warn("an issue cannot be read", slog.String("problem", problem.String()))
		}
	}
	times, err := p.rhythm(ctx, n, now)
	if err != nil {
		return time.Time{}, err
	}
	r := &round{clock: c, newsletter: n, times: times, queue: queue, now: now}
	for _, step := range []func(context.Context) error{r.approvals, r.sending, r.fixedTimes, r.slots, r.warn, r.report, r.tellStaff} {
		if err := step(ctx); err != nil {
			return r.next, err
		}
	}
	return r.next, nil
}

// tend looks after deliveries that wait for a time of their own.
func (c *Clock) tend(ctx context.Context) {
	for _, step := range []func(context.Context) error{c.publisher.spread, c.publisher.keepQuiet} {
		if err := step(ctx); err != nil && ctx.Err() == nil {
			c.publisher.config.Log.Error("give deliveries their time", slog.Any("error", err))
		}
	}
}

// first says whether something is to be logged: not again for as long as each look
// finds it the same.
func (c *Clock) first(key string) bool {
	again := c.seen[key] || c.told[key]
	c.seen[key] = true
	return !again
}

// forget drops what this look, at now, did not find any more.
func (c *Clock) forget(now time.Time) {
	c.told, c.seen = c.seen, map[string]bool{}
	maps.DeleteFunc(c.progress, func(_ int64, p pace) bool { return p.looked.Before(now) })
}

// earlier is the earlier of two moments, of which the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
