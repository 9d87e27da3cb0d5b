package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"tidings/internal/delivery"
	"tidings/internal/mailbox"
	"tidings/internal/message"
	"tidings/internal/smtpclient"
	"tidings/internal/store"
)

// engine is what sends: it holds the site's lock, a relay or the built-in
// mailbox, and the delivery worker.
type engine struct {
	lock    *store.Lock
	mailbox *mailbox.Mailbox // nil where there is a relay
	worker  *delivery.Worker
	stopBox context.CancelFunc
	running sync.WaitGroup
}

// mailboxConnections is how many connections send to the built-in mailbox.
const mailboxConnections = 4

// startEngine takes the site's lock, begins a new epoch and starts to send what
// is due. newsletter.ErrLocked: another process does.
func (d *desk) startEngine(ctx context.Context) (*engine, error) {
	lock, err := store.AcquireLock(d.folder.Data("data.lock"))
	if err != nil {
		return nil, err
	}
	e := &engine{lock: lock, stopBox: func() {}}
	if err := e.start(ctx, d); err != nil {
		e.stop()
		return nil, err
	}
	return e, nil
}

func (e *engine) start(ctx context.Context, d *desk) error {
	composer, err := d.composer()
	if err != nil {
		return err
	}
	epoch, unknown, err := d.store.Begin(ctx)
	if err != nil {
		return err
	}
	if unknown > 0 {
		d.log.Warn("the last process stopped between a final dot and its answer: these deliveries are unknown, and not sent again",
			slog.Int("unknown", unknown))
	}
	client, connections, err := e.relay(ctx, d)
	if err != nil {
		return err
	}
	e.worker = delivery.New(delivery.Config{
		Store: d.store, Composer: composer, Connections: connections,
		Connect: func() delivery.Sender { return client.Conn() },
		Epoch:   epoch, Retry: d.folder.Config.Delivery.Retry, Log: d.log,
	})
	e.running.Go(func() { e.worker.Run(ctx) })
	return nil
}

// relay is where mails go: the configured relay, or the built-in mailbox, so
// that nothing leaves the machine by accident.
func (e *engine) relay(ctx context.Context, d *desk) (client *smtpclient.Client, connections int, err error) {
	if r := d.folder.Config.Relay; r != nil {
		return smtpclient.New(smtpclient.Config{
			Name: r.Name, Address: r.Address, TLS: smtpclient.TLSMode(r.TLS),
			Username: r.Username, Password: string(r.Password), PerSecond: r.PerSecond,
		}), r.Connections, nil
	}
	if e.mailbox, err = mailbox.Open(d.folder.Data("mailbox"), mailbox.DefaultMax, d.log); err != nil {
		return nil, 0, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, fmt.Errorf("listen for the built-in mailbox: %w", err)
	}
	// The mailbox outlives the worker, which has to finish its sentences.
	open, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	e.stopBox = func() { stop(); <-done }
	go func() {
		defer close(done)
		if err := e.mailbox.Serve(open, listener); err != nil {
			d.log.Error("built-in mailbox", slog.Any("error", err))
		}
	}()
	return smtpclient.New(smtpclient.Config{
		Name: "mailbox", Address: listener.Addr().String(), TLS: smtpclient.NoTLS, LocalName: "localhost",
	}), mailboxConnections, nil
}

// stop waits for the worker, whose context has ended, and lets go of the lock.
func (e *engine) stop() {
	e.running.Wait()
	e.stopBox()
	if e.mailbox != nil {
		_ = e.mailbox.Close()
	}
	_ = e.lock.Release() // the system lets go of it anyway
}

// composer makes messages for this site.
func (d *desk) composer() (*message.Composer, error) {
	c := message.Config{Tokens: d.tokens, BaseURL: d.folder.Config.BaseURL}
	if k := d.folder.Config.DKIM; k != nil {
		var err error
		if c.DKIM, err = message.LoadDKIM(k.Domain, k.Selector, k.KeyFile); err != nil {
			return nil, err
		}
	}
	return message.New(c), nil
}

// untilStopped ends the returned context at the first SIGINT or SIGTERM. The
// second ends the process at once; what was in flight is unknown then.
func untilStopped(ctx context.Context, log *slog.Logger) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
		case <-ctx.Done():
			signal.Stop(signals)
			return
		}
		log.Info("stopping: waiting for answers that are under way; once more stops at once")
		cancel()
		<-signals
		os.Exit(exitFailure)
	}()
	return ctx, cancel
}

var errStopped = errors.New("stopped; what was not sent stays queued")
