package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tidings/internal/newsletter"
	"tidings/internal/publish"
)

// statusOfQueued prints where an issue stands that is not frozen yet, or
// returns the error for one that is not in a queue either.
func (a *app) statusOfQueued(ctx context.Context, d *desk, ref string, unknown error) error {
	id, slug, _ := strings.Cut(ref, "/")
	n, err := d.folder.Newsletter(id)
	if err != nil {
		return unknown
	}
	queue, _, err := d.publisher.Queue(ctx, n)
	if err != nil {
		return err
	}
	for i := range queue {
		if queue[i].Slug != slug {
			continue
		}
		q := newQueued(i+1, &queue[i])
		if a.json {
			return a.printJSON(issueStatus{
				Newsletter: q.Newsletter, Slug: q.Slug, Title: q.Title, State: string(q.State),
				Reason: q.Reason, SlotAt: optional(queue[i].At),
			})
		}
		return a.printQueue([]queued{q})
	}
	return unknown
}

// usable is the newsletters that can be read; it says what is wrong with others.
func (a *app) usable(d *desk) ([]newsletter.Newsletter, error) {
	all, problems, err := d.folder.Usable()
	for _, p := range problems {
		fmt.Fprintln(a.stderr, p)
	}
	return all, err
}

// announceSending prints the issues that go out in a few minutes, with the way
// to stop them.
func (a *app) announceSending(ctx context.Context, d *desk) error {
	newsletters, err := a.usable(d)
	if err != nil {
		return err
	}
	for i := range newsletters {
		queue, _, err := d.publisher.Queue(ctx, &newsletters[i])
		if err != nil {
			return err
		}
		for _, e := range queue {
			if e.Standing == publish.Sending {
				fmt.Fprintf(a.stdout, "%s is sending in %s; to stop it: tidings queue hold %s\n", e.Ref(), countdown(time.Until(e.GoesAt)), e.Ref())
			}
		}
	}
	return nil
}
