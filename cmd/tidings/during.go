package main

import (
	"context"
	"time"

	"tidings/internal/newsletter"
)

// far is what work on an issue does to its deliveries, of which people are told how
// many there are by now.
type far string

const (
	farFrozen  far = "readers"
	farQueued  far = "queued"
	farSkipped far = "skipped"
)

func (f far) of(t newsletter.Tally) int {
	switch f {
	case farQueued:
		return t.Queued
	case farSkipped:
		return t.Skipped
	case farFrozen:
	}
	return t.Audience
}

// long is from when on people are shown that something is being done.
const long = time.Second

// during runs work on an issue, and shows how far it has got if it takes long.
func (a *app) during(ctx context.Context, d *desk, newsletterID, slug string, f far, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	var bar *progress
	defer func() { bar.finish() }()
	began, tick := time.Now(), time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
		}
		i, err := d.store.FindIssue(ctx, newsletterID, slug)
		if err != nil || time.Since(began) < long {
			continue // work says what is wrong, and may not have made it yet
		}
		if bar == nil {
			bar = a.newProgress(newsletterID+"/"+slug+", "+string(f)+" so far", -1)
		}
		bar.show(f.of(i.Tally), "")
	}
}
