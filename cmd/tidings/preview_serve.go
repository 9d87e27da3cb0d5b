package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"path"
	"time"

	"tidings/internal/issue"
	"tidings/internal/message"
	"tidings/internal/newsletter"
	"tidings/internal/web"
	"tidings/internal/web/preview"
)

// previewListen is a port that is free, where only this machine can come.
const previewListen = "127.0.0.1:0"

// loopbackOnly refuses an address that another machine could reach: a preview
// asks for no password.
func loopbackOnly(address string) error {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return usage("such as 127.0.0.1:9000", "--listen %q is no address of host and port", address)
	}
	if !web.IsLoopback(address) {
		return usage("127.0.0.1:0 takes a free port", "--listen %s is not of this machine alone, and a preview asks for no password", address)
	}
	return nil
}

// servePreview serves the preview of an issue until it is stopped.
func (a *app) servePreview(ctx context.Context, d *desk, arg string, f previewFlags) error {
	file, _, err := d.folder.IssuePath(arg)
	if err != nil {
		return err
	}
	if _, err := d.previewReader(ctx, f.as); err != nil {
		return err
	}
	pages, err := web.New(d.templates, d.log)
	if err != nil {
		return err
	}
	handler, err := preview.New(preview.Config{
		Pages: pages, File: file, Reader: d.previewReader,
		Render: func(ctx context.Context, reader newsletter.Subscriber) (*preview.View, error) {
			return a.previewView(ctx, d, file, reader)
		},
		Version: func() (string, error) { return d.filesVersion(file) },
	})
	if err != nil {
		return err
	}
	listener, err := openPort(ctx, f.listen)
	if err != nil {
		return err
	}
	server := web.NewServer(address(listener), handler, d.log)
	server.BaseContext = func(net.Listener) context.Context { return ctx } // ends the streams of events
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	query := ""
	if f.as != "" {
		query = "?" + url.Values{"as": {f.as}}.Encode()
	}
	fmt.Fprintf(a.stderr, "tidings: preview  http://%s/%s   keep it beside your editor: it shows what you save\n", address(listener), query)
	fmt.Fprintln(a.stderr, "tidings: Ctrl-C stops it")
	select {
	case err := <-failed:
		return fmt.Errorf("serve preview: %w", err)
	case <-ctx.Done():
	}
	return shutdown(ctx, server)
}

// previewView renders an issue for a reader from the files as they are now, the
// settings and the mail templates too.
func (a *app) previewView(ctx context.Context, d *desk, file string, reader newsletter.Subscriber) (*preview.View, error) {
	now, err := a.openFolder(d.log)
	if err != nil {
		return nil, err
	}
	defer now.folder.Close()
	now.store = d.store
	now.makePublisher(0)
	n, err := now.folder.Newsletter(path.Base(path.Dir(file)))
	if err != nil {
		return nil, err
	}
	i, err := issue.Read(now.folder.FS(), file, n)
	if err != nil {
		return nil, err
	}
	mail, problems, err := now.publisher.Check(ctx, n, i, nil)
	if err != nil || mail == nil {
		return &preview.View{Problems: problems}, err
	}
	composer := message.New(message.Config{Tokens: d.tokens, BaseURL: now.folder.Config.BaseURL})
	filled, err := composer.Fill(mail, newsletter.Delivery{Subscriber: reader, CreatedAt: time.Now()})
	if err != nil {
		return nil, err
	}
	return &preview.View{
		Mail: mail, Subject: filled.Subject, Text: filled.Text, HTML: filled.HTML,
		BaseURL: now.folder.Config.BaseURL, Problems: problems,
	}, nil
}
