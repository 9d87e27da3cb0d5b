package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"tidings/internal/delivery"
	"tidings/internal/mailbox"
	"tidings/internal/site"
	"tidings/internal/smtpclient"
)

// routes is where mails go: the configured relays, or the built-in mailbox, so
// that nothing leaves the machine by accident.
func (e *engine) routes(ctx context.Context, d *desk) ([]delivery.Route, error) {
	relays := d.folder.Config.Relays
	if len(relays) == 0 {
		return e.mailboxRoute(ctx, d)
	}
	routes := make([]delivery.Route, len(relays))
	if err := canLogIn(relays); err != nil {
		return nil, err
	}
	for i, r := range relays {
		client := d.relayClient(r)
		routes[i] = delivery.Route{
			Name: r.Name, Connect: func() delivery.Sender { return client.Conn() }, Connections: r.Connections,
			Order: r.Order, Weight: r.Weight, PerSecond: r.PerSecond, Daily: r.Daily,
		}
	}
	return routes, nil
}

// canLogIn says whether the secrets of all relays are there.
func canLogIn(relays []site.Relay) error {
	for _, r := range relays {
		if r.NoSecret != nil {
			return r.NoSecret
		}
	}
	return nil
}

// relayClient opens connections to a configured relay.
func (d *desk) relayClient(r site.Relay) *smtpclient.Client {
	c := smtpclient.Config{
		Name: r.Name, Address: r.Address, TLS: smtpclient.TLSMode(r.TLS),
		Username: r.Username, Password: string(r.Password), Messages: r.Messages,
		NoPipelining: !r.Pipelining,
	}
	if r.Token != "" {
		c.Token = func() (string, error) {
			token, err := d.folder.ReadToken(r)
			return string(token), err
		}
	}
	return smtpclient.New(c)
}

// mailboxConnections is how many connections send to the built-in mailbox.
const mailboxConnections = 4

// mailboxRoute starts the built-in mailbox.
func (e *engine) mailboxRoute(ctx context.Context, d *desk) (routes []delivery.Route, err error) {
	if e.mailbox, err = mailbox.Open(d.folder.Data("mailbox"), mailbox.DefaultMax, d.log); err != nil {
		return nil, err
	}
	d.signup.Forget = e.mailbox.Forget
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the built-in mailbox: %w", err)
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
	client := smtpclient.New(smtpclient.Config{
		Name: "mailbox", Address: listener.Addr().String(), TLS: smtpclient.NoTLS, LocalName: "localhost",
	})
	return []delivery.Route{{
		Name: "mailbox", Connect: func() delivery.Sender { return client.Conn() }, Connections: mailboxConnections,
	}}, nil
}
