package main

import (
	"log/slog"

	"tidings/internal/message"
	"tidings/internal/site"
)

// composer makes messages for this site.
func (d *desk) composer() (*message.Composer, error) {
	c := &d.folder.Config
	key, err := loadDKIM(c.DKIM)
	if err != nil {
		return nil, err
	}
	for _, selector := range key.Weak() {
		d.log.Warn("the DKIM key is short: 2048 bits are the least to use; make a new one with tidings dkim keygen", slog.String("selector", selector))
	}
	return message.New(message.Config{
		Tokens: d.tokens, BaseURL: c.BaseURL, DKIM: key, Bounce: c.Bounce.Address, Sender: c.Delivery.FeedbackID,
	}), nil
}

// loadDKIM reads the keys of [dkim]; nil where there is no such table.
func loadDKIM(d *site.DKIM) (*message.DKIM, error) {
	if d == nil {
		return nil, nil //nolint:nilnil // nil signs nothing
	}
	keys := []message.DKIMKey{{Selector: d.Selector, File: d.KeyFile}}
	if d.Ed25519KeyFile != "" {
		keys = append(keys, message.DKIMKey{Selector: d.Ed25519Selector, File: d.Ed25519KeyFile})
	}
	return message.LoadDKIM(d.Domain, keys...)
}
