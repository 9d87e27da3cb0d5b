package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"

	"tidings/internal/newsletter"
	"tidings/internal/web"
	"tidings/internal/web/mailview"
	"tidings/internal/web/public"
)

// handler is every page of the site, as served on a listener of that address.
func (d *desk) handler(e *engine, address net.Addr) (http.Handler, error) {
	pages, err := web.New(d.templates, d.log)
	if err != nil {
		return nil, err
	}
	media, err := d.openMedia()
	if err != nil {
		return nil, err
	}
	if _, err := d.folder.Lasting(); err != nil { // as they are now, whatever comes
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", public.New(public.Config{
		Pages: pages, Signup: d.signup, Store: d.store,
		Newsletters: func(context.Context) ([]newsletter.Newsletter, error) { return d.folder.Lasting() },
		BaseURL:     d.folder.Config.BaseURL,
		Media:       media.FS(),
	}))
	mux.HandleFunc("GET /calendar/{token}", d.serveCalendar)
	if d.showsMailbox(e, address) {
		if err := mailview.Routes(mux, e.mailbox, pages, d.folder.Config.BaseURL); err != nil {
			return nil, err
		}
	}
	return mux, nil
}

// openMedia opens the folder of pictures as a root that no link leaves. It
// stays open for as long as the pages are served.
func (d *desk) openMedia() (*os.Root, error) {
	dir := d.folder.Data("media")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make media folder: %w", err)
	}
	media, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open media folder: %w", err)
	}
	d.media = media
	return media, nil
}

// closeMedia closes what openMedia opened.
func (d *desk) closeMedia() error {
	if d.media == nil {
		return nil
	}
	return d.media.Close()
}

// showsMailbox says whether the mailbox has pages. They ask for no password, so
// that both the listener and the site must be on this machine. Before a site of
// another name stands a proxy, and one that calls us 127.0.0.1 and says nothing of
// its visitors cannot be told from a browser here; the links in the mails would
// lead elsewhere, too.
func (d *desk) showsMailbox(e *engine, address net.Addr) bool {
	return e.mailbox != nil && web.IsLoopback(address.String()) && d.folder.Config.Local()
}
