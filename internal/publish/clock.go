package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/schedule"
	"tidings/internal/store"
)

// look is how often files and settings are looked at between slots.
const look = 10 * time.Second

// Clock runs the schedules of a site: at each slot the head of the newsletter's
// queue goes out. It belongs to the process that holds the site's lock.
type Clock struct {
	publisher *Publisher
	told      map[string]bool // what was said of files, so that it is said once
}

// NewClock returns a Clock for a publisher's site.
func NewClock(p *Publisher) *Clock {
	return &Clock{publisher: p, told: map[string]bool{}}
}

// Run keeps the schedules until ctx ends.
func (c *Clock) Run(ctx context.Context) {
	for {
		next := c.Tick(ctx)
		timer := time.NewTimer(time.Until(next))
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
	p := c.publisher
	now := p.config.Now()
	next := now.Add(look)
	newsletters, err := p.config.Site.Newsletters()
	if err != nil {
		c.tell("settings", slog.LevelError, "read newsletters", slog.Any("error", err))
	}
	for i := range newsletters {
		n := &newsletters[i]
		at, err := c.newsletter(ctx, n, now)
		if err != nil && ctx.Err() == nil {
			p.config.Log.Error("keep schedule", slog.String("newsletter", n.ID), slog.Any("error", err))
		}
		if !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next
}

// newsletter does what is due of one newsletter and returns its next moment.
func (c *Clock) newsletter(ctx context.Context, n *newsletter.Newsletter, now time.Time) (time.Time, error) {
	queue, problems, err := c.publisher.Queue(ctx, n)
	if err != nil {
		return time.Time{}, err
	}
	for _, problem := range problems {
		c.tell(problem.String(), slog.LevelWarn, "an issue cannot be read", slog.String("problem", problem.String()))
	}
	queue, next := c.fixedTimes(ctx, n, queue, now)
	if len(n.Schedule) == 0 {
		return next, nil
	}
	times, err := schedule.Parse(n.Schedule, n.Zone)
	if err != nil {
		return next, err
	}
	if err := c.slots(ctx, n, times, queue, now); err != nil {
		return next, err
	}
	if slot := times.Next(now); next.IsZero() || slot.Before(next) {
		next = slot
	}
	return next, nil
}

// maxMissed is how many missed slots are looked at one by one; a line that
// fires each minute misses more than that in a week.
const maxMissed = 10_000

// slots accounts for each slot since the last one that was dealt with.
func (c *Clock) slots(ctx context.Context, n *newsletter.Newsletter, times *schedule.Schedule, queue []*newsletter.Issue, now time.Time) error {
	until, err := c.publisher.config.Store.Clock(ctx, n.ID, now)
	if err != nil {
		return err
	}
	var passed []time.Time
	for slot := range times.Between(until, now) {
		if passed = append(passed, slot); len(passed) > maxMissed {
			passed = passed[1:]
		}
	}
	for _, v := range schedule.CatchUp(n.CatchUp, passed, now, n.MaxLateness) {
		left, err := c.slot(ctx, n, v, queue, now)
		if err != nil && !errors.Is(err, newsletter.ErrConflict) { // another process was first: fine
			return err
		}
		queue = left
	}
	return nil
}

// slot deals with one slot that has come and returns what is left of the queue.
func (c *Clock) slot(ctx context.Context, n *newsletter.Newsletter, v schedule.Verdict, queue []*newsletter.Issue, now time.Time) ([]*newsletter.Issue, error) {
	p := c.publisher
	log := p.config.Log.With(slog.String("newsletter", n.ID), slog.Time("slot", v.Slot.In(n.Zone)))
	queue = slices.DeleteFunc(queue, func(i *newsletter.Issue) bool { return c.expired(i, now) })
	switch v.Decision {
	case schedule.TooLate:
		log.Warn("slot missed while Tidings was down, and too late to run: the next issue waits for the next slot",
			slog.Duration("late", now.Sub(v.Slot).Round(time.Second)), slog.Duration("max_lateness", n.MaxLateness))
		return queue, p.config.Store.CloseSlot(ctx, n.ID, v.Slot, store.SlotLate, "")
	case schedule.Superseded, schedule.Declined:
		log.Warn("slot missed while Tidings was down: passed over", slog.String("catch_up", string(n.CatchUp)))
		return queue, p.config.Store.CloseSlot(ctx, n.ID, v.Slot, store.SlotPassed, "")
	case schedule.Run:
	}
	if len(queue) == 0 {
		log.Info("slot passed with an empty queue")
		return queue, p.config.Store.CloseSlot(ctx, n.ID, v.Slot, store.SlotEmpty, "")
	}
	return c.run(ctx, n, v.Slot, queue, log)
}

// run sends the head of the queue at its slot. An issue that cannot go is held
// and said aloud; it stays where it is, and the slot is not used for another.
func (c *Clock) run(ctx context.Context, n *newsletter.Newsletter, slot time.Time, queue []*newsletter.Issue, log *slog.Logger) ([]*newsletter.Issue, error) {
	head := queue[0]
	count, err := c.send(ctx, n, head, slot)
	switch {
	case err == nil:
		log.Info("issue published", slog.String("issue", head.Ref()), slog.Int("audience", count))
		return queue[1:], nil
	case errors.Is(err, newsletter.ErrConflict), errors.Is(err, newsletter.ErrUnavailable), ctx.Err() != nil:
		return queue, err // tried again with the next tick, or somebody was first
	}
	log.Error("issue held at its slot: mend it, and it goes at the next one", slog.String("issue", head.Ref()), slog.Any("error", err))
	return queue, c.publisher.config.Store.CloseSlot(ctx, n.ID, slot, store.SlotHeld, head.Slug)
}

// errNotApproved holds an issue whose newsletter asks for a person's consent.
var errNotApproved = errors.New("not approved")

func (c *Clock) send(ctx context.Context, n *newsletter.Newsletter, i *newsletter.Issue, slot time.Time) (int, error) {
	if n.Approval == newsletter.ApprovalRequired {
		return 0, newsletter.Hint(errNotApproved, "send it by hand: tidings publish "+i.File+" --now")
	}
	draft, err := c.publisher.prepare(n, i)
	if err != nil {
		return 0, err
	}
	for _, w := range draft.Warnings {
		c.tell(w.String(), slog.LevelWarn, "check", slog.String("problem", w.String()))
	}
	return c.publisher.Publish(ctx, draft, slot)
}

// fixedTimes sends the issues whose send_at has come, and returns the others
// and the next send_at.
func (c *Clock) fixedTimes(ctx context.Context, n *newsletter.Newsletter, queue []*newsletter.Issue, now time.Time) (rest []*newsletter.Issue, next time.Time) {
	for _, i := range queue {
		switch {
		case i.SendAt.IsZero():
			rest = append(rest, i)
		case i.SendAt.After(now):
			if next.IsZero() || i.SendAt.Before(next) {
				next = i.SendAt
			}
		case c.expired(i, now) || c.tooLate(n, i, now): // said once, and held
		default:
			count, err := c.send(ctx, n, i, time.Time{})
			if err != nil {
				c.tell(i.Ref()+err.Error(), slog.LevelError, "issue held at its time", slog.String("issue", i.Ref()), slog.Any("error", err))
				continue
			}
			c.publisher.config.Log.Info("issue published", slog.String("issue", i.Ref()), slog.Int("audience", count))
		}
	}
	return rest, next
}

// expired says whether an issue's send_by has passed: it is held.
func (c *Clock) expired(i *newsletter.Issue, now time.Time) bool {
	if i.SendBy.IsZero() || !now.After(i.SendBy) {
		return false
	}
	c.tell("send_by "+i.Ref(), slog.LevelWarn, "issue held: its send_by has passed", slog.String("issue", i.Ref()), slog.Time("send_by", i.SendBy))
	return true
}

// tooLate says whether an issue's send_at passed too long ago: it is held.
func (c *Clock) tooLate(n *newsletter.Newsletter, i *newsletter.Issue, now time.Time) bool {
	if !i.SendBy.IsZero() || now.Sub(i.SendAt) <= n.MaxLateness {
		return false
	}
	c.tell("send_at "+i.Ref(), slog.LevelWarn, "issue held: its send_at passed too long ago",
		slog.String("issue", i.Ref()), slog.String("late", fmt.Sprint(now.Sub(i.SendAt).Round(time.Second))))
	return true
}

// tell logs what concerns a file, once for as long as it stays the same.
func (c *Clock) tell(key string, level slog.Level, message string, attrs ...slog.Attr) {
	if c.told[key] {
		return
	}
	c.told[key] = true
	c.publisher.config.Log.LogAttrs(context.Background(), level, message, attrs...)
}
