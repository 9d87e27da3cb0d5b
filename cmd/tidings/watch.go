package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/store"
)

// seeThrough waits until an issue is finished. Where no other process sends, now or
// later, this one does.
func (a *app) seeThrough(ctx context.Context, d *desk, issue *newsletter.Issue) (*store.Issue, error) {
	ctx, cancel := context.WithCancel(ctx)
	var e *engine
	defer func() {
		cancel() // before e.stop waits
		if e != nil {
			e.stop()
		}
	}()
	takeOver := func() error {
		if e != nil {
			return nil
		}
		if others, err := store.Locked(d.lockFile()); err != nil || others {
			return err
		}
		began, err := d.startEngine(ctx)
		if errors.Is(err, newsletter.ErrLocked) { // another was faster
			return nil
		}
		if err != nil {
			return err
		}
		e = began
		return e.held
	}
	i, err := a.watch(ctx, d, issue, takeOver)
	if err == nil && e != nil {
		a.sayWhatIsLeft(ctx, d)
	}
	return i, err
}

// sayWhatIsLeft tells of mails that somebody queued while this process sent.
func (a *app) sayWhatIsLeft(ctx context.Context, d *desk) {
	if left, err := d.store.OpenDeliveries(ctx); err == nil && left > 0 {
		fmt.Fprintf(a.stderr, "tidings: %s still to be sent: run tidings serve, or tidings status to see which\n", count(left, "mail"))
	}
}

// watchEvery is how often the progress is looked at, and takeOverEvery whether
// somebody still sends.
const (
	watchEvery    = 200 * time.Millisecond
	takeOverEvery = time.Second
)

// progressNote says what is not going as it should.
func progressNote(t newsletter.Tally, still time.Duration) string {
	notes := []string{counted(t.Deferred, "deferred"), counted(t.Failed, "failed"), counted(t.Unknown, "unknown")}
	if still = still.Truncate(time.Minute); still > 0 {
		notes = append(notes, fmt.Sprintf("nothing moved for %s; Ctrl-C leaves the rest in the queue", strings.TrimSuffix(still.String(), "0s")))
	}
	return strings.Join(slices.DeleteFunc(notes, func(n string) bool { return n == "" }), ", ")
}

// counted is "3 deferred", or nothing for none.
func counted(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, what)
}

// watch shows the progress of an issue until it is finished. It calls takeOver at first
// and then now and then.
func (a *app) watch(ctx context.Context, d *desk, issue *newsletter.Issue, takeOver func() error) (*store.Issue, error) {
	var bar *progress
	defer func() { bar.finish() }()
	var last newsletter.Tally
	moved, asked := time.Now(), time.Time{}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		var err error
		if time.Since(asked) >= takeOverEvery {
			asked, err = time.Now(), takeOver()
		}
		var i *store.Issue
		if err == nil {
			i, err = d.store.FindIssue(ctx, issue.Newsletter, issue.Slug)
		}
		if ctx.Err() != nil {
			return nil, newsletter.Hint(errStopped, "run the same command again, or tidings serve, to go on")
		}
		if err != nil {
			return nil, err
		}
		if bar == nil {
			bar = a.newProgress(issue.Ref(), i.Audience)
		}
		if i.Tally != last {
			last, moved = i.Tally, time.Now()
		}
		bar.show(i.Audience-i.Open(), progressNote(i.Tally, time.Since(moved)))
		if i.State != newsletter.IssueSending && i.State != newsletter.IssueExpanding {
			return i, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done(): // said above
		}
	}
}
