package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tidings/internal/newsletter"
	"tidings/internal/publish"
	"tidings/internal/store"
	"tidings/internal/web"
	"tidings/templates"
)

func (a *app) serveCommand() *cobra.Command {
	var listen string
	var adopt bool
	var offset time.Duration
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the site: pages, schedule and delivery",
		Long: "Run the site until it is stopped: readers' pages, the schedule of every newsletter, and\n" +
			"delivery. Without a relay in tidings.toml all mail goes to the built-in mailbox, which is\n" +
			"shown at /mailbox. The first Ctrl-C waits for answers that are under way.",
		Example: "  tidings serve\n  tidings --site /srv/letters serve --listen 127.0.0.1:9000",
		Args:    wants(),
		RunE: func(c *cobra.Command, _ []string) error {
			log := a.logger(slog.LevelInfo)
			ctx, stop := a.untilStopped(c.Context())
			defer stop()
			d, err := a.openAhead(ctx, log, offset)
			if err != nil {
				return err
			}
			defer d.Close()
			d.store.WaitAtMost(pageWait)
			if err := d.renderer.Check(); err != nil {
				return err
			}
			for _, stray := range d.folder.Strays(templates.FS) {
				a.complain(newsletter.Problems{stray})
			}
			d.adopt = adopt
			listener, err := openPort(ctx, cmp.Or(listen, d.folder.Config.HTTP.Listen))
			if err != nil {
				// Whoever has the site may have its port, and another would not help.
				_, held, _ := store.LookAtLock(d.lockFile())
				return cmp.Or(held, err)
			}
			return a.serve(ctx, d, listener, nil)
		},
	}
	c.Flags().DurationVar(&offset, "clock-offset", 0, "keep the schedules by a clock that is ahead, to try them")
	_ = c.Flags().MarkHidden("clock-offset") // the flag is there
	c.Flags().BoolVar(&adopt, "adopt", false, "this copy of the database is the one that sends, after a restore or a move")
	c.Flags().StringVar(&listen, "listen", "", "`ADDRESS` of the pages, host:port (default that of tidings.toml)")
	return c
}

// pageWait is how long a write may wait for another program that holds the database:
// whoever signs up or leaves has an answer within five seconds, be it that it did not
// work yet.
const pageWait = 2400 * time.Millisecond

// shutdownTimeout is how long pages that are being served may take to finish.
const shutdownTimeout = 10 * time.Second

// openPort opens the port of the pages, at an address of tidings.toml or --listen.
func openPort(ctx context.Context, address string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, usage("such as 127.0.0.1:9000", "--listen %.80q is not an address, expected host:port", address)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, newsletter.Hint(fmt.Errorf("open a port for the pages: %w", err),
			"if another program is there, choose another address with --listen, such as 127.0.0.1:9000")
	}
	return l, nil
}

// address is where a browser on this machine finds the pages.
func address(l net.Listener) string {
	at, err := netip.ParseAddrPort(l.Addr().String())
	if err == nil && at.Addr().IsUnspecified() { // every address of this machine
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port()).String()
	}
	return l.Addr().String()
}

// serve runs an open site until ctx ends, with its pages on listener, which it
// closes. It calls ready, if given, once everything runs.
func (a *app) serve(ctx context.Context, d *desk, listener net.Listener, ready func(context.Context)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e, err := d.startEngine(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer e.stop()
	defer cancel() // before e.stop waits
	handler, err := d.handler(e, listener.Addr())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := web.NewServer(address(listener), web.BehindProxies(d.folder.Config.HTTP.Proxies, handler), d.log)
	d.warnOfProxy()
	var clock sync.WaitGroup
	if e.held == nil {
		clock.Go(func() { publish.NewClock(d.publisher).Run(ctx) })
		clock.Go(func() { d.keepHouse(ctx) })
	}
	defer clock.Wait()
	defer cancel()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	a.announce(d, e, listener)
	if ready != nil {
		clock.Go(func() { ready(ctx) })
	}
	select {
	case err := <-failed:
		return fmt.Errorf("serve pages: %w", err)
	case <-ctx.Done():
	}
	return shutdown(ctx, server)
}

// warnOfProxy says that visitors cannot be told apart: their https ends at a proxy
// that tidings.toml does not name.
func (d *desk) warnOfProxy() {
	if strings.HasPrefix(d.folder.Config.BaseURL, "https:") && len(d.folder.Config.HTTP.Proxies) == 0 {
		d.log.Warn("the proxy before the pages is not named in tidings.toml, [http] proxies: all visitors count as one network, of which few may sign up in an hour")
	}
}

func shutdown(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("finish pages: %w", err), server.Close())
	}
	return nil
}

// announce says where everything is. Its last line, with Ctrl-C in it, tells
// people and programs that all of it answers.
func (a *app) announce(d *desk, e *engine, l net.Listener) {
	fmt.Fprintf(a.stderr, "tidings: pages    http://%s/\n", address(l))
	switch {
	case e.held != nil:
		a.complain(e.held)
	case d.showsMailbox(e, l.Addr()):
		fmt.Fprintf(a.stderr, "tidings: mailbox  http://%s/mailbox   every mail lands here; no relay is set in tidings.toml\n", address(l))
	case e.mailbox != nil:
		fmt.Fprintln(a.stderr, "tidings: mailbox  kept in the data folder; no relay is set. It is shown only where base_url and [http] listen are both on this machine")
	default:
		for _, r := range d.folder.Config.Relays {
			fmt.Fprintf(a.stderr, "tidings: relay    %s (%s, %s)\n", r.Name, r.Address, r.TLS)
		}
	}
	fmt.Fprintln(a.stderr, "tidings: Ctrl-C stops it")
}
