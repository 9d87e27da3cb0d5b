package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"tidings/internal/delivery"
	"tidings/internal/mailbox"
	"tidings/internal/site"
	"tidings/internal/store"
)

// engine is what sends: it holds the site's lock, a relay or the built-in
// mailbox, and the delivery worker.
type engine struct {
	held    error // why nothing is sent; nil: it is
	lock    *store.Lock
	mailbox *mailbox.Mailbox // nil where there is a relay
	worker  *delivery.Worker
	stopBox context.CancelFunc
	running sync.WaitGroup
}

// startEngine takes the site's lock, begins a new epoch and starts to send what
// is due. newsletter.ErrLocked: another process does.
func (d *desk) startEngine(ctx context.Context) (*engine, error) {
	lock, err := store.AcquireLock(d.lockFile())
	if err != nil {
		return nil, err
	}
	e := &engine{lock: lock, stopBox: func() {}}
	if err := d.atHome(ctx, lock); errors.Is(err, store.ErrNotAdopted) {
		e.held = err
		return e, nil
	} else if err != nil {
		e.stop()
		return nil, err
	}
	if err := e.start(ctx, d); err != nil {
		e.stop()
		return nil, err
	}
	return e, nil
}

// atHome makes sure that no other copy of the database may be sending, or takes
// this one over where --adopt says that none does.
func (d *desk) atHome(ctx context.Context, lock *store.Lock) error {
	err := d.store.Home(ctx, lock)
	if !errors.Is(err, store.ErrNotAdopted) || !d.adopt {
		return err
	}
	if err := d.holdQueues(ctx); err != nil {
		return err
	}
	paused, err := d.store.Adopt(ctx, lock)
	if err == nil && paused > 0 {
		d.log.Warn("adopted; issues that were going out are paused, because another copy may have sent them: resume or cancel each",
			slog.Int("paused", paused))
	}
	return err
}

func (e *engine) start(ctx context.Context, d *desk) error {
	composer, err := d.composer()
	if err != nil {
		return err
	}
	epoch, unknown, err := d.store.Begin(ctx, e.lock)
	if err != nil {
		return err
	}
	if unknown > 0 {
		d.log.Warn("the last process stopped between a final dot and its answer: these deliveries are unknown, and not sent again",
			slog.Int("unknown", unknown))
	}
	routes, err := e.routes(ctx, d)
	if err != nil {
		return err
	}
	e.worker = delivery.New(delivery.Config{
		Store: d.store, Composer: composer, Routes: routes, DomainRate: d.folder.Config.Delivery.DomainRate,
		Epoch: epoch, Retry: d.folder.Config.Delivery.Retry, Log: d.log,
		Drain:  d.folder.Config.Delivery.StopWait,
		Resend: d.folder.Config.Delivery.Unknown == site.UnknownResend,
	})
	if err := d.store.KeepReserve(d.folder.Data("reserve")); err != nil {
		d.log.Warn("the disk is nearly full", slog.Any("error", err))
	}
	d.wake = e.worker.Wake
	e.running.Go(func() { e.worker.Run(ctx) })
	e.running.Go(func() { d.goOn(ctx) })
	return nil
}

// goOnEvery is how often is looked for what a command left half done that was
// stopped.
const goOnEvery = 10 * time.Second

// goOn makes the deliveries of issues that another process began to publish, and
// skips those of issues that one began to cancel, until ctx ends.
func (d *desk) goOn(ctx context.Context) {
	for {
		err := errors.Join(d.store.Expand(ctx), d.store.Settle(ctx))
		if err != nil && ctx.Err() == nil {
			d.log.Error("go on with what another process did not finish", slog.Any("error", err))
		}
		select {
		case <-time.After(goOnEvery):
		case <-ctx.Done():
			return
		}
	}
}

// stop waits for the worker, whose context has ended, and lets go of the lock.
func (e *engine) stop() {
	e.running.Wait()
	e.stopBox()
	if e.mailbox != nil {
		_ = e.mailbox.Close()
	}
	if e.lock != nil {
		_ = e.lock.Release() // the system lets go of it anyway
	}
}

// stopSignals ask the program to stop. A terminal that is closed does, too, but
// for whoever was started with nohup.
func stopSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// untilStopped ends the returned context at the first of stopSignals. The second
// ends the process at once; what was in flight is unknown then. SIGHUP is no
// second one: when a terminal is closed, its shell sends it and the system again.
func (a *app) untilStopped(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, stopSignals()...)
	go func() {
		select {
		case <-signals:
		case <-ctx.Done():
			signal.Stop(signals)
			return
		}
		if a.interactive() {
			fmt.Fprintln(a.stderr) // the terminal has written ^C
		}
		fmt.Fprintln(a.stderr, "tidings: stopping, as soon as the answers that are under way are in; once more stops at once")
		cancel()
		for s := range signals {
			if s != syscall.SIGHUP {
				os.Exit(exitFailure)
			}
		}
	}()
	return ctx, cancel
}

var errStopped = errors.New("stopped; what was not sent stays queued")
