package main

import (
	"context"
	"net/http"
	"os"

	"tidings/internal/newsletter"
	"tidings/internal/web"
	"tidings/internal/web/mailview"
	"tidings/internal/web/public"
)

// handler is every page of the site.
func (d *desk) handler(e *engine) (http.Handler, error) {
	pages, err := web.New(d.templates, d.log)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", public.New(public.Config{
		Pages: pages, Signup: d.signup, Store: d.store,
		Newsletters: func(context.Context) ([]newsletter.Newsletter, error) { return d.folder.Newsletters() },
		BaseURL:     d.folder.Config.BaseURL,
		Media:       os.DirFS(d.folder.Data("media")),
	}))
	if e.mailbox != nil {
		if err := mailview.Routes(mux, e.mailbox, pages, d.folder.Config.BaseURL); err != nil {
			return nil, err
		}
	}
	return mux, nil
}
